//! How much of an event is sent, as it is asked for and shown.

use quartet_domain::subscription::PayloadMode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How much of an event is sent.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Payload {
    /// All of it.
    Full,
    /// Its name, time and ids.
    Thin,
    /// As `thin`, with a link to all of it.
    Link,
}

impl From<Payload> for PayloadMode {
    fn from(payload: Payload) -> Self {
        match payload {
            Payload::Full => Self::Full,
            Payload::Thin => Self::Thin,
            Payload::Link => Self::Link,
        }
    }
}

impl From<PayloadMode> for Payload {
    fn from(mode: PayloadMode) -> Self {
        match mode {
            PayloadMode::Full => Self::Full,
            PayloadMode::Thin => Self::Thin,
            PayloadMode::Link => Self::Link,
        }
    }
}
