//! One run of the pipeline: what its stages pass to each other, and where what they make lies.
//!
//! Invariant: the state stays small (Step Functions takes 256 KiB). Code, findings and patches lie in the bucket under
//! the run's prefix; each stage writes one object and reads those before it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{RunId, TaskId};
use crate::repository::{Pull, Repository};
use crate::results::{RungOutcome, SkippedFile, TestResults, Trigger};

/// The state machine's input, and what every stage receives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub id: RunId,
    pub task: TaskId,
    pub repository: Repository,
    /// Absent for a push.
    #[serde(default)]
    pub pull: Option<Pull>,
    pub branch: String,
    pub head_sha: String,
    #[serde(default)]
    pub base_sha: Option<String>,
    pub trigger: Trigger,
    pub started_at: Timestamp,
    /// Stages whose end somebody wanted to hear of when the run began: nobody else need be looked for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub told: BTreeSet<Stage>,
}

/// The four agents and the two that finish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    Build,
    Analyze,
    Fix,
    Test,
    Commit,
    Report,
}

impl Stage {
    pub const ALL: [Self; 6] =
        [Self::Build, Self::Analyze, Self::Fix, Self::Test, Self::Commit, Self::Report];

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Analyze => "analyze",
            Self::Fix => "fix",
            Self::Test => "test",
            Self::Commit => "commit",
            Self::Report => "report",
        }
    }
}

/// What a stage leaves in the bucket: its part of the payload, and what it used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record<T> {
    pub results: T,
    /// Requests made to the forge's API.
    #[serde(default)]
    pub api_calls: u64,
    /// Bytes of source code read, uncompressed.
    #[serde(default)]
    pub bytes: u64,
    /// Lines of source code read.
    #[serde(default)]
    pub lines: u64,
}

/// The files that the change touches; absent where everything counts as changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub files: Option<BTreeSet<String>>,
    /// Whether there is a base tree to compare with.
    pub base: bool,
    /// The lines of `files` that the base does not have: first and last of each stretch, from 1.
    #[serde(default)]
    pub lines: BTreeMap<String, Vec<(u32, u32)>>,
    /// Code that nobody will look at, because its name or size kept it out of the head's files.
    #[serde(default)]
    pub unread: Vec<SkippedFile>,
}

/// What one fix is against, for the test that is generated to prove it. In the order of `functions_fixed`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weakness {
    /// As `CWE-89`.
    pub cwe: String,
    pub file_path: String,
    /// `Class.method`; empty at the top of a file.
    pub function_name: String,
    /// Of the sink in the head, from 1.
    pub line_number: u64,
}

/// What the test stage leaves: its part of the payload, and the rungs that it tried.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tested {
    #[serde(flatten)]
    pub results: TestResults,
    #[serde(default)]
    pub proofs: Vec<Proof>,
}

/// The last two rungs of one fix.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Its place in `functions_fixed`.
    pub fix: usize,
    pub rungs: Vec<RungOutcome>,
    /// The generated test fails with the fix too: it is no fix.
    #[serde(default)]
    pub contradicted: bool,
}

/// What the test stage may touch: five links that live an hour, and nothing else of AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestJob {
    pub run: RunId,
    pub source_url: String,
    pub changed_url: String,
    pub patch_url: String,
    /// The fixes' weaknesses; absent in a job of an older fix stage.
    #[serde(default)]
    pub weaknesses_url: Option<String>,
    pub result_url: String,
}

/// What the commit stage did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Committed {
    pub sha: Option<String>,
    pub message: Option<String>,
    /// Why nothing was committed, as `fork`; absent where something was, or where there was nothing to commit.
    pub withheld: Option<String>,
}

/// The report stage's input: the run, and what a `Catch` saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    pub run: Run,
    #[serde(default)]
    pub failure: Option<Caught>,
}

/// Step Functions' error output, and the stage it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caught {
    pub stage: Stage,
    #[serde(rename = "Error", default)]
    pub error: String,
    #[serde(rename = "Cause", default)]
    pub cause: String,
}

impl Run {
    /// Where `file` of this run lies in the bucket.
    pub fn object(&self, file: &str) -> String {
        object(&self.id, file)
    }

    /// The payload's `pipeline_id`: for people, who know the pull request and the time.
    pub fn pipeline_id(&self) -> String {
        let what = match &self.pull {
            Some(pull) => pull.number.to_string(),
            None => self.branch.clone(),
        };
        format!("{}_{what}_{}", self.repository.full_name, self.started_at.as_second())
    }
}

/// Where `file` of a run lies in the bucket.
pub fn object(run: &RunId, file: &str) -> String {
    format!("runs/{run}/{file}")
}
