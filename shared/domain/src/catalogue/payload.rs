//! The `data` of each event, and an example of each.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::run::Stage;

/// `pipeline.started`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PipelineStarted {
    pub run_id: String,
    /// `owner/name`.
    pub repository_name: String,
    pub branch_name: String,
    /// Absent for a push.
    pub pr_number: Option<u64>,
    pub commit_sha: String,
    /// The login of the person or bot that caused it.
    pub triggered_by: String,
}

/// `pipeline.failed`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PipelineFailed {
    pub run_id: String,
    /// `owner/name`.
    pub repository_name: String,
    pub branch_name: String,
    /// Absent for a push.
    pub pr_number: Option<u64>,
    /// `build`, `analyze`, `fix`, `test`, `commit` or `report`.
    pub stage: String,
    /// A stable name for programs, as `ArchiveRefused`.
    pub error: String,
    /// A sentence for people.
    pub message: String,
}

/// `pipeline.build`, `pipeline.analyze`, `pipeline.fix`, `pipeline.test`, `pipeline.commit`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StageEnded {
    pub run_id: String,
    /// `owner/name`.
    pub repository_name: String,
    /// `build`, `analyze`, `fix`, `test` or `commit`.
    pub stage: String,
    pub success: bool,
    /// Seconds; absent where it was not measured.
    pub duration: Option<f64>,
}

/// `incident.opened`, `incident.resolved`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Incident {
    pub incident_id: String,
    /// `owner/name`.
    pub repository_name: String,
    pub branch_name: String,
    /// As the forge calls the check.
    pub check_name: String,
    pub commit_sha: String,
    /// Where the forge shows it.
    pub url: String,
    pub opened_at: Timestamp,
    /// Absent while it is open.
    pub resolved_at: Option<Timestamp>,
}

/// `repository.connected`, `repository.disconnected`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RepositoryConnection {
    /// The forge's own number: it survives a rename.
    pub repository_id: u64,
    /// `owner/name`.
    pub repository_name: String,
    /// As `github`.
    pub provider: String,
}

/// `query.created`, `query.escalated`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Query {
    pub query_id: String,
    pub session_id: String,
    pub user_id: String,
    pub message: String,
    pub answer: String,
    /// 0 to 1.
    pub confidence: f64,
    /// The agent that answered: `results`, `findings`, `incidents`, `repositories` or `help`.
    #[serde(default)]
    pub topic: String,
    /// Whether a person is asked to take over.
    pub escalated: bool,
    /// Why, where it is: `low_confidence`, `requested` or `unresolved`.
    pub reason: Option<String>,
}

/// `webhook.test`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Test {
    /// The subscription under test.
    pub webhook_id: String,
    /// Always true: nothing happened.
    pub test: bool,
    pub message: String,
}

impl Test {
    pub fn of(webhook_id: &str) -> Self {
        Self {
            webhook_id: webhook_id.to_owned(),
            test: true,
            message: "This is a test: nothing happened.".to_owned(),
        }
    }
}

/// `endpoint.disabled`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EndpointDisabled {
    pub webhook_id: String,
    /// `gone` (it answered 410) or `failing` (nothing got through for days).
    pub reason: String,
    pub disabled_at: Timestamp,
}

/// The examples' time, `seconds` later.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_768_471_200 + seconds).unwrap_or_default()
}

const RUN: &str = "run_01kf0v3m9q8c7w2x5y6z4t1r0p";
const REPOSITORY: &str = "acme/shop";
const SHA: &str = "9fceb02d0ae598e95dc970b74767f19372d61af8";

impl PipelineStarted {
    pub(super) fn example() -> Self {
        Self {
            run_id: RUN.to_owned(),
            repository_name: REPOSITORY.to_owned(),
            branch_name: "search".to_owned(),
            pr_number: Some(7),
            commit_sha: SHA.to_owned(),
            triggered_by: "octocat".to_owned(),
        }
    }
}

impl PipelineFailed {
    pub(super) fn example() -> Self {
        Self {
            run_id: RUN.to_owned(),
            repository_name: REPOSITORY.to_owned(),
            branch_name: "search".to_owned(),
            pr_number: Some(7),
            stage: Stage::Build.word().to_owned(),
            error: crate::failure::ARCHIVE_REFUSED.to_owned(),
            message: "the archive holds more files than are taken".to_owned(),
        }
    }
}

impl StageEnded {
    pub(super) fn example(stage: Stage) -> Self {
        Self {
            run_id: RUN.to_owned(),
            repository_name: REPOSITORY.to_owned(),
            stage: stage.word().to_owned(),
            success: true,
            duration: Some(2.5),
        }
    }
}

impl Incident {
    pub(super) fn example(resolved: bool) -> Self {
        Self {
            incident_id: "inc_01kf0v3m9q8c7w2x5y6z4t1r0p".to_owned(),
            repository_name: REPOSITORY.to_owned(),
            branch_name: "main".to_owned(),
            check_name: "test".to_owned(),
            commit_sha: SHA.to_owned(),
            url: "https://github.com/acme/shop/actions/runs/1".to_owned(),
            opened_at: at(-600),
            resolved_at: resolved.then(|| at(0)),
        }
    }
}

impl RepositoryConnection {
    pub(super) fn example() -> Self {
        Self { repository_id: 42, repository_name: REPOSITORY.to_owned(), provider: "github".to_owned() }
    }
}

impl Query {
    pub(super) fn example(escalated: bool) -> Self {
        let answer =
            if escalated { "A person will answer you." } else { "Open the account page, then Security." };
        Self {
            query_id: "qry_01kf0v3m9q8c7w2x5y6z4t1r0p".to_owned(),
            session_id: "ses_01kf0v3m9q8c7w2x5y6z4t1r0p".to_owned(),
            user_id: "test_user".to_owned(),
            message: "How do I reset my password?".to_owned(),
            answer: answer.to_owned(),
            confidence: if escalated { 0.2 } else { 0.9 },
            topic: "help".to_owned(),
            escalated,
            reason: escalated.then(|| "low_confidence".to_owned()),
        }
    }
}

impl Test {
    pub(super) fn example() -> Self {
        Self::of("wh_01kf0v3m9q8c7w2x5y6z4t1r0p")
    }
}

impl EndpointDisabled {
    pub(super) fn example() -> Self {
        Self {
            webhook_id: "wh_01kf0v3m9q8c7w2x5y6z4t1r0p".to_owned(),
            reason: "failing".to_owned(),
            disabled_at: at(0),
        }
    }
}
