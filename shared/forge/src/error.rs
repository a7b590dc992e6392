//! What can go wrong at a forge: one variant for each decision a caller makes.
//!
//! Invariant: no variant holds a body, a token or a URL (the address of a private archive is itself a credential).

use std::time::Duration;

use crate::commit::PathRefusal;

#[derive(Debug, thiserror::Error)]
pub enum ForgeError {
    /// The token is wrong or has expired: a new one is needed.
    #[error("the forge does not know the token")]
    Unauthorized,
    /// The token is good but may not do this.
    #[error("the token lacks the permission for this")]
    Forbidden,
    /// Gone, never there, or hidden from this token; forges do not say which.
    #[error("the forge has no such thing, or hides it from the token")]
    NotFound,
    /// Come back after this long, not sooner: going on may get the token banned.
    #[error("the forge asks to wait {} s", after.as_secs())]
    RateLimited { after: Duration },
    /// The thing changed under the call.
    #[error("the thing was changed meanwhile")]
    Moved,
    /// The forge refuses the request for what it says; repeating it is useless.
    #[error("the forge refuses the request: {detail}")]
    Invalid { detail: String },
    /// A commit may not touch this path. Nothing was written.
    #[error("a commit may not touch `{path}`")]
    PathRefused {
        path: String,
        #[source]
        reason: PathRefusal,
    },
    /// More than we take, or more than the forge shows.
    #[error("too large: {what}")]
    TooLarge { what: &'static str },
    /// An archive should come from a host that is not allowed.
    #[error("the archive would come from `{host}`, which is not allowed")]
    ForeignHost { host: String },
    /// The answer is not in a shape we know.
    #[error("unreadable answer about {what} (line {line}, column {column})")]
    Unreadable { what: &'static str, line: usize, column: usize },
    /// No answer, or one that says to try later; already repeated where that is harmless.
    #[error("the forge is not available{}", status.map(|s| format!(" (status {s})")).unwrap_or_default())]
    Unavailable {
        status: Option<u16>,
        #[source]
        source: Option<reqwest::Error>,
    },
}

impl ForgeError {
    /// A stable name, for logs, metrics and the names that workflows see.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unauthorized => "ForgeUnauthorized",
            Self::Forbidden => "ForgeForbidden",
            Self::NotFound => "ForgeNotFound",
            Self::RateLimited { .. } => "ForgeRateLimited",
            Self::Moved => "ForgeMoved",
            Self::Invalid { .. } => "ForgeInvalid",
            Self::PathRefused { .. } => "ForgePathRefused",
            Self::TooLarge { .. } => "ForgeTooLarge",
            Self::ForeignHost { .. } => "ForgeForeignHost",
            Self::Unreadable { .. } => "ForgeUnreadable",
            Self::Unavailable { .. } => "ForgeUnavailable",
        }
    }

    /// Whether the same call may succeed later with nothing changed by us.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::RateLimited { .. } | Self::Unavailable { .. })
    }

    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::Invalid { detail: detail.into() }
    }

    pub(crate) fn unavailable(source: reqwest::Error) -> Self {
        Self::Unavailable { status: None, source: Some(source.without_url()) }
    }
}

/// Why a [`crate::Forge`] cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("the forge's API address `{0}` is not a URL")]
    Address(String),
    #[error("the forge's API address must be https (plain http is for loopback only)")]
    Insecure,
    #[error("the forge token has characters that a header cannot hold")]
    Token,
    #[error("cannot build the HTTP client")]
    Http(#[source] reqwest::Error),
}
