//! Files of a repository: which ones a change touches, and all of them as a stream.

use bytes::Bytes;

use crate::error::ForgeError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// Relative to the repository root, with `/`.
    pub path: String,
    pub status: FileStatus,
    /// Where a renamed or copied file was before.
    pub previous_path: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStatus {
    Added,
    Modified,
    Removed,
    Renamed,
    Copied,
    /// Only its mode changed, or nothing did.
    Unchanged,
}

/// A gzipped tar of one commit, as it arrives. It is untrusted, and as long as the sender likes: the caller counts.
#[derive(Debug)]
pub struct Archive {
    response: reqwest::Response,
}

impl Archive {
    pub(crate) fn new(response: reqwest::Response) -> Self {
        Self { response }
    }

    /// What the sender says the length is: a hint to refuse early, never a limit.
    pub fn claimed_bytes(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// The next piece, `None` at the end. An archive that breaks off is an error, not an end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ForgeError> {
        self.response.chunk().await.map_err(ForgeError::unavailable)
    }
}
