//! Who asks, whether they may, and how often.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use quartet_aws::keys::{Admission, Bearer};
use quartet_domain::access::{ApiKey, KeyHash, Scope};
use quartet_domain::rate::{API_KEY, Allowance};
use secrecy::SecretString;

use crate::App;
use crate::refusal::Refusal;

/// Lets a request through whose key allows it, and tells what is left of the key's rate.
pub(crate) async fn gate(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let (key, allowance) = match admit(&app, request.headers(), Timestamp::now()).await {
        Ok(admitted) => admitted,
        Err(refusal) => {
            let allowance = if let Refusal::Throttled(allowance) = refusal { Some(allowance) } else { None };
            return tell(refusal.into_response(), allowance);
        }
    };
    let needed = needed(request.method(), request.uri().path());
    let response = if key.allows(needed) {
        request.extensions_mut().insert(key);
        next.run(request).await
    } else {
        Refusal::Scope(needed).into_response()
    };
    tell(response, Some(allowance))
}

/// What a request needs, by what it does and to what.
fn needed(method: &Method, path: &str) -> Scope {
    if path.starts_with("/api/v1/keys") {
        Scope::Admin
    } else if [Method::GET, Method::HEAD].contains(method) {
        Scope::Read
    } else {
        Scope::Write
    }
}

async fn admit(app: &App, headers: &HeaderMap, now: Timestamp) -> Result<(ApiKey, Allowance), Refusal> {
    let hash = KeyHash::of(&bearer(headers)?).ok_or(Refusal::WrongKey)?;
    // Of two live versions the newer alone: a key that was changed because it leaked must not stay good.
    let is_deployment = |newest: Option<&SecretString>| newest.and_then(KeyHash::of).as_ref() == Some(&hash);
    if is_deployment(Some(&app.deployment_key.current().await?)) {
        return settle(app.keys.admit(Bearer::Deployment, API_KEY, now).await?);
    }
    let admission = app.keys.admit(Bearer::Key(&hash), API_KEY, now).await?;
    if admission != Admission::Unknown {
        return settle(admission);
    }
    // The deployment's key may just have been changed: it is asked for again, though not at each wrong key.
    let proof = |versions: &[SecretString]| is_deployment(versions.first()).then_some(()).ok_or(());
    match app.deployment_key.prove(proof).await? {
        Ok(()) => settle(app.keys.admit(Bearer::Deployment, API_KEY, now).await?),
        Err(()) => Err(Refusal::WrongKey),
    }
}

fn settle(admission: Admission) -> Result<(ApiKey, Allowance), Refusal> {
    match admission {
        Admission::Admitted(key, allowance) => Ok((key, allowance)),
        Admission::Throttled(allowance) => Err(Refusal::Throttled(allowance)),
        Admission::Unknown => Err(Refusal::WrongKey),
    }
}

fn bearer(headers: &HeaderMap) -> Result<SecretString, Refusal> {
    let value = headers.get(header::AUTHORIZATION).ok_or(Refusal::NoKey)?;
    let (scheme, text) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(Refusal::NoKey)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::NoKey);
    }
    Ok(text.trim().into())
}

fn tell(mut response: Response, allowance: Option<Allowance>) -> Response {
    let Some(allowance) = allowance else { return response };
    for (name, number) in [
        ("ratelimit-limit", allowance.limit),
        ("ratelimit-remaining", allowance.remaining),
        ("ratelimit-reset", allowance.reset_seconds),
    ] {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from(number));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_by_what_is_asked() {
        #[track_caller]
        fn check(method: &Method, path: &str, expected: Scope) {
            assert_eq!(needed(method, path), expected, "{method} {path}");
        }
        check(&Method::GET, "/api/v1/webhooks", Scope::Read);
        check(&Method::HEAD, "/api/v1/webhooks", Scope::Read);
        check(&Method::POST, "/api/v1/webhooks", Scope::Write);
        check(&Method::DELETE, "/api/v1/webhooks/wh_1", Scope::Write);
        check(&Method::GET, "/api/v1/keys", Scope::Admin);
        check(&Method::POST, "/api/v1/keys", Scope::Admin);
    }

    #[test]
    fn a_key_comes_as_a_bearer() {
        #[track_caller]
        fn check(value: &'static str, taken: bool) {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))]);
            assert_eq!(bearer(&headers).is_ok(), taken, "{value}");
        }
        check("Bearer qk_x", true);
        check("bearer qk_x", true);
        check("Basic qk_x", false);
        check("qk_x", false);
        assert!(bearer(&HeaderMap::new()).is_err());
    }
}
