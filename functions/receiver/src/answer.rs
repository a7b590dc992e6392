//! What the sender is told: the orchestrator contract's shapes and codes.

use quartet_domain::ids::EventId;
use quartet_domain::problem::Problem;
use quartet_domain::task::promised;
use serde::Serialize;

use crate::request::Request;

/// An answer for API Gateway, payload format 2.0.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    #[serde(rename = "statusCode")]
    pub status_code: u16,
    headers: Headers,
    pub body: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Headers {
    content_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allow: Option<&'static str>,
}

/// Why a request is not taken. Each says what to do about it, and none says more about a secret than that it did not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("only POST is served here")]
    Method,
    #[error("the content type must be application/json: choose it in the webhook's settings")]
    ContentType,
    #[error("the body is larger than {most_bytes} bytes")]
    TooLarge { most_bytes: usize },
    #[error("the body is not the base64 that it claims to be")]
    Encoding,
    #[error("the header {0} is missing or not of its form")]
    Header(&'static str),
    #[error("the header X-Hub-Signature-256 is missing: give the webhook the deployment's secret")]
    Unsigned,
    #[error("the signature does not match: the webhook's secret must be the deployment's")]
    Forged,
    #[error("too many requests with a wrong signature came from this address")]
    Throttled { retry_after: u64 },
    #[error("the body is not a JSON object")]
    NotJson,
    #[error("this delivery was already received")]
    Duplicate,
    #[error("the event cannot be stored right now: deliver it again")]
    Unavailable,
}

impl Refusal {
    pub fn status_code(&self) -> u16 {
        match self {
            Self::Encoding | Self::Header(_) | Self::NotJson => 400,
            Self::Unsigned | Self::Forged => 401,
            Self::Method => 405,
            Self::Duplicate => 409,
            Self::TooLarge { .. } => 413,
            Self::ContentType => 415,
            Self::Throttled { .. } => 429,
            Self::Unavailable => 503,
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Throttled { retry_after } => Some(*retry_after),
            Self::Unavailable => Some(30),
            Self::Method
            | Self::ContentType
            | Self::TooLarge { .. }
            | Self::Encoding
            | Self::Header(_)
            | Self::Unsigned
            | Self::Forged
            | Self::NotJson
            | Self::Duplicate => None,
        }
    }
}

#[derive(Serialize)]
struct Accepted<'a> {
    status: &'static str,
    delivery_id: &'a str,
    event_type: &'a str,
    result: Outcome<'a>,
}

#[derive(Serialize)]
struct Outcome<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_id: Option<String>,
    action: &'a str,
}

pub fn accepted(request: &Request, id: &EventId, action: &str) -> Answer {
    let event_type = request.event_type();
    let due = promised(event_type, action);
    let result = Outcome {
        status: if due { "queued" } else { "recorded" },
        task_id: due.then(|| id.task().to_string()),
        action,
    };
    let body = Accepted { status: "accepted", delivery_id: request.delivery_id(), event_type, result };
    answer(200, None, None, &body)
}

pub fn refused(request: &Request, refusal: &Refusal) -> Answer {
    let body = Problem {
        error: refusal.to_string(),
        status_code: refusal.status_code(),
        path: request.path().to_owned(),
        correlation_id: request.correlation_id().to_owned(),
    };
    let allow = (*refusal == Refusal::Method).then_some("POST");
    answer(refusal.status_code(), refusal.retry_after(), allow, &body)
}

fn answer(
    status_code: u16,
    retry_after: Option<u64>,
    allow: Option<&'static str>,
    body: &impl Serialize,
) -> Answer {
    let headers = Headers { content_type: "application/json", retry_after, allow };
    // Plain structs of strings always serialise.
    Answer { status_code, headers, body: serde_json::to_string(body).unwrap_or_default() }
}
