//! A sender of webhooks by hand: a valid one by default, each story states its difference.

use quartet_domain::event::DEFAULT_CONNECTION;
use quartet_domain::ids::EventId;
use quartet_domain::signature::over_body;
use reqwest::{Method, Response};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::stage::{SECRET, Stage};

const PATH: &str = "/api/v1/webhooks/github";

#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    method: Method,
    headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    event: &'static str,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Webhook {
    /// An event that starts nothing, told apart from others by `name`.
    pub(crate) fn issue(name: &str) -> Self {
        Self::of("issues", &json!({ "action": "opened", "issue": { "title": name } }))
    }

    pub(crate) fn of(event: &'static str, payload: &Value) -> Self {
        Self { method: Method::POST, headers: Vec::new(), body: Vec::new(), event }
            .header("content-type", "application/json")
            .header("x-github-event", event)
            .id(&format!("{event}-{:x}", jiff::Timestamp::now().as_nanosecond()))
            .body(payload.to_string())
            .signed_with(SECRET)
    }

    /// Sets a header; an empty value takes it away.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        if !value.is_empty() {
            self.headers.push((name, value.to_owned()));
        }
        self
    }

    pub(crate) fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    pub(crate) fn id(self, id: &str) -> Self {
        self.header("x-github-delivery", id)
    }

    /// Replaces the body after it was signed.
    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn signed_with(self, secret: &str) -> Self {
        let signature = over_body(&SecretString::from(secret), &self.body);
        self.header("x-hub-signature-256", &signature)
    }

    /// As API Gateway hands it to the function.
    pub(crate) fn as_event(&self, source_ip: &str) -> Value {
        let headers = self.headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
        let http = json!({ "method": "POST", "path": PATH, "sourceIp": source_ip });
        json!({
            "version": "2.0", "rawPath": PATH, "headers": headers.collect::<Map<_, _>>(),
            "requestContext": { "requestId": "one", "http": http },
            "body": String::from_utf8(self.body.clone()).unwrap(), "isBase64Encoded": false,
        })
    }

    /// The event's id, if it were accepted.
    pub(crate) fn event(&self) -> EventId {
        EventId::of(DEFAULT_CONNECTION, self.event, &self.body)
    }

    pub(crate) async fn send(&self, stage: &Stage) -> Answer {
        self.send_to(stage, PATH).await
    }

    pub(crate) async fn send_to(&self, stage: &Stage, path: &str) -> Answer {
        let url = format!("{}{path}", stage.stack.url());
        let mut request = reqwest::Client::new().request(self.method.clone(), url).body(self.body.clone());
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        Answer::read(request.send().await.unwrap()).await
    }
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap();
        let body = serde_json::from_slice(&bytes);
        let body = body.unwrap_or_else(|_| json!(String::from_utf8_lossy(&bytes).into_owned()));
        Self { status, headers, body }
    }
}
