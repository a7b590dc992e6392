//! `Idempotency-Key`: the same request with the same key is done once and answered alike for a day.
//!
//! Only `POST` needs it; the other methods are idempotent by themselves. Every request gets a seed, which its ids are
//! made of; one that is made again after a crash gets the seed of before, and so finds what was made already.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use quartet_aws::idempotency::Claim;
use quartet_aws::vault::draw;
use quartet_domain::access::ApiKey;
use quartet_domain::ids::Seed;
use quartet_domain::subscription::Sealed;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::refusal::Refusal;
use crate::{App, LARGEST_BODY};

const NAME: &str = "idempotency-key";
const LONGEST: usize = 255;
/// The answer's own headers; those of the connection and of the rate are of each request.
const KEPT: [HeaderName; 3] = [header::CONTENT_TYPE, header::ETAG, header::LOCATION];
/// A table's item holds 400 KB, of which an answer, written as text twice, takes nearly double its bytes.
const LARGEST_ANSWER: usize = 160 * 1024;
/// A request whose answer could be larger, and so not be kept once the work is done, is not begun. What an answer adds to what
/// was asked is less than 100 KB.
const LARGEST_ASKED: usize = 60 * 1024;

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    headers: Vec<(String, String)>,
    body: String,
}

pub(crate) async fn once(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    mut request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let seed = Seed { at: Timestamp::now(), noise: u128::from_be_bytes(draw()?) };
    request.extensions_mut().insert(seed);
    let Some(chosen) = chosen(request.method(), request.headers())? else {
        return Ok(next.run(request).await);
    };
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await.map_err(|_| Refusal::TooLarge)?;
    if body.len() > LARGEST_ASKED {
        let limit = LARGEST_ASKED / 1024;
        return Err(Refusal::field(
            "Idempotency-Key",
            format!("is for bodies of up to {limit} KiB: ask for less at once"),
        ));
    }
    let asked = fingerprint(&parts.method, &parts.uri.to_string(), &body);
    match app.idempotency.claim(&key.id, &chosen, &asked, seed).await? {
        Claim::Ours(seed) => {
            let mut request = Request::from_parts(parts, Body::from(body));
            request.extensions_mut().insert(seed);
            let response = next.run(request).await;
            keep(&app, &key, &chosen, response).await
        }
        Claim::Answered { status, body } => replay(&app, &key, &chosen, status, &body).await,
        Claim::Other => Err(Refusal::OtherRequest),
        Claim::Busy => Err(Refusal::Conflict("this request is being done: ask again in a moment".to_owned())),
    }
}

fn chosen(method: &Method, headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(value) = headers.get(NAME).filter(|_| method == Method::POST) else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| (1..=LONGEST).contains(&text.len()));
    let wrong =
        || Refusal::field("Idempotency-Key", format!("must have 1 to {LONGEST} printable characters"));
    text.map(|text| Some(text.to_owned())).ok_or_else(wrong)
}

fn fingerprint(method: &Method, address: &str, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in [method.as_str().as_bytes(), address.as_bytes(), body] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

/// Keeps what was answered. A request that was turned down did nothing, and its key is free. One that ended in an error of
/// ours may be half done: who makes it again goes on with its seed, and finds what was made.
async fn keep(app: &App, key: &ApiKey, chosen: &str, response: Response) -> Result<Response, Refusal> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if parts.status.is_server_error() {
        app.idempotency.leave(&key.id, chosen).await?;
    } else if parts.status.is_success() && body.len() <= LARGEST_ANSWER {
        let kept = serde_json::to_vec(&kept(&parts.headers, &body)).unwrap_or_default();
        let sealed = app.vault.seal(&key.owner, &bound(key, chosen), &kept).await?;
        app.idempotency.answer(&key.id, chosen, parts.status.as_u16(), &sealed).await?;
    } else {
        app.idempotency.release(&key.id, chosen).await?;
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn kept(headers: &HeaderMap, body: &Bytes) -> Kept {
    let text = |name: &HeaderName| Some((name.to_string(), headers.get(name)?.to_str().ok()?.to_owned()));
    Kept { headers: KEPT.iter().filter_map(text).collect(), body: STANDARD.encode(body) }
}

async fn replay(
    app: &App,
    key: &ApiKey,
    chosen: &str,
    status: u16,
    body: &Sealed,
) -> Result<Response, Refusal> {
    let opened = app.vault.open(&key.owner, &bound(key, chosen), body).await?;
    let broken = || Refusal::Conflict("the answer of before cannot be read: use another key".to_owned());
    let kept: Kept = serde_json::from_slice(&opened).map_err(|_| broken())?;
    let body = STANDARD.decode(kept.body).map_err(|_| broken())?;
    let status = StatusCode::from_u16(status).map_err(|_| broken())?;
    let mut response = (status, body).into_response();
    for (name, value) in kept.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    Ok(response)
}

/// What a kept answer is sealed for.
fn bound(key: &ApiKey, chosen: &str) -> String {
    format!("answer {} {chosen}", key.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_request_is_the_same() {
        let asked = fingerprint(&Method::POST, "/a?b", b"{}");
        assert_eq!(asked, fingerprint(&Method::POST, "/a?b", b"{}"));
        for other in [
            fingerprint(&Method::POST, "/a?c", b"{}"),
            fingerprint(&Method::POST, "/a?b", b"{ }"),
            fingerprint(&Method::POST, "/a?b{", b"}"),
        ] {
            assert_ne!(asked, other);
        }
    }

    #[test]
    fn keys_have_a_form_and_belong_to_posts() {
        #[track_caller]
        fn check(method: &Method, value: &str, expected: Result<bool, ()>) {
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("a header");
            let headers = HeaderMap::from_iter([(HeaderName::from_static(NAME), value)]);
            assert_eq!(chosen(method, &headers).map(|some| some.is_some()).map_err(|_| ()), expected);
        }
        check(&Method::POST, "order-7", Ok(true));
        check(&Method::PUT, "order-7", Ok(false));
        check(&Method::POST, "", Err(()));
        check(&Method::POST, &"x".repeat(256), Err(()));
        check(&Method::POST, "schlüssel", Err(()));
    }
}
