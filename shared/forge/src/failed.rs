//! What a forge's error means to the state machine: wait, try again, or end the run.

use quartet_domain::failure::{ARCHIVE_REFUSED, FORGE_REFUSED, Failed, RATE_LIMITED, TRANSIENT};

use crate::ForgeError;

impl From<ForgeError> for Failed {
    fn from(error: ForgeError) -> Self {
        let name = match &error {
            ForgeError::RateLimited { .. } => RATE_LIMITED,
            ForgeError::Unavailable { .. } => TRANSIENT,
            ForgeError::TooLarge { .. } => ARCHIVE_REFUSED,
            ForgeError::Unauthorized
            | ForgeError::Forbidden
            | ForgeError::NotFound
            | ForgeError::Moved
            | ForgeError::Invalid { .. }
            | ForgeError::PathRefused { .. }
            | ForgeError::ForeignHost { .. }
            | ForgeError::Unreadable { .. } => FORGE_REFUSED,
        };
        Self::new(name, format!("{}: {error}", error.name()))
    }
}
