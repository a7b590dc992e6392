//! The front door: the deployment's public address, known before anything is deployed.
//!
//! It stands where API Gateway's own domain stands on AWS, and does as little: the path and the bytes go through as they
//! came (the emulator decodes the path into `rawPath`, as API Gateway does), the caller's address is added, and API
//! Gateway's limits hold (10 MiB, 30 s), which the emulator does not know.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::aws::{Http, http};

const LARGEST_BODY: usize = 10 << 20;
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// They belong to one connection and not to the message (RFC 9110, section 7.6.1).
const HOP_BY_HOP: [HeaderName; 7] = [
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
];

/// An open front door; dropping it closes it.
#[derive(Debug)]
pub(crate) struct Door {
    address: SocketAddr,
    behind: Arc<OnceLock<String>>,
    #[expect(dead_code, reason = "the task ends with the set that holds it")]
    serving: JoinSet<()>,
}

#[derive(Clone)]
struct Passage {
    address: SocketAddr,
    behind: Arc<OnceLock<String>>,
    http: Http,
}

impl Door {
    pub(crate) async fn open() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("no loopback port is free for the front door")?;
        let address = listener.local_addr()?;
        let behind = Arc::new(OnceLock::new());
        let passage = Passage { address, behind: behind.clone(), http: http() };
        let service = Router::new().fallback(pass).with_state(passage);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let service = service.into_make_service_with_connect_info::<SocketAddr>();
            // Accept errors are retried inside; it returns only when the task is dropped.
            let _ = axum::serve(listener, service).await;
        });
        Ok(Self { address, behind, serving })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Leads to this API from now on. The first call counts.
    pub(crate) fn lead_to(&self, endpoint: &str, api_id: &str) {
        let _ = self.behind.set(format!("{endpoint}/_aws/execute-api/{api_id}/$default"));
    }
}

async fn pass(
    State(passage): State<Passage>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let Some(behind) = passage.behind.get() else {
        return say(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable");
    };
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return say(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    };
    let path = parts.uri.path_and_query().map_or("/", |whole| whole.as_str());
    let Ok(uri) = format!("{behind}{path}").parse::<Uri>() else {
        return say(StatusCode::BAD_REQUEST, "Bad Request");
    };
    parts.uri = uri;
    parts.extensions.clear();
    forward_headers(&mut parts.headers, peer, passage.address);
    let request = Request::from_parts(parts, Body::from(body));
    match tokio::time::timeout(LONGEST_WAIT, passage.http.request(request)).await {
        Ok(Ok(response)) => {
            let (mut parts, body) = response.into_parts();
            strip(&mut parts.headers);
            Response::from_parts(parts, Body::new(body))
        }
        Ok(Err(_)) => say(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        Err(_) => say(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
    }
}

fn forward_headers(headers: &mut HeaderMap, peer: SocketAddr, own: SocketAddr) {
    strip(headers);
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::EXPECT);
    let before = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let chain = before.map_or_else(|| peer.ip().to_string(), |before| format!("{before}, {}", peer.ip()));
    for (name, value) in [
        // The emulator looks for an API in the host as well: a caller must not choose another one.
        (header::HOST, own.to_string()),
        (HeaderName::from_static("x-forwarded-for"), chain),
        (HeaderName::from_static("x-forwarded-proto"), "http".to_owned()),
        (HeaderName::from_static("x-forwarded-port"), own.port().to_string()),
    ] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
}

fn strip(headers: &mut HeaderMap) {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
    headers.remove("keep-alive");
}

/// What API Gateway says in its own name.
fn say(status: StatusCode, message: &str) -> Response {
    (status, axum::Json(serde_json::json!({ "message": message }))).into_response()
}
