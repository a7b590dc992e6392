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
    let after = asked.cursor(|text| Cursor::parse(text).filter(|place| wanted.has(place)));
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
    super::find(&app, &key, &webhook).await?;
    let delivery = find(&app, &key, &webhook, &delivery).await?;
    let attempts = app.publisher.deliveries.attempts(&delivery.id).await?;
    Ok(Json(DeliveryLog::of(&delivery, attempts)))
}

/// Try a delivery again now
///
/// One that waits for its next attempt has it now; one that waits for its turn under `rate_per_minute` keeps that. One that
/// was given up has its whole schedule again. One that was delivered is sent again only with `force=true`, under the same
/// `webhook-id`. An endpoint that is held, by its breaker or by its own wish, is sent to when that is over: `health` of the
/// webhook says when.
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
    if delivery.has_turn && !delivery.is_stranded(Timestamp::now()) {
        // It goes when it may: to have all that wait now would be no rate.
        return Ok((StatusCode::ACCEPTED, Json(Queued::of(&delivery))).into_response());
    }
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
/// Everything since a time: what failed, what was cancelled, and what a webhook missed while it was disabled as `gone` or
/// `failing`, for two weeks. Each delivery has its whole schedule again. One that should long have been tried and was
/// not is queued again.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook_id}/recover", tag = "deliveries", operation_id = "recoverDeliveries",
    params(
        ("webhook_id" = String, Path),
        ("since" = String, Query, format = DateTime, description = "Made at this time or later"),
        ("cursor" = Option<String>, Query, description = "The next_cursor of the answer before")
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
    let statuses = [&[DeliveryStatus::Pending][..], &GIVEN_UP].concat();
    let wanted = Wanted { statuses, since, ..Wanted::default() };
    let after = asked.cursor(|text| Cursor::parse(text).filter(|place| wanted.has(place)));
    asked.done()?;
    if since.is_none() {
        return Err(Refusal::field("since", "is required, as 2026-01-15T10:00:00Z"));
    }
    let subscription = sendable(super::find(&app, &key, &id).await?)?;
    let page =
        app.publisher.deliveries.list(&subscription.id, &wanted, after.as_ref(), MOST_RECOVERED).await?;
    let now = Timestamp::now();
    let due: Vec<_> = page.items.iter().map(|delivery| recover_one(&app, delivery, now)).collect();
    let due: Vec<bool> = stream::iter(due).buffer_unordered(AT_ONCE).try_collect().await?;
    let recovered = due.into_iter().filter(|is_due| *is_due).count();
    let next_cursor = page.next.as_deref().map(cursor);
    let answer = Recovered { recovered, more: next_cursor.is_some(), next_cursor };
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

/// Whether it is due again.
async fn recover_one(app: &App, delivery: &Delivery, now: Timestamp) -> Result<bool, Refusal> {
    if delivery.status != DeliveryStatus::Pending {
        return Ok(resume(app, delivery, &GIVEN_UP).await? == Resumed::Due);
    }
    let is_stranded = delivery.is_stranded(now);
    if is_stranded {
        // Its due time is moved, so that asking again does not queue it again; a turn that it had is over.
        app.publisher.deliveries.put_off(delivery, now, false).await?;
        queue(app, delivery).await?;
    }
    Ok(is_stranded)
}

/// Makes a delivery due, then queues it. When the queue is out the delivery is due all the same: asking for it again queues
/// it, and so does recovering a while later.
async fn resume(app: &App, delivery: &Delivery, from: &[DeliveryStatus]) -> Result<Resumed, Refusal> {
    let resumed = app.publisher.deliveries.resume(&delivery.id, from, Timestamp::now()).await?;
    if resumed == Resumed::Due {
        queue(app, delivery).await?;
    }
    Ok(resumed)
}

async fn queue(app: &App, delivery: &Delivery) -> Result<(), Refusal> {
    Ok(app.publisher.queue.send(delivery.id.as_str(), &delivery.url_group(), Duration::ZERO).await?)
}

/// The subscription, if it may be sent anything.
pub(super) fn sendable(subscription: Subscription) -> Result<Subscription, Refusal> {
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
