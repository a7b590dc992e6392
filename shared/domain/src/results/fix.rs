//! The Fix agent's part: what was changed, and the proof each change passed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FixResults {
    pub success: bool,
    /// Seconds.
    pub duration: f64,
    pub files_modified: u64,
    /// Verified fixes. They are in the commit when `commit_sha` is set, else they are suggestions.
    pub functions_fixed: Vec<FunctionFixed>,
    /// The commit on the pull request's branch; absent when nothing was committed.
    pub commit_sha: Option<String>,
    pub commit_message: Option<String>,
    /// The sum of `lines_changed`.
    pub total_lines_changed: u64,
    /// Mean confidence of the fixes, 0 to 1; 0 when there is none.
    pub fix_confidence_average: f64,
    /// Fixes that failed a rung of the verification, and were not used.
    #[serde(default)]
    pub rejected: Vec<RejectedFix>,
    /// Why verified fixes were not committed, as `fork`, `protected_branch`, `tests_worse`, `head_moved`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_committed: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FunctionFixed {
    /// Empty at the top of a file.
    pub function_name: String,
    pub file_path: String,
    /// As `sql_injection_prevention`.
    pub fix_type: String,
    pub description: String,
    /// 0 to 1.
    pub confidence_score: f64,
    /// Lines added plus lines removed.
    pub lines_changed: u64,
    /// Where the fixed code stood, from 1.
    #[serde(default)]
    pub line_number: u64,
    /// The finding it resolves.
    #[serde(default)]
    pub fingerprint: String,
    #[serde(default)]
    pub rule_id: String,
    /// A unified diff of this fix alone.
    #[serde(default)]
    pub diff: String,
    /// The rungs of the verification, in order.
    #[serde(default)]
    pub verification: Vec<RungOutcome>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RejectedFix {
    pub file_path: String,
    pub line_number: u64,
    pub rule_id: String,
    #[serde(default)]
    pub fingerprint: String,
    /// The rung it failed, or `no_template` where only advice is safe.
    pub reason: String,
    pub verification: Vec<RungOutcome>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RungOutcome {
    pub rung: Rung,
    /// `None`: it could not be tried; `detail` says why.
    pub passed: Option<bool>,
    pub detail: String,
}

/// The verification ladder, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// The changed file parses with the exact parser.
    Parses,
    /// The finding is gone.
    FindingGone,
    /// No other finding appeared.
    NothingNew,
    /// The edit is small, inside the named function, and applying it again changes nothing.
    Contained,
    /// Every name that the edit uses resolves.
    ImportsResolve,
    /// The repository's own tests are not worse.
    TestsNotWorse,
    /// A generated test of the weakness fails before and passes after.
    RegressionTest,
}
