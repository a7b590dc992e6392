//! `POST /api/v1/webhooks/{webhook_id}/rotate-secret`.

use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use quartet_domain::access::ApiKey;
use quartet_domain::ids::Seed;
use quartet_domain::subscription::{Subscription, sealed_for};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{find, modify, new_key, newest_key};
use crate::App;
use crate::body::{Form, MaybeObject, read};
use crate::refusal::Refusal;
use crate::routes::subscriptions::shown;
use crate::wire::signing::{KeyWish, Signing};
use crate::wire::webhook::Webhook;

/// How long the secrets of before sign on.
const DEFAULT_OVERLAP: u32 = 86_400;
const LONGEST_OVERLAP: u32 = 7 * 86_400;

/// How to change the secret.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    /// A secret of your own; made for you where you have none.
    secret: Option<String>,
    /// How messages are signed from now on; as before where it is left out.
    signing: Option<Signing>,
    /// Seconds that the secrets of before sign on; a day by default, 0 where one has leaked.
    #[schema(minimum = 0, maximum = 604800)]
    overlap_seconds: Option<u32>,
}

impl Form for Rotation {
    const FIELDS: &'static [(&'static str, &'static str)] = &[
        ("secret", "must be text"),
        ("signing", "must be \"hmac\" or \"ed25519\""),
        ("overlap_seconds", "must be a whole number, 0 to 604800"),
    ];
}

/// Change a webhook's signing secret
///
/// The answer holds the new one as `secret_key`, this once; the public half of a key pair is in `secrets`. Until the
/// overlap ends every message is signed with both. A `secret` that is the newest one already stays, and the overlap of those
/// before it is set anew.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook_id}/rotate-secret", tag = "webhooks", operation_id = "rotateSecret",
    request_body(content = Option<Rotation>),
    params(("webhook_id" = String, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    responses((status = 200, body = Webhook, headers(("ETag" = String))))
)]
pub(crate) async fn rotate_secret(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Extension(seed): Extension<Seed>,
    Path(id): Path<String>,
    headers: HeaderMap,
    MaybeObject(map): MaybeObject,
) -> Result<Response, Refusal> {
    let subscription = find(&app, &key, &id).await?;
    let rotation = read::<Rotation>(map).map_err(Refusal::Invalid)?;
    let overlap = rotation.overlap_seconds.unwrap_or(DEFAULT_OVERLAP);
    if overlap > LONGEST_OVERLAP {
        return Err(Refusal::field("overlap_seconds", format!("must be 0 to {LONGEST_OVERLAP}")));
    }
    let wish = KeyWish { signing: rotation.signing, own: rotation.secret.map(SecretString::from) };
    let wish = wish.checked().map_err(|flaw| Refusal::Invalid(vec![flaw]))?;
    if subscription.secrets.first().is_some_and(|newest| newest.created_at == seed.at) {
        // By this request before, which could not answer.
        return answer(&app, &subscription).await;
    }
    let is_same = match &wish.own {
        Some(own) => newest_key(&app, &subscription).await?.text.expose_secret() == own.expose_secret(),
        None => false,
    };
    let new = new_key(wish.signing(subscription.signing()), wish.own)?;
    let of = sealed_for(&subscription.id);
    let sealed = app.vault.seal(&key.owner, &of, new.text.expose_secret().as_bytes()).await?;
    let changed = modify(&app, &key, &id, &headers, |subscription, _| {
        if is_same {
            subscription.end_older(overlap, seed.at);
            return Ok(());
        }
        let rotated = subscription.rotate(sealed.clone(), new.public_key.clone(), overlap, seed.at);
        rotated.map_err(|wrong| Refusal::Conflict(wrong.to_string()))
    });
    answer(&app, &changed.await?).await
}

async fn answer(app: &App, changed: &Subscription) -> Result<Response, Refusal> {
    let key = newest_key(app, changed).await?;
    Ok(shown(Webhook::of(changed, Timestamp::now()).with_key(&key)))
}
