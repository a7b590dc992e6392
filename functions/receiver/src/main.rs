//! Wires the receiver and starts the runtime.
#![recursion_limit = "256"]

use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use quartet_aws::settings::Settings;
use quartet_aws::telemetry;
use receiver::request::Request;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let settings = Settings::from_env();
    telemetry::start(&settings);
    let app = receiver::config::app(&settings)?;
    let app = &app;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Request>| async move {
        Ok::<_, std::convert::Infallible>(receiver::handle(app, &event.payload, Timestamp::now()).await)
    }))
    .await
}
