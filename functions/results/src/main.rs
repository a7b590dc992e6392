//! Wires the built-in receiver of results and starts the runtime.
#![recursion_limit = "256"]

use lambda_http::{Error, Request, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = quartet_lambda::init(results::config::app)?;
    let app = &app;
    lambda_http::run(service_fn(move |request: Request| async move {
        Ok::<_, std::convert::Infallible>(results::handle(app, &request, jiff::Timestamp::now()).await)
    }))
    .await
}
