//! The REST paths, and what every request meets first: the guard of the door, the limit, and faults on order.
//!
//! Paths, fields and status codes are GitHub's ("@octokit/openapi"); what is not here answers 404.

mod archive;
mod checks;
mod comments;
mod content;
mod gitdata;
mod hooks;
mod local;
mod pulls;
mod refs;
mod repos;

use std::sync::Arc;

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    fault::{Effect, Fault},
    refusal::Refusal,
    state::{Hub, Request as Seen},
};

type Shared = State<Arc<Hub>>;
type Answer = Result<Response, Refusal>;

const BODY_BYTES: usize = 64 << 20;
/// Old requests are forgotten beyond this many.
const REMEMBERED: usize = 10_000;

pub(super) fn router(hub: Arc<Hub>) -> Router {
    Router::new()
        .merge(repos::routes())
        .merge(content::routes())
        .merge(pulls::routes())
        .merge(gitdata::routes())
        .merge(refs::routes())
        .merge(checks::routes())
        .merge(comments::routes())
        .merge(hooks::routes())
        .merge(archive::routes())
        .merge(local::routes())
        .fallback(async || Refusal::not_found())
        .layer(from_fn_with_state(hub.clone(), door))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .with_state(hub)
}

/// Everything before a handler; and the memory of the request after it.
async fn door(State(hub): Shared, request: Request, next: Next) -> Response {
    let method = request.method().to_string();
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let authorized = request.headers().contains_key(header::AUTHORIZATION);
    let mut response = answer(&hub, &method, &path, request, next).await;
    if is_api(&path) {
        add_limits(&hub, response.headers_mut());
    }
    let mut state = hub.state();
    if state.requests.len() == REMEMBERED {
        state.requests.remove(0);
    }
    state.requests.push(Seen { method, path, authorized, status: response.status().as_u16() });
    drop(state);
    response
}

async fn answer(hub: &Arc<Hub>, method: &str, path: &str, request: Request, next: Next) -> Response {
    if let Err(refusal) = guard(hub, path, request.headers()) {
        return refusal.into_response();
    }
    let fault = {
        let faults = &mut hub.state().faults;
        let at = faults.iter().position(|fault| !path.starts_with("/_local/") && fault.matches(method, path));
        at.and_then(|at| faults.remove(at))
    };
    match fault.map(|Fault { effect, .. }| effect) {
        Some(Effect::Answer { status, headers, body }) => canned(status, &headers, body),
        Some(Effect::LoseAnswer) => {
            next.run(request).await;
            StatusCode::BAD_GATEWAY.into_response()
        }
        Some(Effect::Delay(pause)) => {
            tokio::time::sleep(pause).await;
            next.run(request).await
        }
        Some(Effect::Hold(gate)) => {
            gate.notified().await;
            next.run(request).await
        }
        None => next.run(request).await,
    }
}

fn is_api(path: &str) -> bool {
    !path.starts_with("/_local/") && !path.starts_with("/codeload/")
}

/// The API needs the token. The control surface needs none, but a page in a browser must not reach it: the host must be
/// ours, which also stops a foreign name that resolves to this machine.
fn guard(hub: &Hub, path: &str, headers: &HeaderMap) -> Result<(), Refusal> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if !matches!(name, "127.0.0.1" | "localhost") {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "This server answers to 127.0.0.1 only"));
    }
    if !is_api(path) {
        return Ok(());
    }
    let given = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
    let Some(given) = given else {
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, "Requires authentication"));
    };
    let token = given.strip_prefix(b"Bearer ").or_else(|| given.strip_prefix(b"token "));
    if token != Some(hub.token.as_bytes()) {
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, "Bad credentials"));
    }
    let mut state = hub.state();
    if Timestamp::now() >= state.limit.reset {
        state.limit.remaining = 5000;
        state.limit.reset = Timestamp::now() + jiff::SignedDuration::from_hours(1);
    }
    if state.limit.remaining == 0 {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "API rate limit exceeded"));
    }
    state.limit.remaining -= 1;
    Ok(())
}

fn add_limits(hub: &Hub, headers: &mut HeaderMap) {
    let limit = hub.state().limit;
    let numbers = [
        ("x-ratelimit-limit", 5000.to_string()),
        ("x-ratelimit-remaining", limit.remaining.to_string()),
        ("x-ratelimit-used", 5000u64.saturating_sub(limit.remaining).to_string()),
        ("x-ratelimit-reset", limit.reset.as_second().to_string()),
        ("x-ratelimit-resource", "core".to_owned()),
    ];
    for (name, value) in numbers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

fn canned(status: u16, headers: &[(&'static str, String)], body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

impl Hub {
    /// The full name of a repository that exists.
    fn known(&self, owner: &str, name: &str) -> Result<String, Refusal> {
        let full_name = format!("{owner}/{name}");
        if self.state().repos.contains_key(&full_name) { Ok(full_name) } else { Err(Refusal::not_found()) }
    }
}

fn ok(value: Value) -> Answer {
    Ok(Json(value).into_response())
}

fn created(value: Value) -> Answer {
    let location = value.get("url").and_then(Value::as_str).and_then(|url| HeaderValue::from_str(url).ok());
    let mut response = (StatusCode::CREATED, Json(value)).into_response();
    if let Some(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    let bytes: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(bytes).map_err(|error| match error.is_data() {
        true => Refusal::invalid(&format!("Invalid request.\n\n{error}")),
        false => Refusal::new(StatusCode::BAD_REQUEST, "Problems parsing JSON"),
    })
}

/// Which page of a list, as `?per_page=&page=`.
#[derive(Clone, Copy, Deserialize)]
struct Page {
    per_page: Option<usize>,
    page: Option<usize>,
}

impl Page {
    /// The slice of the list and whether more follows.
    fn cut<T>(self, items: Vec<T>) -> (Vec<T>, bool) {
        let size = self.per_page.unwrap_or(30).clamp(1, 100);
        let skip = self.page.unwrap_or(1).max(1).saturating_sub(1) * size;
        let more = items.len() > skip + size;
        (items.into_iter().skip(skip).take(size).collect(), more)
    }

    /// The page as an answer, with a `Link` to the next one.
    fn answer(self, hub: &Hub, path: &str, items: Vec<Value>) -> Answer {
        let (items, more) = self.cut(items);
        let mut response = Json(Value::Array(items)).into_response();
        if more {
            let (size, next) = (self.per_page.unwrap_or(30), self.page.unwrap_or(1).max(1) + 1);
            let link = format!("<{}{path}?per_page={size}&page={next}>; rel=\"next\"", hub.url);
            if let Ok(link) = HeaderValue::from_str(&link) {
                response.headers_mut().insert(header::LINK, link);
            }
        }
        Ok(response)
    }
}
