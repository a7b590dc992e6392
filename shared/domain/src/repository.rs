//! A repository, a branch and a pull request, in words that fit every forge.

use serde::{Deserialize, Serialize};

/// Which kind of forge a thing came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    #[serde(rename = "github")]
    GitHub,
}

impl Provider {
    /// The word used in paths, ids and logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::GitHub => "github",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    pub provider: Provider,
    /// The forge's own number: it survives a rename, so keys are built from it.
    pub id: u64,
    /// `owner/name`.
    pub full_name: String,
    pub default_branch: String,
    #[serde(default)]
    pub private: bool,
}

/// Where a pull request wants to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    pub number: u64,
    pub title: String,
    /// The branch to merge into, and its commit when the event was sent.
    pub base_branch: String,
    pub base_sha: String,
    /// The branch to merge, and its commit.
    pub head_branch: String,
    pub head_sha: String,
    /// The repository that holds the head branch. Another one than the base's means a fork, which we cannot write to;
    /// absent when it was deleted.
    pub head_repository: Option<String>,
    pub fork: bool,
    pub draft: bool,
    pub open: bool,
    /// When the forge last changed it: events arrive out of order, this orders them.
    pub updated_at: jiff::Timestamp,
}
