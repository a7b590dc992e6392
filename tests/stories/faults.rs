//! A proxy between the functions and AWS that does what networks and services do on bad days: by AWS action, every so
//! many calls, late, refused, or cut off before or after AWS has done what it was asked.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// It comes this many milliseconds late.
    Late(u64),
    /// AWS answers that it is broken.
    Broken,
    /// AWS answers that it was asked too often.
    Throttled,
    /// The connection ends before AWS has heard of it.
    CutBefore,
    /// AWS does it, and the connection ends before the answer.
    CutAfter,
}

/// A fault in every `every`th call of an action, as `PutItem` or, for the bucket, `S3.PUT`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) action: &'static str,
    pub(crate) every: usize,
    pub(crate) fault: Fault,
}

pub(crate) struct Faults {
    /// What functions are told to be AWS.
    pub(crate) url: String,
    shared: Arc<Shared>,
    #[expect(dead_code, reason = "the task ends with the set that holds it")]
    serving: JoinSet<Infallible>,
}

struct Shared {
    http: reqwest::Client,
    aws: OnceLock<String>,
    plan: Mutex<Vec<(Rule, usize)>>,
    done: Mutex<BTreeMap<(&'static str, Fault), usize>>,
}

impl Faults {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            http: reqwest::Client::new(),
            aws: OnceLock::new(),
            plan: Mutex::default(),
            done: Mutex::default(),
        });
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, shared.clone()));
        Self { url, shared, serving }
    }

    /// Names the AWS behind it, once.
    pub(crate) fn lead_to(&self, endpoint: &str) {
        self.shared.aws.set(endpoint.to_owned()).unwrap();
    }

    /// From now on these happen, and no others.
    pub(crate) fn plan(&self, rules: &[Rule]) {
        *self.shared.plan.lock().unwrap() = rules.iter().map(|rule| (*rule, 0)).collect();
    }

    /// How often each happened.
    pub(crate) fn done(&self) -> BTreeMap<(&'static str, Fault), usize> {
        self.shared.done.lock().unwrap().clone()
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(connection(stream, shared.clone()));
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Ends without an answer where a call is cut.
async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(|request| {
        let shared = shared.clone();
        async move { shared.answer(request).await.ok_or("cut") }
    });
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

impl Shared {
    /// `None` where the connection is to end.
    async fn answer(&self, request: Request<Incoming>) -> Option<Response<Full<Bytes>>> {
        let fault = self.fault(&action(&request));
        match fault {
            Some(Fault::CutBefore) => return None,
            Some(Fault::Broken) => {
                return Some(refused(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError"));
            }
            Some(Fault::Throttled) => return Some(refused(StatusCode::BAD_REQUEST, "ThrottlingException")),
            Some(Fault::Late(milliseconds)) => tokio::time::sleep(Duration::from_millis(milliseconds)).await,
            Some(Fault::CutAfter) | None => {}
        }
        let (parts, body) = request.into_parts();
        let body = body.collect().await.ok()?.to_bytes();
        let url = format!("{}{}", self.aws.get()?, parts.uri.path_and_query()?);
        let sent = self.http.request(parts.method, url).headers(end_to_end(parts.headers)).body(body);
        let answer = sent.send().await.ok()?;
        let (status, headers) = (answer.status(), end_to_end(answer.headers().clone()));
        let body = answer.bytes().await.ok()?;
        if fault == Some(Fault::CutAfter) {
            return None;
        }
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Some(response)
    }

    /// Counts the call, and says what happens to it. The first rule whose turn it is counts.
    fn fault(&self, action: &str) -> Option<Fault> {
        let mut plan = self.plan.lock().unwrap();
        let mut due = None;
        for (rule, calls) in plan.iter_mut().filter(|(rule, _)| rule.action == action) {
            *calls += 1;
            if *calls % rule.every == 0 && due.is_none() {
                due = Some((rule.action, rule.fault));
            }
        }
        let (action, fault) = due?;
        *self.done.lock().unwrap().entry((action, fault)).or_default() += 1;
        Some(fault)
    }
}

fn action(request: &Request<Incoming>) -> String {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    let named = target.and_then(|target| target.rsplit_once('.')).map(|(_, action)| action.to_owned());
    named.unwrap_or_else(|| format!("S3.{}", request.method()))
}

/// As AWS refuses in its JSON protocols.
fn refused(status: StatusCode, kind: &'static str) -> Response<Full<Bytes>> {
    let body = format!(r#"{{"__type":"{kind}","message":"a story told it to"}}"#);
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert("x-amzn-errortype", kind.parse().unwrap());
    response
}

/// Without what is said from hop to hop.
fn end_to_end(mut headers: HeaderMap) -> HeaderMap {
    for name in [header::CONNECTION, header::TRANSFER_ENCODING, header::CONTENT_LENGTH] {
        headers.remove(name);
    }
    headers
}
