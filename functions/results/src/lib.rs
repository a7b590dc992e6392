//! The built-in receiver of results, `POST /webhook/results`: what a subscriber's own endpoint should do, done once.
//!
//! It verifies the signature, checks the payload against the contract, stores it under its `webhook-id`, answers. The
//! same message twice is stored once. Every other event of the catalogue is taken as well, so that a webhook can be tried
//! with this endpoint.

pub mod config;

use std::borrow::Cow;

use jiff::Timestamp;
use lambda_http::{Body, Request, RequestExt, Response};
use quartet_aws::Unavailable;
use quartet_aws::objects::Objects;
use quartet_aws::secrets::Secret;
use quartet_domain::catalogue::Envelope;
use quartet_domain::ids::MessageId;
use quartet_domain::problem::Problem;
use quartet_domain::results::{EVENT_TYPE, PipelineComplete};
use quartet_domain::signature::standard::{Headers, Key, Refused, verify};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What outlives a request.
#[derive(Debug)]
pub struct App {
    pub objects: Objects,
    pub secret: Secret,
}

/// Why results are not taken.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("only POST is served here")]
    Method,
    #[error("the message is not signed as Standard Webhooks has it: {0}")]
    Signature(#[from] Refused),
    #[error("the webhook-id is not one of ours")]
    Id,
    #[error("the payload breaks the contract at {0}")]
    Payload(String),
    #[error("the results cannot be stored right now: send them again")]
    Unavailable,
}

impl Refusal {
    fn status_code(&self) -> u16 {
        match self {
            Self::Method => 405,
            Self::Signature(Refused::MissingHeader) | Self::Id => 400,
            Self::Signature(Refused::Timestamp | Refused::Signature) => 401,
            Self::Payload(_) => 422,
            Self::Unavailable => 503,
        }
    }
}

/// Answers one request.
pub async fn handle(app: &App, request: &Request, now: Timestamp) -> Response<Body> {
    match receive(app, request, now).await {
        Ok(()) => answer(200, r#"{"status":"received"}"#.to_owned()),
        Err(refusal) => {
            let context = request.lambda_context_ref().map(|c| c.request_id.clone());
            let problem = Problem {
                error: refusal.to_string(),
                status_code: refusal.status_code(),
                path: request.raw_http_path().to_owned(),
                correlation_id: context.unwrap_or_default(),
            };
            tracing::info!(
                status = problem.status_code,
                correlation_id = problem.correlation_id,
                "{refusal}"
            );
            answer(problem.status_code, serde_json::to_string(&problem).unwrap_or_default())
        }
    }
}

async fn receive(app: &App, request: &Request, now: Timestamp) -> Result<(), Refusal> {
    if request.method() != "POST" {
        return Err(Refusal::Method);
    }
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let headers = Headers {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
    };
    let body: &[u8] = request.body();
    let proof = |secrets: &[SecretString]| {
        let keys: Vec<Key> = secrets.iter().filter_map(|secret| Key::parse(secret).ok()).collect();
        verify(&keys, headers, body, now.as_second())
    };
    let proved = app.secret.prove(proof).await.map_err(unavailable)?;
    let id = MessageId::parse(proved?).ok_or(Refusal::Id)?;
    check(body)?;
    app.objects
        .put_once(&format!("received/{id}.json"), body.to_vec(), "application/json")
        .await
        .map_err(unavailable)?;
    Ok(())
}

/// Which event a body tells of.
#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow)]
    event_type: Cow<'a, str>,
}

/// Checks a payload's types, and the sums and ranges of results; names the first place that is wrong.
fn check(body: &[u8]) -> Result<(), Refusal> {
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(Refusal::Payload("its start: it must be an object".to_owned()));
    }
    let kind: Kind<'_> = read(body)?;
    if kind.event_type != EVENT_TYPE {
        return read::<Envelope<Map<String, Value>>>(body).map(drop);
    }
    let payload: PipelineComplete = read(body)?;
    payload.check().first().map_or(Ok(()), |flaw| Err(Refusal::Payload(flaw.to_string())))
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut json)
        .map_err(|e| Refusal::Payload(format!("{}: {}", e.path(), e.inner())))?;
    json.end().map_err(|e| Refusal::Payload(format!("its end: {e}")))?;
    Ok(read)
}

fn answer(status: u16, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = lambda_http::http::StatusCode::from_u16(status).unwrap_or_default();
    response
        .headers_mut()
        .insert("content-type", lambda_http::http::HeaderValue::from_static("application/json"));
    response
}

fn unavailable(error: Unavailable) -> Refusal {
    tracing::error!(error = error.chain(), "AWS did not answer");
    Refusal::Unavailable
}

#[cfg(test)]
mod tests {
    use quartet_domain::catalogue;

    use super::*;

    #[track_caller]
    fn wrong(body: &str, expected: &str) {
        let refusal = check(body.as_bytes()).expect_err(body);
        assert!(refusal.to_string().contains(expected), "{body}: {refusal}");
    }

    #[test]
    fn every_event_of_the_catalogue_is_taken() {
        for event in catalogue::all() {
            let taken = check(event.example.to_string().as_bytes());
            assert!(taken.is_ok(), "{}: {taken:?}", event.name);
        }
    }

    #[test]
    fn what_breaks_the_contract_is_named() {
        wrong("[]", "its start: it must be an object");
        wrong("{}", "missing field `event_type`");
        wrong(r#"{"event_type": 1}"#, "event_type: invalid type");
        wrong(r#"{"event_type": "webhook.test"}"#, "missing field `type`");
        wrong(r#"{"event_type": "pipeline_complete"}"#, "missing field");
        let mut event = catalogue::find("webhook.test").expect("an event").example.clone();
        event["data"] = "text".into();
        wrong(&event.to_string(), "data: invalid type");
        wrong(&format!("{event} x"), "its end");
    }
}
