//! What an event asks for, and whether it is due: the router's whole decision, as data.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::change::{Change, Subject};
use crate::ids::{EventId, TaskId};
use crate::results::Trigger;
use crate::run::Run;

/// The task types of the orchestrator's contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskType {
    PullRequestAnalysis,
    CheckFailureAnalysis,
    CheckSuiteFailureAnalysis,
    PushAnalysis,
    /// A code-generation agent of the user's own; made by hand or by a rule, never by an event alone.
    CodegenTrigger,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    Pending,
    Running,
    Completed,
    Failed,
    /// A newer head of the same pull request took its place.
    Superseded,
    /// Nothing was due; the reason says why.
    Skipped,
    /// Kept for the record: this version acts on it in no other way.
    Recorded,
}

impl TaskType {
    pub fn word(self) -> &'static str {
        match self {
            Self::PullRequestAnalysis => "pull_request_analysis",
            Self::CheckFailureAnalysis => "check_failure_analysis",
            Self::CheckSuiteFailureAnalysis => "check_suite_failure_analysis",
            Self::PushAnalysis => "push_analysis",
            Self::CodegenTrigger => "codegen_trigger",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        let all = [
            Self::PullRequestAnalysis,
            Self::CheckFailureAnalysis,
            Self::CheckSuiteFailureAnalysis,
            Self::PushAnalysis,
            Self::CodegenTrigger,
        ];
        all.into_iter().find(|task| task.word() == word)
    }
}

impl TaskStatus {
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
            Self::Skipped => "skipped",
            Self::Recorded => "recorded",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        let all = [
            Self::Pending,
            Self::Running,
            Self::Completed,
            Self::Failed,
            Self::Superseded,
            Self::Skipped,
            Self::Recorded,
        ];
        all.into_iter().find(|status| status.word() == word)
    }
}

/// What is to be done about a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// No task: nobody asked for anything.
    Nothing(&'static str),
    /// A task is kept, and nothing runs.
    Keep(TaskType, TaskStatus, &'static str),
    /// A task, and a run of the pipeline.
    Start(TaskType),
}

/// Facts about a change that only the store knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The head commit is one that we made and recorded. A marker in a commit message proves nothing: anyone can type it.
    pub own_commit: bool,
}

/// The head commit that a change brings, where it brings one.
pub fn head(change: &Change) -> Option<&str> {
    match &change.subject {
        Subject::PullRequest(pull) => Some(&pull.head_sha),
        Subject::Push(push) => push.after.as_deref(),
        Subject::Check(_) | Subject::Connection(_) | Subject::Other => None,
    }
}

pub fn decide(change: &Change, known: Known) -> Decision {
    match &change.subject {
        Subject::PullRequest(pull) => {
            let task = TaskType::PullRequestAnalysis;
            match change.action.as_str() {
                "opened" | "synchronize" | "reopened" | "ready_for_review" if known.own_commit => {
                    Decision::Keep(task, TaskStatus::Skipped, "the head is a commit of our own")
                }
                "ready_for_review" => Decision::Start(task),
                "opened" | "synchronize" | "reopened" if pull.draft => {
                    Decision::Keep(task, TaskStatus::Skipped, "the pull request is a draft")
                }
                "opened" | "synchronize" | "reopened" => Decision::Start(task),
                "closed" => Decision::Nothing("a closed pull request is only watched"),
                _ => Decision::Nothing("the pull request's code did not change"),
            }
        }
        Subject::Push(push) => {
            let task = TaskType::PushAnalysis;
            let main = change.repository.as_ref().is_some_and(|r| r.default_branch == push.branch)
                || matches!(push.branch.as_str(), "main" | "master");
            match push.after {
                None => Decision::Nothing("the branch was deleted"),
                Some(_) if !main => Decision::Nothing("pushes count on the default branch only"),
                Some(_) if known.own_commit => {
                    Decision::Keep(task, TaskStatus::Skipped, "the head is a commit of our own")
                }
                Some(_) => Decision::Start(task),
            }
        }
        Subject::Check(check) => {
            let task = if check.suite {
                TaskType::CheckSuiteFailureAnalysis
            } else {
                TaskType::CheckFailureAnalysis
            };
            match (change.action.as_str(), check.conclusion.as_deref()) {
                ("completed", Some("failure" | "timed_out" | "startup_failure")) => {
                    Decision::Keep(task, TaskStatus::Recorded, "the failure is on record")
                }
                _ => Decision::Nothing("the check did not fail"),
            }
        }
        Subject::Connection(_) => Decision::Nothing("it says who is connected, and asks for nothing"),
        Subject::Other => Decision::Nothing("no task is made of such an event"),
    }
}

/// Whether the receiver may promise a task for this event before anything but its name and action is known.
pub fn promised(event_type: &str, action: &str) -> bool {
    match event_type {
        "pull_request" => matches!(action, "opened" | "synchronize" | "reopened" | "ready_for_review"),
        "push" => true,
        "check_run" | "check_suite" => action == "completed",
        _ => false,
    }
}

/// One task, as it is stored and as the API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub id: TaskId,
    pub event: EventId,
    pub task_type: TaskType,
    pub status: TaskStatus,
    pub repository: String,
    pub pr_number: Option<u64>,
    pub branch: String,
    pub commit_sha: String,
    /// Why it has its status, where that needs words.
    pub reason: String,
    pub created_at: Timestamp,
}

/// The first run of a task, made of the change that asked for it. `None` when the change brings no commit.
pub fn run_of(change: &Change, task: &Task, delivery_id: &str, received_at: Timestamp) -> Option<Run> {
    let repository = change.repository.clone()?;
    let (pull, branch, head_sha, base_sha) = match &change.subject {
        Subject::PullRequest(pull) => {
            (Some(pull.clone()), pull.head_branch.clone(), pull.head_sha.clone(), Some(pull.base_sha.clone()))
        }
        Subject::Push(push) => (None, push.branch.clone(), push.after.clone()?, push.before.clone()),
        Subject::Check(_) | Subject::Connection(_) | Subject::Other => return None,
    };
    Some(Run {
        id: task.id.run(1),
        task: task.id.clone(),
        trigger: Trigger {
            event_type: change.event_type.clone(),
            action: change.action.clone(),
            triggered_by: change.actor.clone(),
            triggered_at: received_at,
            delivery_id: delivery_id.to_owned(),
            commit_sha: head_sha.clone(),
            base_sha: base_sha.clone(),
        },
        repository,
        pull,
        branch,
        head_sha,
        base_sha,
        started_at: received_at,
        told: BTreeSet::new(),
    })
}
