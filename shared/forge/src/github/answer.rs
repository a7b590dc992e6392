//! An answer of the API, read as what was asked for or as the error that its status stands for.
//!
//! Invariant: an error quotes nothing of a body but the short codes of a validation error.

use bytes::BytesMut;
use serde::{Deserialize, de::DeserializeOwned};

use crate::ForgeError;

/// A whole answer: any status that is neither a failure of the server nor a rate limit.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: BytesMut,
}

impl Answer {
    /// The body of a 2xx; every other status as the error that it stands for.
    pub(super) fn read<T: DeserializeOwned>(&self, what: &'static str) -> Result<T, ForgeError> {
        self.good()?;
        serde_json::from_slice(&self.body).map_err(|error| ForgeError::Unreadable {
            what,
            line: error.line(),
            column: error.column(),
        })
    }

    pub(super) fn good(&self) -> Result<(), ForgeError> {
        if (200..300).contains(&self.status) { Ok(()) } else { Err(refusal(self.status, &self.body)) }
    }
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    message: String,
    #[serde(default)]
    documentation_url: String,
    #[serde(default)]
    errors: Vec<serde_json::Value>,
}

/// A secondary limit may come as a 403 with no header; only its words tell it from a missing permission.
pub(super) fn says_limit(body: &[u8]) -> bool {
    body.len() < 10_000
        && serde_json::from_slice::<Refusal>(body).is_ok_and(|refusal| {
            refusal.documentation_url.contains("rate-limit") || refusal.message.contains("rate limit")
        })
}

fn refusal(status: u16, body: &[u8]) -> ForgeError {
    match status {
        401 => ForgeError::Unauthorized,
        403 => ForgeError::Forbidden,
        404 | 410 => ForgeError::NotFound,
        409 => ForgeError::Moved,
        413 => ForgeError::TooLarge { what: "the request" },
        400..=499 => ForgeError::Invalid { detail: detail(status, body) },
        _ => ForgeError::Unavailable { status: Some(status), source: None },
    }
}

/// The codes of a validation error (`Hook.url: custom`), which quote nothing that we sent.
fn detail(status: u16, body: &[u8]) -> String {
    let codes = serde_json::from_slice::<Refusal>(body).map(|refusal| refusal.errors).unwrap_or_default();
    let word = |error: &serde_json::Value, key: &str| {
        error
            .get(key)
            .and_then(|value| value.as_str())
            .map_or_else(|| "?".to_owned(), |word| word.chars().take(40).collect())
    };
    let codes: Vec<String> = codes
        .iter()
        .take(3)
        .map(|error| format!("{}.{}: {}", word(error, "resource"), word(error, "field"), word(error, "code")))
        .collect();
    if codes.is_empty() {
        format!("status {status}")
    } else {
        format!("status {status}, {}", codes.join("; "))
    }
}
