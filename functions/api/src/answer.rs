//! The body of every refusal, as the orchestrator's contract has it, and one log line for each request that is refused.

use axum::Json;
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use lambda_http::RequestExt as _;
use lambda_http::request::RequestContext;
use serde::Serialize;
use utoipa::ToSchema;

use crate::refusal::Refusal;

/// What is wrong and what to do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// In one sentence.
    error: String,
    status_code: u16,
    path: String,
    /// Finds the trace and the logs of the request.
    correlation_id: String,
    /// Each field that must change; only where the status is 422.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<ProblemField>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemField {
    /// As `url` or `events[2]`.
    field: String,
    message: String,
}

/// Turns a refusal into its body.
pub(crate) async fn finish(request: Request, next: Next) -> Response {
    let path = request.raw_http_path().to_owned();
    let path = if path.is_empty() { request.uri().path().to_owned() } else { path };
    let correlation_id = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone().unwrap_or_default(),
        _ => String::new(),
    };
    let mut response = next.run(request).await;
    let Some(refusal) = response.extensions_mut().remove::<Refusal>() else { return response };
    tracing::info!(status = refusal.status().as_u16(), correlation_id, path, "{refusal}");
    let fields = refusal.fields().iter();
    let problem = Problem {
        error: refusal.to_string(),
        status_code: refusal.status().as_u16(),
        path,
        correlation_id,
        fields: fields
            .map(|flaw| ProblemField { field: flaw.field.clone(), message: flaw.message.clone() })
            .collect(),
    };
    let mut finished = (refusal.status(), Json(problem)).into_response();
    for (name, value) in response.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            finished.headers_mut().append(name, value.clone());
        }
    }
    finished
}
