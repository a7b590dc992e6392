//! The few calls that the runner itself makes to the local AWS, as plain HTTP.
//!
//! An SDK would cost more to build than all the rest of the runner. The emulator checks no signature, so the header
//! only names account and region. Nothing here works against the real AWS, which is wanted.

use anyhow::{Context as _, Result, bail};
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

pub(crate) const REGION: &str = "us-east-1";
/// Of the emulator's one account; no key of anybody.
pub(crate) const ACCESS_KEY: &str = "test";
pub(crate) const SECRET_KEY: &str = "test";
/// Far above anything that is stored in a run.
const LARGEST_ANSWER: usize = 256 << 20;

pub(crate) type Http = Client<HttpConnector, Body>;

pub(crate) fn http() -> Http {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).build(connector)
}

/// A client of one local AWS.
#[derive(Clone, Debug)]
pub struct Aws {
    endpoint: String,
    http: Http,
}

impl Aws {
    pub(crate) fn new(endpoint: String) -> Self {
        Self { endpoint, http: http() }
    }

    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// One call of a JSON service: `call("states", "AWSStepFunctions.ListExecutions", &input)`.
    pub async fn call(&self, service: &str, target: &str, input: &Value) -> Result<Value> {
        let request = self
            .request(Method::POST, service, "/")
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", target)
            .body(Body::from(serde_json::to_vec(input)?))?;
        let (status, bytes) = self.send(request).await.with_context(|| format!("{target} failed"))?;
        if !status.is_success() {
            bail!("{target} answered {status}: {}", String::from_utf8_lossy(&bytes));
        }
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).with_context(|| format!("{target} answered no JSON"))
    }

    /// The bytes of an object, or nothing if there is none.
    pub async fn object(&self, bucket: &str, key: &str) -> Result<Option<Bytes>> {
        let request =
            self.request(Method::GET, "s3", &format!("/{bucket}/{}", escape(key))).body(Body::empty())?;
        let (status, bytes) = self.send(request).await.with_context(|| format!("cannot read {key}"))?;
        match status {
            StatusCode::OK => Ok(Some(bytes)),
            StatusCode::NOT_FOUND => Ok(None),
            _ => bail!("reading {key} answered {status}: {}", String::from_utf8_lossy(&bytes)),
        }
    }

    /// The keys below a prefix, at most a thousand.
    pub async fn keys(&self, bucket: &str, prefix: &str) -> Result<Vec<String>> {
        let path = format!("/{bucket}?list-type=2&prefix={}", escape(prefix));
        let (status, bytes) = self.send(self.request(Method::GET, "s3", &path).body(Body::empty())?).await?;
        if !status.is_success() {
            bail!("listing {bucket} answered {status}: {}", String::from_utf8_lossy(&bytes));
        }
        Ok(keys_in(&String::from_utf8_lossy(&bytes)))
    }

    /// Whether the emulator answers.
    pub(crate) async fn is_up(&self) -> bool {
        let Ok(request) = self.request(Method::GET, "s3", "/_ministack/health").body(Body::empty()) else {
            return false;
        };
        self.send(request).await.is_ok_and(|(status, _)| status.is_success())
    }

    fn request(&self, method: Method, service: &str, path: &str) -> axum::http::request::Builder {
        let scope = format!("{ACCESS_KEY}/20260101/{REGION}/{service}/aws4_request");
        Request::builder().method(method).uri(format!("{}{path}", self.endpoint)).header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"),
        )
    }

    async fn send(&self, request: Request<Body>) -> Result<(StatusCode, Bytes)> {
        let response = self.http.request(request).await?;
        let status = response.status();
        Ok((status, to_bytes(Body::new(response.into_body()), LARGEST_ANSWER).await?))
    }
}

/// One POST of JSON to an address on this machine, with a bearer token: the status and the text of the answer.
pub async fn post_json(url: &str, token: &str, body: &Value) -> Result<(u16, String)> {
    let request = Request::post(url)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("user-agent", "quartet-xtask")
        .body(Body::from(serde_json::to_vec(body)?))?;
    let response = http().request(request).await.with_context(|| format!("no answer from {url}"))?;
    let status = response.status().as_u16();
    let bytes = to_bytes(Body::new(response.into_body()), LARGEST_ANSWER).await?;
    Ok((status, String::from_utf8_lossy(&bytes).into_owned()))
}

/// Percent-encoding for a key in a path or query; `/` stays.
fn escape(key: &str) -> String {
    let mut escaped = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                escaped.push(char::from(byte))
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

/// The keys of a listing. Our keys need no more of XML than this.
fn keys_in(listing: &str) -> Vec<String> {
    let text = |key: &str| {
        key.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    };
    listing
        .split("<Key>")
        .skip(1)
        .filter_map(|rest| rest.split_once("</Key>"))
        .map(|(key, _)| text(key))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{escape, keys_in};

    #[test]
    fn keys_are_read_and_written() {
        assert_eq!(keys_in("<L><C><Key>a/b</Key></C><C><Key>x&amp;y</Key></C></L>"), ["a/b", "x&y"]);
        assert_eq!(keys_in("<L></L>"), [""; 0]);
        assert_eq!(escape("received/a b+c.json"), "received/a%20b%2Bc.json");
    }
}
