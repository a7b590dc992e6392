//! `/api/v1/webhooks` and `/api/v1/webhooks/{webhook_id}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use quartet_aws::subscriptions::Change;
use quartet_domain::access::ApiKey;
use quartet_domain::ids::{Seed, SubscriptionId};
use quartet_domain::subscription::{DisabledReason, State as Activity, Subscription};

use super::{Expected, NO_WEBHOOK, bulk, find, modify};
use crate::App;
use crate::body::Object;
use crate::page::{Asked, Part, cursor};
use crate::refusal::Refusal;
use crate::wire::settings::{Chosen, NewWebhook, WebhookPatch, WebhookReplacement, patched};
use crate::wire::webhook::{Webhook, Webhooks};

/// Register a webhook
///
/// The answer holds the signing secret as `secret_key`, this once.
#[utoipa::path(
    post, path = "/api/v1/webhooks", tag = "webhooks", operation_id = "registerWebhook", request_body = NewWebhook,
    responses((status = 201, body = Webhook, headers(("ETag" = String), ("Location" = String))))
)]
pub(crate) async fn register(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Extension(seed): Extension<Seed>,
    Object(map): Object,
) -> Result<Response, Refusal> {
    let wish = NewWebhook::read(map, &app.allow).map_err(Refusal::Invalid)?;
    let made = bulk::make(&app, &key, seed, vec![wish]).await?;
    let webhook = made.into_iter().next().ok_or(Refusal::Unavailable)?;
    let location = format!("/api/v1/webhooks/{}", webhook.id());
    let headers = [(header::ETAG, webhook.etag()), (header::LOCATION, location)];
    Ok((StatusCode::CREATED, headers, Json(webhook)).into_response())
}

/// List webhooks
#[utoipa::path(
    get, path = "/api/v1/webhooks", tag = "webhooks", operation_id = "listWebhooks",
    params(Part),
    responses((status = 200, body = Webhooks))
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    mut asked: Asked,
) -> Result<Json<Webhooks>, Refusal> {
    let (limit, offset) = (asked.limit(), asked.offset());
    let mut after = asked.cursor(SubscriptionId::parse);
    asked.done()?;
    let mut left_out = 0;
    while left_out < offset {
        let skipped = app.publisher.subscriptions.list(&key.owner, after.as_ref(), offset - left_out).await?;
        left_out += skipped.items.len();
        after = skipped.items.last().map(|last| last.id.clone()).or(after);
        if skipped.next.is_none() {
            break;
        }
    }
    let page = app.publisher.subscriptions.list(&key.owner, after.as_ref(), limit).await?;
    let now = Timestamp::now();
    let webhooks = page.items.iter().map(|one| Webhook::of(one, now).seen_by(&key)).collect();
    Ok(Json(Webhooks { webhooks, next_cursor: page.next.as_deref().map(cursor) }))
}

/// Read a webhook
#[utoipa::path(
    get, path = "/api/v1/webhooks/{webhook_id}", tag = "webhooks", operation_id = "readWebhook",
    params(("webhook_id" = String, Path)),
    responses((status = 200, body = Webhook, headers(("ETag" = String))))
)]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let subscription = find(&app, &key, &id).await?;
    let (statistics, seen) = futures::try_join!(
        app.publisher.subscriptions.statistics(&subscription.id),
        app.endpoints.health(&subscription.id)
    )?;
    let now = Timestamp::now();
    let webhook = Webhook::of(&subscription, now).with_standing(statistics, seen.health.standing(now));
    Ok(shown(webhook.seen_by(&key)))
}

/// Replace a webhook
///
/// What is left out gets its default; but whether it is sent anything stays, and so does the secret: rotate-secret changes
/// it.
#[utoipa::path(
    put, path = "/api/v1/webhooks/{webhook_id}", tag = "webhooks", operation_id = "replaceWebhook", request_body = WebhookReplacement,
    params(("webhook_id" = String, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    responses((status = 200, body = Webhook, headers(("ETag" = String))))
)]
pub(crate) async fn replace(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Object(map): Object,
) -> Result<Response, Refusal> {
    find(&app, &key, &id).await?;
    let chosen = Chosen::read(map, &app.allow).map_err(Refusal::Invalid)?;
    let changed = modify(&app, &key, &id, &headers, |subscription, now| {
        choose(subscription, chosen.clone(), now);
        Ok(())
    });
    Ok(shown(Webhook::of(&changed.await?, Timestamp::now())))
}

