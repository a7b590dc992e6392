//! Wires the router and starts the runtime.
#![recursion_limit = "256"]

use aws_lambda_events::sqs::SqsEvent;
use jiff::Timestamp;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), quartet_lambda::Error> {
    quartet_lambda::serve(router::config::app, async |app, batch: SqsEvent| {
        Ok(router::handle(app, batch, Timestamp::now).await)
    })
    .await
}
