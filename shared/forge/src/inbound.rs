//! What a verified webhook says, in our own words.
//!
//! Only verified bytes come here; the types that prove it are the receiver's. An event that we know no task for is
//! [`Subject::Other`], never an error: forges invent new ones.
//!
//! [`Subject::Other`]: quartet_domain::change::Subject::Other

use quartet_domain::change::Change;

use crate::github;

/// Why a body could not be read. Says where, never what: bodies stay out of logs.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("the body is not JSON (line {line}, column {column})")]
    NotJson { line: usize, column: usize },
    #[error("the body of a `{event_type}` event is not as expected at `{at}`")]
    Shape { event_type: String, at: String },
}

/// Reads the body of an event of the type that its header names.
pub fn read(event_type: &str, body: &[u8]) -> Result<Change, ReadError> {
    github::inbound::read(event_type, body)
}
