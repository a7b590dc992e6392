//! Why an archive is refused, with names that stay: the state machine and the results show them.

use std::io;
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("the archive is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("the archive unpacks to more than {limit} times its size")]
    Ratio { limit: u64 },
    #[error("the archive is corrupt: {why}")]
    Corrupt { why: String },
    #[error("the archive has more than {limit} entries")]
    TooManyEntries { limit: u64 },
    #[error("the archive has a path of more than {limit} components")]
    TooDeep { limit: usize },
    #[error("the archive took longer than {limit:?} to read")]
    TimedOut { limit: Duration },
    /// The reader failed, not the archive: the one case that is worth another try.
    #[error("the archive could not be read to its end")]
    Unreadable(#[source] io::Error),
}

impl ArchiveError {
    pub fn name(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "ArchiveTooLarge",
            Self::Ratio { .. } => "ArchiveRatio",
            Self::Corrupt { .. } => "ArchiveCorrupt",
            Self::TooManyEntries { .. } => "ArchiveTooManyEntries",
            Self::TooDeep { .. } => "ArchiveTooDeep",
            Self::TimedOut { .. } => "ArchiveTimedOut",
            Self::Unreadable(_) => "ArchiveUnreadable",
        }
    }

    pub(super) fn corrupt(why: impl Into<String>) -> Self {
        Self::Corrupt { why: why.into() }
    }
}

/// Our own errors pass through the decompressor inside an [`io::Error`]; any other is the decompressor's verdict.
impl From<io::Error> for ArchiveError {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => ours,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Self::corrupt("it ends too early"),
            Err(error) => Self::corrupt(error.to_string()),
        }
    }
}
