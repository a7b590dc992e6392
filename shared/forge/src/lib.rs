//! Forges over REST: what a webhook says, archives, commits, checks, comments and hooks.
//!
//! Invariant: every call is bounded (time, bytes, attempts, waiting), and no word of one forge leaves this crate. The
//! public names fit any forge; `github` holds the paths, headers and wire structs of the one we speak today. A second
//! forge becomes a second private folder behind the same [`Forge`].
//!
//! Absent on purpose: the clock. The forge's own `Date` header tells how far away its limits are.

mod branch;
mod check;
mod commit;
mod error;
mod failed;
mod file;
mod github;
mod hook;
pub mod inbound;
mod text;

use std::time::Duration;

pub use branch::{Advance, Branch};
pub use check::{Annotation, CheckRun, Conclusion, Level};
pub use commit::{Author, NewCommit, PathRefusal};
pub use error::{ForgeError, SetupError};
pub use file::{Archive, ChangedFile, FileStatus};
pub use hook::{Hook, HookEvent};
use secrecy::SecretString;

/// How to reach a forge. Read once, in the function's `config.rs`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The root of the REST API, as `https://api.github.com`. Plain `http` is taken for loopback only.
    pub api_url: String,
    pub token: SecretString,
    /// Hosts that an archive may come from, besides the API's own. See [`Settings::new`] for the usual one.
    pub archive_hosts: Vec<String>,
    /// For one request and its answer; an archive may take ten times as long as a whole.
    pub time_out: Duration,
}

impl Settings {
    /// The usual settings: archives from the public forge's download host, ten seconds for each request.
    pub fn new(api_url: impl Into<String>, token: SecretString) -> Self {
        Self {
            api_url: api_url.into(),
            token,
            archive_hosts: vec![github::ARCHIVE_HOST.to_owned()],
            time_out: Duration::from_secs(10),
        }
    }
}

/// One forge, as one token sees it. Build it once, at start: it holds the connections.
#[derive(Debug)]
pub struct Forge {
    client: github::Client,
}

impl Forge {
    pub fn new(settings: Settings) -> Result<Self, SetupError> {
        Ok(Self { client: github::Client::new(settings)? })
    }

    /// How many requests went to the API so far, repeated ones included.
    pub fn calls(&self) -> u64 {
        self.client.calls()
    }
}
