//! `/api/v1/webhooks/{webhook_id}/deliveries`: the log, and the wish to have something sent again.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use quartet_aws::deliveries::{Cursor, Resumed, Wanted};
use quartet_domain::access::ApiKey;
use quartet_domain::catalogue;
use quartet_domain::delivery::{Delivery, DeliveryStatus, Subscriber};
use quartet_domain::ids::DeliveryId;
use quartet_domain::subscription::{State as Activity, Subscription};

use super::NO_EVENT;
use crate::App;
use crate::page::{Asked, Part, cursor};
use crate::refusal::Refusal;
use crate::wire::delivery::{Deliveries, DeliveryLog, DeliveryShown, Queued, Recovered};

const NO_DELIVERY: Refusal = Refusal::Absent("delivery");
/// Deliveries that one request makes due again; the next one goes on.
const MOST_RECOVERED: usize = 500;
const AT_ONCE: usize = 16;
const GIVEN_UP: [DeliveryStatus; 3] = DeliveryStatus::FAILED;

/// The delivery log of a webhook
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{webhook_id}/deliveries", tag = "deliveries", operation_id = "listDeliveries",
    params(
        ("webhook_id" = String, Path),
        ("status" = Option<String>, Query, description = "pending, delivered, exhausted, gone or cancelled; several with commas; failed means the last three"),
        ("event_type" = Option<String>, Query, description = "Of this event alone"),
        ("since" = Option<String>, Query, format = DateTime, description = "Made at this time or later"),
        ("until" = Option<String>, Query, format = DateTime, description = "Made before this time"),
        Part
    ),
    responses((status = 200, body = Deliveries))
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Path(id): Path<String>,
    mut asked: Asked,
) -> Result<Json<Deliveries>, Refusal> {
    let subscription = super::find(&app, &key, &id).await?;
    let (limit, offset) = (asked.limit(), asked.offset());
    let message = "must be pending, delivered, exhausted, gone, cancelled or failed";
    let (since, until) = asked.span();
    let wanted = Wanted {
        statuses: asked.take("status", message, statuses).unwrap_or_default(),
        event_type: asked.take("event_type", NO_EVENT, |name| Some(catalogue::find(name)?.name.to_owned())),
        since,
        until,
    };
    let after = asked.cursor(Cursor::parse);
    asked.done()?;
    let page =
        app.publisher.deliveries.list(&subscription.id, &wanted, after.as_ref(), offset + limit).await?;
    let deliveries = page.items.iter().skip(offset).map(DeliveryShown::of).collect();
    Ok(Json(Deliveries { deliveries, next_cursor: page.next.as_deref().map(cursor) }))
}

fn statuses(text: &str) -> Option<Vec<DeliveryStatus>> {
    let mut statuses = Vec::new();
    for word in text.split(',') {
        match word {
            "failed" => statuses.extend(GIVEN_UP),
            word => statuses.push(DeliveryStatus::parse(word)?),
        }
    }
    statuses.dedup();
    (statuses.len() <= 8).then_some(statuses)
}

/// A delivery and its attempts
#[utoipa::path(
    get, path = "/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}", tag = "deliveries", operation_id = "readDelivery",
    params(("webhook_id" = String, Path), ("delivery_id" = String, Path)),
    responses((status = 200, body = DeliveryLog))
)]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Path((webhook, delivery)): Path<(String, String)>,
) -> Result<Json<DeliveryLog>, Refusal> {
    let delivery = find(&app, &key, &webhook, &delivery).await?;
    let attempts = app.publisher.deliveries.attempts(&delivery.id).await?;
    Ok(Json(DeliveryLog::of(&delivery, attempts)))
}

