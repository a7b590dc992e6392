//! Many subscriptions at once: all are registered, or none.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use quartet_aws::subscriptions::{Change, MOST_AT_ONCE, Made};
use quartet_domain::access::ApiKey;
use quartet_domain::ids::{Seed, SubscriptionId};
use quartet_domain::subscription::{
    FieldFlaw, MOST_SUBSCRIPTIONS, SecretVersion, Signing, State as Activity, Subscription, sealed_for,
};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{new_key, newest_key, subscriptions};
use crate::App;
use crate::body::{Form, Object, read};
use crate::refusal::Refusal;
use crate::wire::settings::{Chosen, NewWebhook};
use crate::wire::signing::KeyWish;
use crate::wire::webhook::{Registered, Removed, Webhook};

/// Ids that can be removed at once.
const MOST_REMOVED: usize = 100;

/// Subscriptions to register.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWebhooks {
    #[schema(value_type = Vec<NewWebhook>, required, min_items = 1, max_items = 50)]
    webhooks: Option<Vec<serde_json::Map<String, Value>>>,
}

impl Form for NewWebhooks {
    const FIELDS: &'static [(&'static str, &'static str)] = &[("webhooks", "must be a list of objects")];
    const INSIDE: &'static [(&'static str, &'static str)] = &[("webhooks[]", "must be an object")];
}

/// Subscriptions to remove.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ids {
    #[schema(value_type = Vec<String>, required, min_items = 1, max_items = 100)]
    ids: Option<Vec<String>>,
}

impl Form for Ids {
    const FIELDS: &'static [(&'static str, &'static str)] = &[("ids", "must be a list of texts")];
    const INSIDE: &'static [(&'static str, &'static str)] = &[("ids[]", "must be text")];
}

/// Register many webhooks
///
/// All are registered, or none. Each has its signing secret as `secret_key`, this once; a key pair has none to show.
#[utoipa::path(
    post, path = "/api/v1/webhooks/bulk", tag = "webhooks", operation_id = "registerWebhooks", request_body = NewWebhooks,
    responses((status = 201, body = Registered))
)]
pub(crate) async fn register(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Extension(seed): Extension<Seed>,
    Object(map): Object,
) -> Result<Response, Refusal> {
    let given = read::<NewWebhooks>(map).map_err(Refusal::Invalid)?.webhooks;
    let given = given.ok_or_else(|| Refusal::field("webhooks", "is required"))?;
    if !(1..=MOST_AT_ONCE).contains(&given.len()) {
        return Err(Refusal::field("webhooks", format!("must hold 1 to {MOST_AT_ONCE}")));
    }
    let mut flaws = Vec::new();
    let mut wishes = Vec::new();
    for (place, map) in given.into_iter().enumerate() {
        match NewWebhook::read(map, &app.allow) {
            Ok(wish) => wishes.push(wish),
            Err(wrong) => flaws.extend(
                wrong
                    .into_iter()
                    .map(|flaw| FieldFlaw { field: format!("webhooks[{place}].{}", flaw.field), ..flaw }),
            ),
        }
    }
    if !flaws.is_empty() {
        return Err(Refusal::Invalid(flaws));
    }
    let webhooks = make(&app, &key, seed, wishes).await?;
    Ok((StatusCode::CREATED, Json(Registered { webhooks })).into_response())
}

/// Remove many webhooks
#[utoipa::path(
    post, path = "/api/v1/webhooks/bulk/delete", tag = "webhooks", operation_id = "removeWebhooks", request_body = Ids,
    responses((status = 200, body = Removed))
)]
pub(crate) async fn remove(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Object(map): Object,
) -> Result<Json<Removed>, Refusal> {
    let ids = read::<Ids>(map).map_err(Refusal::Invalid)?.ids;
    let ids = ids.ok_or_else(|| Refusal::field("ids", "is required"))?;
    if !(1..=MOST_REMOVED).contains(&ids.len()) {
        return Err(Refusal::field("ids", format!("must hold 1 to {MOST_REMOVED}")));
    }
    let mut result = Removed { removed: Vec::new(), absent: Vec::new() };
    let mut asked = BTreeSet::new();
    for text in ids.into_iter().filter(|id| asked.insert(id.clone())) {
        let removed = match SubscriptionId::parse(&text) {
            Some(id) => app.publisher.subscriptions.remove(&key.owner, &id, None).await? == Change::Done,
            None => false,
        };
        if removed { result.removed.push(text) } else { result.absent.push(text) }
    }
    Ok(Json(result))
}

/// Registers subscriptions under ids made of the seed. Where they were made before, by a request that died, their
/// answers are those of before.
pub(crate) async fn make(
    app: &App,
    key: &ApiKey,
    seed: Seed,
    wishes: Vec<(Chosen, KeyWish)>,
) -> Result<Vec<Webhook>, Refusal> {
    let count = app.publisher.subscriptions.count(&key.owner).await?;
    if usize::try_from(MOST_SUBSCRIPTIONS.saturating_sub(count)).unwrap_or(0) < wishes.len() {
        // All are made, or none; those that this request made before have their places.
        let first = SubscriptionId::made(seed.nth(0));
        if app.publisher.subscriptions.read(&key.owner, &first).await?.is_none() {
            return Err(Refusal::Conflict(format!(
                "you have {count} webhooks, and may have {MOST_SUBSCRIPTIONS}: remove some"
            )));
        }
    }
    let mut made = Vec::with_capacity(wishes.len());
    for (place, (chosen, wish)) in wishes.into_iter().enumerate() {
        let id = SubscriptionId::made(seed.nth(place));
        let new = new_key(wish.signing(Signing::default()), wish.own)?;
        let sealed =
            app.vault.seal(&key.owner, &sealed_for(&id), new.text.expose_secret().as_bytes()).await?;
        let public_key = new.public_key.clone();
        let subscription = Subscription {
            id,
            owner: key.owner.clone(),
            settings: chosen.settings,
            state: if chosen.active != Some(false) {
                Activity::Active
            } else {
                subscriptions::asked(seed.at)
            },
            secrets: vec![SecretVersion { sealed, public_key, created_at: seed.at, until: None }],
            version: 1,
            created_at: seed.at,
            updated_at: seed.at,
        };
        made.push((subscription, new));
    }
    let all: Vec<_> = made.iter().map(|(subscription, _)| subscription.clone()).collect();
    if app.publisher.subscriptions.make(&all).await? == Made::New {
        let shown = made.iter().map(|(one, new)| Webhook::of(one, seed.at).with_key(new));
        return Ok(shown.collect());
    }
    let mut found = Vec::with_capacity(all.len());
    for one in &all {
        found.push(before(app, key, &one.id, seed).await?);
    }
    Ok(found)
}

/// A subscription that this request made before.
async fn before(app: &App, key: &ApiKey, id: &SubscriptionId, seed: Seed) -> Result<Webhook, Refusal> {
    let gone = || Refusal::Conflict("it was made by this request before, and removed since".to_owned());
    let there = app.publisher.subscriptions.read(&key.owner, id).await?.ok_or_else(gone)?;
    let new = newest_key(app, &there).await?;
    Ok(Webhook::of(&there, seed.at).with_key(&new))
}
