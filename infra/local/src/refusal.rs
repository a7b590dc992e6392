//! What the person at the keyboard can mend.

/// A request that cannot be served as it was put: one sentence that says what to do. Everything else that goes wrong is
/// our own failure and keeps its chain of causes.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(String);

impl Refusal {
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// A full disk is the user's to mend wherever it shows.
    pub fn from_disk(error: &std::io::Error) -> Option<Self> {
        matches!(
            error.kind(),
            std::io::ErrorKind::StorageFull
                | std::io::ErrorKind::QuotaExceeded
                | std::io::ErrorKind::ReadOnlyFilesystem
        )
        .then(|| {
            Self::new(format!(
                "cannot write ({error}): free some space, or set CARGO_TARGET_DIR to a folder on another disk"
            ))
        })
    }
}
