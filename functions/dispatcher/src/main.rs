//! Wires the dispatcher and starts the runtime.
#![recursion_limit = "256"]

use aws_lambda_events::sqs::SqsEvent;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), quartet_lambda::Error> {
    quartet_lambda::serve(dispatcher::config::app, async |app, batch: SqsEvent| {
        Ok(dispatcher::handle(app, batch, jiff::Timestamp::now).await)
    })
    .await
}