/// Change some fields of a webhook
///
/// What is left out stays; null means the default.
#[utoipa::path(
    patch, path = "/api/v1/webhooks/{webhook_id}", tag = "webhooks", operation_id = "changeWebhook", request_body = WebhookPatch,
    params(("webhook_id" = String, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    responses((status = 200, body = Webhook, headers(("ETag" = String))))
)]
pub(crate) async fn patch(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Object(map): Object,
) -> Result<Response, Refusal> {
    let changed = modify(&app, &key, &id, &headers, |subscription, now| {
        let form = patched(&subscription.settings, subscription.state == Activity::Active, map.clone());
        let mut chosen = Chosen::read(form, &app.allow).map_err(Refusal::Invalid)?;
        chosen.active.get_or_insert(true);
        choose(subscription, chosen, now);
        Ok(())
    });
    Ok(shown(Webhook::of(&changed.await?, Timestamp::now())))
}

/// Remove a webhook
#[utoipa::path(
    delete, path = "/api/v1/webhooks/{webhook_id}", tag = "webhooks", operation_id = "removeWebhook",
    params(("webhook_id" = String, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    responses((status = 204, description = "It is removed"))
)]
pub(crate) async fn remove(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    let expected = Expected::of(&headers)?;
    let subscription = find(&app, &key, &id).await?;
    if !expected.allows(subscription.version) {
        return Err(Refusal::Stale);
    }
    let version = (expected != Expected::Any).then_some(subscription.version);
    match app.publisher.subscriptions.remove(&key.owner, &subscription.id, version).await? {
        Change::Done => Ok(StatusCode::NO_CONTENT),
        Change::Absent => Err(NO_WEBHOOK),
        Change::Stale => Err(Refusal::Stale),
    }
}

/// Send to a webhook again
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook_id}/enable", tag = "webhooks", operation_id = "enableWebhook",
    params(("webhook_id" = String, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    responses((status = 200, body = Webhook, headers(("ETag" = String))))
)]
pub(crate) async fn enable(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    switch(&app, &key, &id, &headers, Wish::Active).await
}

/// Send nothing to a webhook for now
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook_id}/disable", tag = "webhooks", operation_id = "disableWebhook",
    params(("webhook_id" = String, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    responses((status = 200, body = Webhook, headers(("ETag" = String))))
)]
pub(crate) async fn disable(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    switch(&app, &key, &id, &headers, Wish::Quiet).await
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Active,
    Quiet,
}

async fn switch(
    app: &App,
    key: &ApiKey,
    id: &str,
    headers: &HeaderMap,
    wish: Wish,
) -> Result<Response, Refusal> {
    let changed = modify(app, key, id, headers, |subscription, now| {
        set(subscription, wish, now);
        Ok(())
    });
    Ok(shown(Webhook::of(&changed.await?, Timestamp::now())))
}

/// What is as it is wished stays: when and why it was disabled is not forgotten.
fn set(subscription: &mut Subscription, wish: Wish, now: Timestamp) {
    match (&subscription.state, wish) {
        (Activity::Disabled { .. }, Wish::Active) => subscription.state = Activity::Active,
        (Activity::Active, Wish::Quiet) => subscription.state = asked(now),
        (Activity::Active, Wish::Active) | (Activity::Disabled { .. }, Wish::Quiet) => {}
    }
}

fn choose(subscription: &mut Subscription, chosen: Chosen, now: Timestamp) {
    subscription.settings = chosen.settings;
    match chosen.active {
        Some(true) => set(subscription, Wish::Active, now),
        Some(false) => set(subscription, Wish::Quiet, now),
        None => {}
    }
}

/// Disabled by its owner.
pub(crate) fn asked(now: Timestamp) -> Activity {
    Activity::Disabled { reason: DisabledReason::Asked, at: now }
}

/// One subscription, with its `ETag`.
pub(crate) fn shown(webhook: Webhook) -> Response {
    ([(header::ETAG, webhook.etag())], Json(webhook)).into_response()
}
