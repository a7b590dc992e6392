//! What a verified event says, in words that fit every forge. A forge's parser makes it, the router decides on it.

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
    Installation,
    Ping,
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
}
