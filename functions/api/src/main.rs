//! Wires the API and starts the runtime.
#![recursion_limit = "256"]

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), quartet_lambda::Error> {
    let app = quartet_lambda::init(api::config::app)?;
    lambda_http::run(api::service(app)).await
}
