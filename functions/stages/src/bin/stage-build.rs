//! Wires the build stage and starts the runtime.
#![recursion_limit = "256"]

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), quartet_lambda::Error> {
    quartet_lambda::serve(stages::config::build, async |app, input| {
        stages::build::handle(app, input, jiff::Timestamp::now).await
    })
    .await
}
