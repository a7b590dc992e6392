//! The payload of `pipeline_complete`: what every subscriber receives when a run ends, well or badly.
//!
//! Field names and meaning are the contract of the results webhook; fields that Quartet adds (`cwe`, `rule_id`, …)
//! are extra keys that older receivers may ignore. Invariant: nothing is sent that [`PipelineComplete::check`] refuses.
//! Units: durations in seconds, confidences 0 to 1, percentages 0 to 100, times RFC 3339 UTC, paths relative to the
//! repository's root with `/`.

mod analysis;
mod build;
mod check;
mod fix;
mod proofs;
mod test;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::analysis::{AnalysisResults, FlowStep, RiskLevel, Severity, SeverityBreakdown, Vulnerability};
pub use self::build::{BuildError, BuildResults, SkippedFile};
pub use self::check::Flaw;
pub use self::fix::{FixResults, FunctionFixed, RejectedFix, Rung, RungOutcome};
pub use self::test::{TestFunction, TestResults, TestStatus, TestSuite};

/// The version of this payload's shape; it changes only when a field is removed or changes meaning.
pub const VERSION: &str = "1.0";
/// The name of the event, in the body and in a subscription's list of events.
pub const EVENT_TYPE: &str = "pipeline_complete";

/// The whole body of the webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PipelineComplete {
    /// Always `pipeline_complete`.
    pub event_type: String,
    /// The same name, where Standard Webhooks receivers look for it.
    #[serde(rename = "type")]
    pub kind: String,
    /// When this body was assembled.
    pub timestamp: Timestamp,
    /// [`VERSION`].
    pub version: String,
    pub results: PipelineResults,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PipelineResults {
    /// `owner/name_number_seconds` (`owner/name_branch_seconds` for a push): for people; `run_id` is the key.
    pub pipeline_id: String,
    /// The run's own id, which the API and the logs use.
    #[serde(default)]
    pub run_id: String,
    pub repository_name: String,
    pub branch_name: String,
    /// Absent for a push.
    pub pr_number: Option<u64>,
    pub pipeline_status: PipelineStatus,
    pub start_timestamp: Timestamp,
    pub end_timestamp: Timestamp,
    /// Seconds from start to end, waiting included.
    pub total_duration: f64,
    /// Percentage of the four stages that succeeded.
    pub success_rate: f64,
    pub trigger: Trigger,
    pub build_results: BuildResults,
    pub analysis_results: AnalysisResults,
    pub fix_results: FixResults,
    pub test_results: TestResults,
    pub resource_metrics: ResourceMetrics,
    /// What ended the run early; absent on success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PipelineStatus {
    Success,
    Failed,
}

/// Who or what started the run, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Trigger {
    /// The sender's event name, as `pull_request`.
    pub event_type: String,
    /// The event's action, as `opened`; empty where the event has none.
    pub action: String,
    /// The login of the person or bot that caused the event.
    pub triggered_by: String,
    pub triggered_at: Timestamp,
    /// The sender's delivery id.
    pub delivery_id: String,
    /// The commit that was worked on.
    pub commit_sha: String,
    /// The commit that it was compared with, where there is one.
    #[serde(default)]
    pub base_sha: Option<String>,
}

/// What the run used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResourceMetrics {
    /// Requests made to the forge's API over the whole run.
    pub total_api_calls: u64,
    /// Seconds of work in the four stages, waiting excluded.
    pub processing_time: f64,
    /// Seconds by stage name.
    pub stage_durations: std::collections::BTreeMap<String, f64>,
    /// Bytes of source code read, uncompressed.
    pub bytes_processed: u64,
    /// Lines of source code analysed.
    #[serde(default)]
    pub lines_analyzed: u64,
}

/// Why a run ended early.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// `build`, `analyze`, `fix`, `test`, `commit` or `report`.
    pub stage: String,
    /// A stable name for programs, as `ArchiveTooLarge`.
    pub error: String,
    /// A sentence for people.
    pub message: String,
}

/// The JSON Schema (2020-12) of [`PipelineComplete`]: its types. Sums and ranges are [`PipelineComplete::check`]'s.
pub fn schema() -> String {
    let mut schema = schemars::schema_for!(PipelineComplete);
    schema.insert("$id".to_owned(), "urn:quartet:pipeline_complete:1.0".into());
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}
