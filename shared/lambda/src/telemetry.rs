//! One JSON line per event, at the level that the function's `LOG_LEVEL` sets.

use tracing::Level;

use crate::settings::Settings;

/// Starts logging. Lambda adds the time and the request id of each line itself when its log format is JSON, but only the
/// function knows its fields; so the line is ours, on standard output, without colour, span list or target.
pub(crate) fn start(settings: &Settings) {
    let level = settings.optional("LOG_LEVEL").and_then(|word| word.parse().ok()).unwrap_or(Level::INFO);
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(level)
        .with_target(false)
        .with_current_span(true)
        .with_span_list(false)
        .without_time()
        .init();
}
