//! One request to the API: sent, repeated, waited for, read within bounds.
//!
//! Invariants: the token goes to the API's own origin only (redirects are never followed by the HTTP library, and the
//! header is set on each request by hand); no answer is read beyond its cap; after GitHub told us to wait, no request
//! leaves before that time.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use reqwest::{
    Method, Response, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION},
    redirect::Policy,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::Instant;

use super::{
    answer::{Answer, says_limit},
    pace::{self, Again, Next, Seen},
};
use crate::{ForgeError, Settings, SetupError};

/// The largest JSON answer we read: a page of a hundred files with their patches stays well below.
const ANSWER_BYTES: usize = 16 << 20;
/// Redirects inside the API: a renamed repository needs one.
const HOPS: usize = 3;

#[derive(Debug)]
pub(crate) struct Client {
    pub(super) http: reqwest::Client,
    pub(super) api: Url,
    pub(super) archive_hosts: Vec<String>,
    pub(super) time_out: Duration,
    token: SecretString,
    calls: AtomicU64,
    closed_until: Mutex<Option<Instant>>,
    pub(super) own_login: tokio::sync::OnceCell<Option<String>>,
}

/// One request, ready to be sent more than once.
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<Bytes>,
    pub(super) again: Again,
}

impl Request {
    pub(super) fn get(url: Url) -> Self {
        Self { method: Method::GET, url, body: None, again: Again::Harmless }
    }

    pub(super) fn write(
        method: Method,
        url: Url,
        body: &impl Serialize,
        again: Again,
    ) -> Result<Self, ForgeError> {
        let body = serde_json::to_vec(body).map_err(|_| ForgeError::invalid("the request is not JSON"))?;
        Ok(Self { method, url, body: Some(body.into()), again })
    }
}

impl Client {
    pub(crate) fn new(settings: Settings) -> Result<Self, SetupError> {
        let api: Url = settings.api_url.parse().map_err(|_| SetupError::Address(settings.api_url.clone()))?;
        let loopback = api.host_str().is_some_and(|host| {
            let bare = host.trim_matches(['[', ']']);
            host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        });
        match api.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err(SetupError::Insecure),
            _ => return Err(SetupError::Address(settings.api_url.clone())),
        }
        bearer(&settings.token).ok_or(SetupError::Token)?;
        let http = reqwest::Client::builder()
            .user_agent(concat!("quartet/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(settings.time_out.min(Duration::from_secs(5)))
            .read_timeout(settings.time_out)
            .pool_max_idle_per_host(4)
            .build()
            .map_err(SetupError::Http)?;
        Ok(Self {
            http,
            api,
            archive_hosts: settings.archive_hosts,
            time_out: settings.time_out,
            token: settings.token,
            calls: AtomicU64::new(0),
            closed_until: Mutex::new(None),
            own_login: tokio::sync::OnceCell::new(),
        })
    }

    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// `GET`, as `T`.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        url: Url,
        what: &'static str,
    ) -> Result<T, ForgeError> {
        self.send(Request::get(url)).await?.read(what)
    }

    /// Sends a request until there is an answer to act on, and reads it whole.
    pub(super) async fn send(&self, mut request: Request) -> Result<Answer, ForgeError> {
        for _ in 0..HOPS {
            let (response, body) = self.persist(&request, ANSWER_BYTES).await?;
            let Some(body) = body else {
                return Err(ForgeError::TooLarge { what: "an answer of the API" });
            };
            let status = response.status.as_u16();
            match self.renamed(&request, status, &response.headers)? {
                Some(url) => request.url = url,
                None => return Ok(Answer { status, body }),
            }
        }
        Err(ForgeError::invalid("the API redirects in circles"))
    }

    /// The answer's head as soon as it is there, for a `GET` that redirects.
    pub(super) async fn head(&self, url: Url) -> Result<(Answer, HeaderMap), ForgeError> {
        let (response, body) = self.persist(&Request::get(url), ANSWER_BYTES).await?;
        let answer = Answer { status: response.status.as_u16(), body: body.unwrap_or_default() };
        Ok((answer, response.headers))
    }

    /// A redirect inside the API's own origin: what a renamed repository answers.
    fn renamed(
        &self,
        request: &Request,
        status: u16,
        headers: &HeaderMap,
    ) -> Result<Option<Url>, ForgeError> {
        let follow = match status {
            301 | 302 => request.method == Method::GET,
            307 | 308 => true,
            _ => false,
        };
        if !follow {
            return Ok(None);
        }
        let url = location(&request.url, headers)?;
        if url.origin() != self.api.origin() {
            return Err(ForgeError::ForeignHost { host: url.host_str().unwrap_or_default().to_owned() });
        }
        Ok(Some(url))
    }

