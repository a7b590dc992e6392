//! `GET /.well-known/webhooks/{webhook_id}/keys`: what a receiver verifies `v1a` signatures with.
//!
//! Anybody may ask: public keys are no secret, and a subscription's id is one that nobody guesses.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use quartet_domain::ids::SubscriptionId;

use crate::App;
use crate::refusal::Refusal;
use crate::wire::public_key::PublicKeys;

const NONE: Refusal = Refusal::Absent("webhook with public keys");

/// Read a webhook's public keys
///
/// The keys that `ed25519` signatures are made with, as a JSON Web Key Set; two of them after a rotation. No key to the
/// API is needed.
#[utoipa::path(
    get, path = "/.well-known/webhooks/{webhook_id}/keys", tag = "webhooks", operation_id = "readPublicKeys", security(()),
    params(("webhook_id" = String, Path)),
    responses((status = 200, body = PublicKeys, headers(("Cache-Control" = String))))
)]
pub(crate) async fn show(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Response, Refusal> {
    let id = SubscriptionId::parse(&id).ok_or(NONE)?;
    let keys = PublicKeys::of(app.publisher.subscriptions.public_keys(&id).await?, Timestamp::now());
    if keys.keys.is_empty() {
        return Err(NONE);
    }
    // Both keys of a rotation sign for longer than this, unless their owner says otherwise.
    Ok(([(header::CACHE_CONTROL, "public, max-age=300")], Json(keys)).into_response())
}
