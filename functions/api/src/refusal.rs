//! Why a request is not done. Each says what to do about it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use quartet_aws::Unavailable;
use quartet_domain::access::Scope;
use quartet_domain::rate::Allowance;
use quartet_domain::subscription::FieldFlaw;

#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("{0}")]
    Malformed(String),
    #[error("an API key is needed: Authorization: Bearer qk_…")]
    NoKey,
    #[error("this API key is not known, or has expired")]
    WrongKey,
    #[error("this API key lacks the scope {}", .0.word())]
    Scope(Scope),
    #[error("there is nothing at this address")]
    NoRoute,
    #[error("there is no such {0}")]
    Absent(&'static str),
    #[error("this method is not served here")]
    Method,
    #[error("{0}")]
    Conflict(String),
    #[error("it has changed since: read it again and send its new ETag in If-Match")]
    Stale,
    #[error("the body is larger than {} bytes", crate::LARGEST_BODY)]
    TooLarge,
    #[error("the content type must be application/json")]
    ContentType,
    #[error("the request is not valid: {} field(s) must change", .0.len())]
    Invalid(Vec<FieldFlaw>),
    #[error("this Idempotency-Key was used for another request")]
    OtherRequest,
    #[error("too many requests: 100 a minute, 50 at once")]
    Throttled(Allowance),
    #[error("a service that is needed did not answer: try again")]
    Unavailable,
}

impl Refusal {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::NoKey | Self::WrongKey => StatusCode::UNAUTHORIZED,
            Self::Scope(_) => StatusCode::FORBIDDEN,
            Self::NoRoute | Self::Absent(_) => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Stale => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid(_) | Self::OtherRequest => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// One field that must change.
    pub(crate) fn field(name: impl Into<String>, message: impl ToString) -> Self {
        Self::Invalid(vec![FieldFlaw::new(name, message)])
    }

    pub(crate) fn fields(&self) -> &[FieldFlaw] {
        if let Self::Invalid(flaws) = self { flaws } else { &[] }
    }

    fn retry_after(&self) -> Option<i64> {
        match self {
            Self::Throttled(allowance) => Some(allowance.retry_after_seconds.max(1)),
            Self::Unavailable => Some(5),
            Self::Malformed(_)
            | Self::NoKey
            | Self::WrongKey
            | Self::Scope(_)
            | Self::NoRoute
            | Self::Absent(_)
            | Self::Method
            | Self::Conflict(_)
            | Self::Stale
            | Self::TooLarge
            | Self::ContentType
            | Self::Invalid(_)
            | Self::OtherRequest => None,
        }
    }
}

impl From<Unavailable> for Refusal {
    fn from(error: Unavailable) -> Self {
        tracing::error!(error = error.chain(), "AWS did not answer");
        Self::Unavailable
    }
}

/// The status and headers; [`crate::answer::finish`] knows the request and writes the body.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(self, Self::NoKey | Self::WrongKey) {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}
