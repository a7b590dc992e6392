//! What an event is news of beside its task: incidents, and repositories that come and go.

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use quartet_aws::Unavailable;
use quartet_domain::change::Change;
use quartet_domain::connection::{Said, Standing};
use quartet_domain::event::Event;
use quartet_domain::incident::{Concluded, Incident, Step};

use crate::App;

/// Repositories that are written side by side: an installation may have thousands.
const SIDE_BY_SIDE: usize = 16;

/// Tells of what the event changes, once, however often it is routed.
pub(crate) async fn tell(app: &App, event: &Event, change: &Change) -> Result<(), Unavailable> {
    if let Some(concluded) = Concluded::of(change, event.received_at) {
        return incident(app, event, &concluded).await;
    }
    let said = Said::all(change, event.received_at);
    let told = said.iter().map(|said| connection(app, event, said));
    stream::iter(told).buffer_unordered(SIDE_BY_SIDE).try_collect().await
}

async fn incident(app: &App, event: &Event, concluded: &Concluded<'_>) -> Result<(), Unavailable> {
    let decide = |before: Option<Incident>| match concluded.after(before, &event.id) {
        Step::Nothing => None,
        Step::Seen(next) => Some((next, None)),
        Step::Told(next) => {
            let message = concluded.message(&next);
            Some((next, Some(message)))
        }
    };
    if app.facts.change(&concluded.key(), decide).await? {
        tracing::info!(event = %event.id, "an incident was opened or resolved");
    }
    Ok(())
}

async fn connection(app: &App, event: &Event, said: &Said<'_>) -> Result<(), Unavailable> {
    let decide = |before: Option<Standing>| said.after(before.as_ref(), &event.id);
    app.facts.change(&said.key(), decide).await.map(|_| ())
}
