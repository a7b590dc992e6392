//! What every function's `main` does: read the settings, start the log, build the application, serve.
//!
//! Invariant: Step Functions sees error names that we chose. An error that the runtime converts by itself carries the name
//! of a Rust type, which no state machine should depend on; so a handler's error is a [`Failed`], and only this crate
//! turns one into the runtime's form.

pub mod settings;
mod telemetry;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use quartet_domain::failure::Failed;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use lambda_runtime::Error;

use crate::settings::{Missing, Settings};

/// Reads the settings, starts the log and builds the application.
///
/// # Errors
/// A setting that is missing stops the start, with a message that names it.
pub fn init<App>(build: impl FnOnce(&Settings) -> Result<App, Missing>) -> Result<App, Error> {
    let settings = Settings::from_env();
    telemetry::start(&settings);
    Ok(build(&settings).inspect_err(|missing| tracing::error!("{missing}"))?)
}

/// Builds the application once and hands it each event in turn, until Lambda ends the process.
///
/// # Errors
/// A setting that is missing stops the start, with a message that names it.
pub async fn serve<App, Event, Answer, Handler>(
    build: impl FnOnce(&Settings) -> Result<App, Missing>,
    handler: Handler,
) -> Result<(), Error>
where
    Event: DeserializeOwned,
    Answer: Serialize,
    Handler: AsyncFn(&App, Event) -> Result<Answer, Failed>,
{
    let app = init(build)?;
    let (app, handler) = (&app, &handler);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Event>| async move {
        handler(app, event.payload).await.map_err(|failed| {
            tracing::error!(name = failed.name, "{}", failed.message);
            Diagnostic { error_type: failed.name.to_owned(), error_message: failed.message }
        })
    }))
    .await
}
