//! Wires the commit stage and starts the runtime.
#![recursion_limit = "256"]

use quartet_domain::run::Ending;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), quartet_lambda::Error> {
    quartet_lambda::serve(commit::config::app, async |app, input: Ending| {
        commit::handle(app, input, jiff::Timestamp::now).await
    })
    .await
}
