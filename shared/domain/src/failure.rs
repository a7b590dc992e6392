//! The error names that Step Functions sees. The state machine retries [`TRANSIENT`] and catches everything; a test holds
//! every `ErrorEquals` there against this list.

/// A service was out, throttled or slow: the same call may succeed later.
pub const TRANSIENT: &str = "Transient";
/// The forge asks us to wait longer than a function may.
pub const RATE_LIMITED: &str = "RateLimited";
/// The forge refuses: the token lacks a permission, or the thing is gone.
pub const FORGE_REFUSED: &str = "ForgeRefused";
/// The archive breaks a limit; the cause names which.
pub const ARCHIVE_REFUSED: &str = "ArchiveRefused";
/// The stage's input or an earlier stage's object cannot be read: a fault of ours.
pub const BROKEN_STATE: &str = "BrokenState";

/// Names that a `Retry` may list.
pub const RETRIED: [&str; 2] = [TRANSIENT, RATE_LIMITED];
