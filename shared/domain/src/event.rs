//! An accepted webhook, as it is stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::EventId;
use crate::repository::Provider;

/// How long an event is known by: a delivery that comes again within this time is a duplicate.
pub const REMEMBERED: std::time::Duration = std::time::Duration::from_secs(30 * 24 * 3600);

/// The connection of webhooks that come by a universal path and carry the deployment's one secret.
pub const DEFAULT_CONNECTION: &str = "default";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: EventId,
    pub provider: Provider,
    pub connection: String,
    pub event_type: String,
    pub delivery_id: String,
    pub received_at: Timestamp,
    pub status: EventStatus,
    pub body: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// Stored; the router has not finished with it.
    Received,
    /// Its task is made, or it was decided that none is due.
    Processed,
    /// The router gave up; a redelivery is taken again.
    Failed,
}

impl EventStatus {
    /// The word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Processed => "processed",
            Self::Failed => "failed",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Received, Self::Processed, Self::Failed].into_iter().find(|s| s.word() == word)
    }
}
