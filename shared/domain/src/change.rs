//! What a verified event says, in words that fit every forge. A forge's parser makes it, the router decides on it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::repository::{Pull, Repository};

/// What happened, who did it, where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The sender's event name, as `pull_request`.
    pub event_type: String,
    /// The event's action, as `opened`; empty where it has none.
    pub action: String,
    /// The login that caused it; empty where the event names nobody.
    pub actor: String,
    /// Absent for events about an installation or an organisation.
    pub repository: Option<Repository>,
    pub subject: Subject,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Subject {
    PullRequest(Pull),
    Push(Push),
    /// One check, or a suite of them, came to a conclusion.
    Check(Check),
    /// Repositories send their events from now on, or no longer.
    Connection(Connection),
    /// A genuine event that no task is made of.
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// Empty for a tag.
    pub branch: String,
    /// The commit before; absent for a new branch.
    pub before: Option<String>,
    /// The commit now; absent when the branch was deleted.
    pub after: Option<String>,
    /// The message of the newest commit.
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub suite: bool,
    pub name: String,
    /// Absent while it runs.
    pub conclusion: Option<String>,
    pub head_sha: String,
    pub branch: String,
    pub pulls: Vec<u64>,
    /// Where the forge shows it; empty where it says nothing of that.
    #[serde(default)]
    pub url: String,
    /// When it came to its conclusion: events arrive out of order, this orders them.
    #[serde(default)]
    pub at: Option<Timestamp>,
}

/// Which repositories were connected by an event, and which were not any more after it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    pub connected: Vec<Connected>,
    pub disconnected: Vec<Connected>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connected {
    /// The forge's own number.
    pub id: u64,
    /// `owner/name`.
    pub full_name: String,
}