/// Try a delivery again now
///
/// One that waits for its next attempt has it now. One that was given up has its whole schedule again. One that was
/// delivered is sent again only with `force=true`, under the same `webhook-id`.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/retry", tag = "deliveries", operation_id = "retryDelivery",
    params(
        ("webhook_id" = String, Path), ("delivery_id" = String, Path),
        ("force" = Option<bool>, Query, description = "Also what was delivered")
    ),
    responses((status = 202, body = Queued))
)]
pub(crate) async fn retry(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Path((webhook, delivery)): Path<(String, String)>,
    mut asked: Asked,
) -> Result<Response, Refusal> {
    let force = asked.take("force", "must be true or false", |text| text.parse().ok()).unwrap_or(false);
    asked.done()?;
    sendable(super::find(&app, &key, &webhook).await?)?;
    let delivery = find(&app, &key, &webhook, &delivery).await?;
    let mut from = [&[DeliveryStatus::Pending][..], &GIVEN_UP].concat();
    if force {
        from.push(DeliveryStatus::Delivered);
    }
    match resume(&app, &delivery, &from).await? {
        Resumed::Due => Ok((StatusCode::ACCEPTED, Json(Queued::of(&delivery))).into_response()),
        Resumed::Absent => Err(NO_DELIVERY),
        Resumed::Not(_) => Err(Refusal::Conflict("it was delivered: force=true sends it again".to_owned())),
    }
}

/// Send again what was given up
///
/// Everything since a time. Each delivery has its whole schedule again.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook_id}/recover", tag = "deliveries", operation_id = "recoverDeliveries",
    params(
        ("webhook_id" = String, Path),
        ("since" = String, Query, format = DateTime, description = "Made at this time or later")
    ),
    responses((status = 202, body = Recovered))
)]
pub(crate) async fn recover(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Path(id): Path<String>,
    mut asked: Asked,
) -> Result<Response, Refusal> {
    let since = asked.time("since");
    asked.done()?;
    let since = since.ok_or_else(|| Refusal::field("since", "is required, as 2026-01-15T10:00:00Z"))?;
    let subscription = sendable(super::find(&app, &key, &id).await?)?;
    let wanted = Wanted { statuses: GIVEN_UP.to_vec(), since: Some(since), ..Wanted::default() };
    let page = app.publisher.deliveries.list(&subscription.id, &wanted, None, MOST_RECOVERED).await?;
    let due: Vec<_> = page.items.iter().map(|delivery| resume(&app, delivery, &GIVEN_UP)).collect();
    let due: Vec<Resumed> = stream::iter(due).buffer_unordered(AT_ONCE).try_collect().await?;
    let recovered = due.iter().filter(|resumed| **resumed == Resumed::Due).count();
    Ok((StatusCode::ACCEPTED, Json(Recovered { recovered, more: page.next.is_some() })).into_response())
}

/// Makes a delivery due, then queues it. When the queue is out the delivery is due all the same, and asking again queues
/// it.
async fn resume(app: &App, delivery: &Delivery, from: &[DeliveryStatus]) -> Result<Resumed, Refusal> {
    let resumed = app.publisher.deliveries.resume(&delivery.id, from, Timestamp::now()).await?;
    if resumed == Resumed::Due {
        app.publisher.queue.send(delivery.id.as_str(), &delivery.url_group(), Duration::ZERO).await?;
    }
    Ok(resumed)
}

fn sendable(subscription: Subscription) -> Result<Subscription, Refusal> {
    if subscription.state == Activity::Active {
        return Ok(subscription);
    }
    Err(Refusal::Conflict("it is disabled: enable it first".to_owned()))
}

/// A delivery of the caller's subscription.
pub(crate) async fn find(
    app: &App,
    key: &ApiKey,
    webhook: &str,
    delivery: &str,
) -> Result<Delivery, Refusal> {
    let id = DeliveryId::parse(delivery).ok_or(NO_DELIVERY)?;
    let found = app.publisher.deliveries.read(&id).await?.ok_or(NO_DELIVERY)?;
    let is_of = |subscriber: &Subscriber| {
        subscriber.owner == key.owner && subscriber.subscription.as_str() == webhook
    };
    if found.subscriber.as_ref().is_some_and(is_of) { Ok(found) } else { Err(NO_DELIVERY) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_that_can_be_asked_for() {
        #[track_caller]
        fn check(text: &str, expected: Option<usize>) {
            assert_eq!(statuses(text).map(|statuses| statuses.len()), expected, "{text}");
        }
        check("pending", Some(1));
        check("failed", Some(3));
        check("failed,delivered", Some(4));
        check("", None);
        check("pending,", None);
        check("lost", None);
        check(&["pending,delivered"; 9].join(","), None);
    }
}