    /// The loop of attempts. The body is `None` when it is larger than the cap.
    async fn persist(&self, request: &Request, cap: usize) -> Result<(Head, Option<BytesMut>), ForgeError> {
        let mut waited = Duration::ZERO;
        for attempt in 1.. {
            self.stay_out_while_closed()?;
            let outcome = self.attempt(request, cap).await;
            let seen = match &outcome {
                Ok((head, body)) => {
                    let says = says_limit(body.as_deref().unwrap_or_default());
                    match pace::too_fast(head.status.as_u16(), &head.headers, says) {
                        Some(pause) => Seen::TooFast(pause),
                        None => Seen::Status(head.status.as_u16()),
                    }
                }
                Err(error) if error.is_connect() => Seen::Unsent,
                Err(_) => Seen::Silence,
            };
            match pace::next(seen, request.again, attempt, waited) {
                Next::Take => {
                    let (head, body) = outcome.map_err(ForgeError::unavailable)?;
                    if let Some(pause) = pace::exhausted(&head.headers) {
                        self.close(pause);
                    }
                    return Ok((head, body));
                }
                Next::Wait(pause) => {
                    tracing::debug!(?seen, attempt, "asking the forge again");
                    tokio::time::sleep(pause + jitter(pause)).await;
                    waited += pause;
                }
                Next::TellToWait(after) => {
                    self.close(after);
                    return Err(ForgeError::RateLimited { after });
                }
            }
        }
        unreachable!("the attempts are bounded by `pace::next`")
    }

    async fn attempt(
        &self,
        request: &Request,
        cap: usize,
    ) -> Result<(Head, Option<BytesMut>), reqwest::Error> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let mut builder = self
            .http
            .request(request.method.clone(), request.url.clone())
            .timeout(self.time_out)
            .header(ACCEPT, "application/vnd.github+json")
            .header("x-github-api-version", "2022-11-28");
        if let Some(bearer) = bearer(&self.token) {
            builder = builder.header(AUTHORIZATION, bearer);
        }
        if let Some(body) = &request.body {
            builder = builder.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let response = builder.send().await?;
        let head = Head { status: response.status(), headers: response.headers().clone() };
        Ok((head, read_capped(response, cap).await?))
    }

    fn stay_out_while_closed(&self) -> Result<(), ForgeError> {
        let closed = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        let left = closed.map(|until| until.saturating_duration_since(Instant::now()));
        match left {
            Some(after) if !after.is_zero() => Err(ForgeError::RateLimited { after }),
            _ => Ok(()),
        }
    }

    fn close(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let mut closed = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        *closed = Some(closed.map_or(until, |before| before.max(until)));
    }

    /// `{api}/{parts…}`, each part percent-encoded as one path segment.
    pub(super) fn url<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.api.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(parts);
        }
        url
    }

    /// `{api}/repos/{owner}/{name}/{parts…}`.
    pub(super) fn repo_url(&self, repo: &str, parts: &[&str]) -> Result<Url, ForgeError> {
        let named = |word: &str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
            !word.is_empty() && !matches!(word, "." | "..") && word.chars().all(plain)
        };
        match repo.split_once('/') {
            Some((owner, name)) if named(owner) && named(name) => {
                Ok(self.url(["repos", owner, name].into_iter().chain(parts.iter().copied())))
            }
            _ => Err(ForgeError::invalid("a repository is named `owner/name`")),
        }
    }
}

struct Head {
    status: reqwest::StatusCode,
    headers: HeaderMap,
}

pub(super) fn location(base: &Url, headers: &HeaderMap) -> Result<Url, ForgeError> {
    let target = headers.get(LOCATION).and_then(|value| value.to_str().ok());
    target
        .and_then(|target| base.join(target).ok())
        .ok_or_else(|| ForgeError::invalid("a redirect without an address"))
}

/// A full commit name: what we ask for by name must not be a branch that moves.
pub(super) fn require_sha(sha: &str) -> Result<(), ForgeError> {
    if matches!(sha.len(), 40 | 64) && sha.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(ForgeError::invalid("a commit is named by its full SHA"))
}

async fn read_capped(mut response: Response, cap: usize) -> Result<Option<BytesMut>, reqwest::Error> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > cap {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

fn bearer(token: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Up to half as much again, so that callers who were refused together do not come back together.
fn jitter(pause: Duration) -> Duration {
    let roll = RandomState::new().build_hasher().finish() % 512;
    pause * u32::try_from(roll).unwrap_or(0) / 1024
}
