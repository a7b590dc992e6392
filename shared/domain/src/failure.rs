//! Errors under names that Step Functions sees. The state machine retries [`RETRIED`] and catches everything; a test
//! holds every `ErrorEquals` there against these names.

/// A service was out, throttled or slow: the same call may succeed later.
pub const TRANSIENT: &str = "Transient";
/// The forge asks us to wait.
pub const RATE_LIMITED: &str = "RateLimited";
/// The forge refuses: the token lacks a permission, or the thing is gone.
pub const FORGE_REFUSED: &str = "ForgeRefused";
/// The archive breaks a limit, or is none.
pub const ARCHIVE_REFUSED: &str = "ArchiveRefused";
/// An earlier stage's object is missing or unreadable: a fault of ours.
pub const BROKEN_STATE: &str = "BrokenState";
/// The payload breaks its own rules: a fault of ours.
pub const INVALID_PAYLOAD: &str = "InvalidPayload";

/// Names that a `Retry` may list.
pub const RETRIED: [&str; 2] = [TRANSIENT, RATE_LIMITED];

/// How a function ends badly: a stable name for programs and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {message}")]
pub struct Failed {
    pub name: &'static str,
    pub message: String,
}

impl Failed {
    pub fn new(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, message: message.into() }
    }

    /// An earlier stage's object is missing.
    pub fn missing(object: &str) -> Self {
        Self::new(BROKEN_STATE, format!("{object} is missing"))
    }
}
