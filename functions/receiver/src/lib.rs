//! Verifies a webhook, stores its event once, queues its id, answers. Nothing else.
//!
//! Invariants: nothing of a body is read before its signature is proved; 2xx is said only when the event is durable and
//! queued; no secret configured means refused. An accepted event costs two AWS calls when warm, a replay one, a forgery
//! none.

pub mod answer;
pub mod config;
pub mod limits;
pub mod request;

use std::time::Duration;

use jiff::Timestamp;
use quartet_aws::Unavailable;
use quartet_aws::events::{Events, Taken};
use quartet_aws::queues::Queue;
use quartet_aws::secrets::Secret;
use quartet_domain::event::EventStatus;
use quartet_domain::ids::EventId;
use quartet_domain::webhook::VerifiedEvent;
use serde::Deserialize;
use std::borrow::Cow;

use crate::answer::{Answer, Refusal, accepted, refused};
use crate::limits::Limits;
use crate::request::Request;

/// What outlives an event.
#[derive(Debug)]
pub struct App {
    pub events: Events,
    pub queue: Queue,
    pub secret: Secret,
    pub most_bytes: usize,
    pub limits: Limits,
}

/// The little that must be known of a body to queue and to answer; borrowed, the rest is skipped.
#[derive(Debug, Default, Deserialize)]
struct Glance<'a> {
    #[serde(borrow, default)]
    action: Cow<'a, str>,
    repository: Option<Repository>,
}

#[derive(Debug, Deserialize)]
struct Repository {
    #[serde(default)]
    id: Option<u64>,
}

impl<'a> Glance<'a> {
    /// An object of an unusual shape is still an event, which the router will judge; anything but an object is none.
    fn of(body: &'a [u8]) -> Result<Self, Refusal> {
        let is_object = body.trim_ascii_start().first() == Some(&b'{');
        if !is_object {
            return Err(Refusal::NotJson);
        }
        serde_json::from_slice(body).or_else(|_| {
            let anything: Result<serde::de::IgnoredAny, _> = serde_json::from_slice(body);
            anything.map(|_| Self::default()).map_err(|_| Refusal::NotJson)
        })
    }
}

/// Answers one request.
pub async fn handle(app: &App, request: &Request, now: Timestamp) -> Answer {
    match receive(app, request, now).await {
        Ok((id, action)) => accepted(request, &id, &action),
        Err(refusal) => {
            tracing::info!(
                status = refusal.status_code(),
                delivery = request.delivery_id(),
                correlation_id = request.correlation_id(),
                "{refusal}"
            );
            refused(request, &refusal)
        }
    }
}

async fn receive(app: &App, request: &Request, now: Timestamp) -> Result<(EventId, String), Refusal> {
    let body = request.body(app.most_bytes)?;
    let webhook = request.webhook(&body)?;
    let proved = app.secret.prove(|secrets| webhook.verify(secrets)).await.map_err(unavailable)?;
    let event = proved.map_err(|_| forged(app, request, now))?;
    let glance = Glance::of(event.body())?;
    let repository = glance.repository.and_then(|r| r.id).unwrap_or(0);
    let taken = app.events.take(&event, now).await.map_err(unavailable)?;
    if taken != (Taken::Already { unfinished: false }) {
        let delay = app.limits.delay(repository, now);
        queue(app, &event, repository, delay, now).await?;
    }
    match taken {
        Taken::New => {
            // One short line an event: the sender's id finds it here, the answer's task id everywhere else.
            tracing::info!(delivery = request.delivery_id(), kind = request.event_type(), "accepted");
            Ok((event.id().clone(), glance.action.into_owned()))
        }
        Taken::Already { .. } => Err(Refusal::Duplicate),
    }
}

/// Too many forgeries from one address are told to slow down. A genuine webhook never is, wherever it comes from: anybody
/// can let a forge's own servers send forgeries.
fn forged(app: &App, request: &Request, now: Timestamp) -> Refusal {
    if let Some(retry_after) = app.limits.refusal(request.source_ip(), now) {
        return Refusal::Throttled { retry_after };
    }
    app.limits.failed(request.source_ip(), now);
    Refusal::Forged
}

/// Queues the event's id. When that fails, the event is marked failed, so that a redelivery is taken again; when even
/// that fails, a redelivery still finds it unfinished and queues it.
async fn queue(
    app: &App,
    event: &VerifiedEvent<'_>,
    repository: u64,
    delay: Duration,
    now: Timestamp,
) -> Result<(), Refusal> {
    let group = format!("{}-{repository}", event.connection());
    let id = event.id();
    let sent = app.queue.send(id.as_str(), &group, delay).await;
    if let Err(error) = sent {
        let refusal = unavailable(error);
        if let Err(error) = app.events.finish(id, EventStatus::Failed, "it could not be queued", now).await {
            unavailable(error);
        }
        return Err(refusal);
    }
    Ok(())
}

fn unavailable(error: Unavailable) -> Refusal {
    tracing::error!(error = error.chain(), "AWS did not answer");
    Refusal::Unavailable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, action: Option<&str>) {
        let glance = Glance::of(body.as_bytes());
        assert_eq!(glance.ok().map(|g| g.action.into_owned()).as_deref(), action, "{body}");
    }

    #[test]
    fn only_an_object_is_an_event() {
        check(r#"{"action":"opened","repository":{"id":7}}"#, Some("opened"));
        check(r#" {"zen":"Keep it logically awesome."}"#, Some(""));
        check(r#"{"action":7}"#, Some(""));
        check(r#"{"action":"a","repository":{"full_name":"a/b"}}"#, Some("a"));
        for body in ["", "[]", r#"["opened",null]"#, "7", "null", "\"x\"", "{", r#"{"a":1}x"#, "\u{feff}{}"] {
            check(body, None);
        }
    }
}
