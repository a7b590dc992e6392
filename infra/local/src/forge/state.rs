//! What the forge remembers beside git: repositories, pull requests, comments, checks, hooks and deliveries.
//!
//! Invariant: the lock is never held over an `await`; refs live in git alone and are moved by its compare-and-swap.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    hash::{BuildHasher, Hasher, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::Value;
use tokio::task::JoinSet;

use super::{fault::Fault, git::Git};

/// All there is; shared by every request.
#[derive(Debug)]
pub(super) struct Hub {
    pub(super) url: String,
    pub(super) token: String,
    pub(super) git: Git,
    pub(super) http: reqwest::Client,
    state: Mutex<State>,
    pub(super) sending: Mutex<JoinSet<()>>,
}

#[derive(Debug)]
pub(super) struct State {
    last_id: u64,
    pub(super) repos: BTreeMap<String, Repo>,
    pub(super) faults: VecDeque<Fault>,
    pub(super) requests: Vec<Request>,
    pub(super) limit: Limit,
}

/// One request that arrived, as tests look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// With its query.
    pub path: String,
    /// Whether it carried an `Authorization` header.
    pub authorized: bool,
    pub status: u16,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub(super) remaining: u64,
    pub(super) reset: Timestamp,
}

#[derive(Clone, Debug)]
pub(super) struct Repo {
    pub(super) id: u64,
    pub(super) full_name: String,
    pub(super) default_branch: String,
    pub(super) parent: Option<String>,
    pub(super) protected: BTreeSet<String>,
    pub(super) created_at: Timestamp,
    pub(super) pulls: BTreeMap<u64, Pull>,
    pub(super) comments: Vec<Comment>,
    pub(super) checks: Vec<Check>,
    pub(super) hooks: BTreeMap<u64, Hook>,
    pub(super) deliveries: Vec<Delivery>,
}

impl Repo {
    pub(super) fn owner(&self) -> &str {
        self.full_name.split_once('/').map_or("", |(owner, _)| owner)
    }

    pub(super) fn name(&self) -> &str {
        self.full_name.split_once('/').map_or("", |(_, name)| name)
    }
}

/// A pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    pub id: u64,
    pub number: u64,
    pub title: String,
    pub body: Option<String>,
    pub author: String,
    pub base_branch: String,
    pub base_sha: String,
    /// The repository that holds the head branch; `None` once it is deleted.
    pub head_repo: Option<String>,
    pub head_branch: String,
    pub head_sha: String,
    pub open: bool,
    pub draft: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub id: u64,
    pub number: u64,
    pub author: String,
    pub body: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A check run; `output` and `annotations` as they were sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    pub id: u64,
    pub name: String,
    pub head_sha: String,
    pub external_id: String,
    pub status: String,
    pub conclusion: Option<String>,
    pub output: Value,
    pub annotations: Vec<Value>,
    pub started_at: Timestamp,
    pub completed_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub(super) struct Hook {
    pub(super) id: u64,
    pub(super) url: String,
    pub(super) content_type: String,
    pub(super) secret: Option<String>,
    pub(super) insecure_ssl: String,
    pub(super) events: Vec<String>,
    pub(super) active: bool,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) last: Option<(u16, String)>,
}

/// One sending of one event to one hook.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub id: u64,
    pub hook_id: u64,
    /// The same for a redelivery.
    pub guid: String,
    pub event: String,
    pub action: Option<String>,
    pub redelivery: bool,
    pub delivered_at: Timestamp,
    pub url: String,
    pub request_headers: Vec<(String, String)>,
    /// The very bytes that were signed and sent.
    pub body: String,
    /// `None` while it is on its way.
    pub outcome: Option<Outcome>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// 0 when there was no answer.
    pub status_code: u16,
    pub status: String,
    pub duration: Duration,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Hub {
    pub(super) fn new(url: String, token: String, git: Git, http: reqwest::Client) -> Self {
        let limit = Limit { remaining: 5000, reset: Timestamp::now() + jiff::SignedDuration::from_hours(1) };
        let state = State {
            last_id: 1000,
            repos: BTreeMap::new(),
            faults: VecDeque::new(),
            requests: Vec::new(),
            limit,
        };
        Self { url, token, git, http, state: Mutex::new(state), sending: Mutex::new(JoinSet::new()) }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A random id in the form of a version 4 UUID.
    pub(super) fn guid() -> String {
        let half = || RandomState::new().build_hasher().finish();
        let (a, b) = (half(), half());
        let tail = b & 0xffff_ffff_ffff;
        format!("{:08x}-{:04x}-4{:03x}-a{:03x}-{tail:012x}", a >> 32, (a >> 16) & 0xffff, a & 0xfff, b >> 52)
    }
}

impl State {
    pub(super) fn id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Pull requests and issues of a repository share their numbers.
    pub(super) fn next_number(&self, repo: &str) -> u64 {
        self.repos.get(repo).and_then(|repo| repo.pulls.keys().next_back()).map_or(1, |last| last + 1)
    }

    pub(super) fn add_repo(&mut self, full_name: &str, default_branch: &str, parent: Option<String>) {
        let repo = Repo {
            id: self.id(),
            full_name: full_name.to_owned(),
            default_branch: default_branch.to_owned(),
            parent,
            protected: BTreeSet::new(),
            created_at: Timestamp::now(),
            pulls: BTreeMap::new(),
            comments: Vec::new(),
            checks: Vec::new(),
            hooks: BTreeMap::new(),
            deliveries: Vec::new(),
        };
        self.repos.insert(full_name.to_owned(), repo);
    }
}
