//! Wires the receiver and starts the runtime.
#![recursion_limit = "256"]

use jiff::Timestamp;
use receiver::request::Request;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), quartet_lambda::Error> {
    quartet_lambda::serve(receiver::config::app, async |app, request: Request| {
        Ok(receiver::handle(app, &request, Timestamp::now()).await)
    })
    .await
}
