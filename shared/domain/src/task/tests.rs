//! What is due for each kind of change, as tables.

use super::*;
use crate::change::{Check, Connection, Push};
use crate::repository::{Provider, Pull, Repository};

fn change(event_type: &str, action: &str, subject: Subject) -> Change {
    let repository = Repository {
        provider: Provider::GitHub,
        id: 1,
        full_name: "acme/notes".to_owned(),
        default_branch: "trunk".to_owned(),
        private: false,
    };
    Change {
        event_type: event_type.to_owned(),
        action: action.to_owned(),
        actor: "ada".to_owned(),
        repository: Some(repository),
        subject,
    }
}

fn pull(action: &str, draft: bool) -> Change {
    let pull = Pull {
        number: 7,
        title: String::new(),
        base_branch: "trunk".to_owned(),
        base_sha: "b".repeat(40),
        head_branch: "feature".to_owned(),
        head_sha: "a".repeat(40),
        head_repository: None,
        fork: false,
        draft,
        open: true,
        updated_at: Timestamp::UNIX_EPOCH,
    };
    change("pull_request", action, Subject::PullRequest(pull))
}

fn push(branch: &str, after: Option<&str>) -> Change {
    let push = Push {
        branch: branch.to_owned(),
        before: None,
        after: after.map(str::to_owned),
        message: String::new(),
    };
    change("push", "", Subject::Push(push))
}

fn concluded(suite: bool, action: &str, conclusion: Option<&str>) -> Change {
    let check = Check {
        suite,
        name: String::new(),
        conclusion: conclusion.map(str::to_owned),
        head_sha: "a".repeat(40),
        branch: String::new(),
        pulls: Vec::new(),
        url: String::new(),
        at: None,
    };
    change(if suite { "check_suite" } else { "check_run" }, action, Subject::Check(check))
}

const STRANGER: Known = Known { own_commit: false };
const OURS: Known = Known { own_commit: true };

/// `verdict` is `start`, `nothing`, or the status of a task that is only kept.
#[track_caller]
fn check(change: &Change, known: Known, verdict: &str) {
    let decision = decide(change, known);
    let word = match &decision {
        Decision::Nothing(_) => "nothing",
        Decision::Keep(_, status, _) => status.word(),
        Decision::Start(_) => "start",
    };
    assert_eq!(word, verdict, "{} {}: {decision:?}", change.event_type, change.action);
    let kept = !matches!(decision, Decision::Nothing(_));
    assert!(!kept || promised(&change.event_type, &change.action), "a task that the receiver never promised");
}

#[test]
fn pull_requests() {
    for action in ["opened", "synchronize", "reopened", "ready_for_review"] {
        check(&pull(action, false), STRANGER, "start");
        check(&pull(action, false), OURS, "skipped");
    }
    check(&pull("opened", true), STRANGER, "skipped");
    check(&pull("ready_for_review", true), STRANGER, "start");
    for action in ["closed", "labeled", "edited", ""] {
        check(&pull(action, false), STRANGER, "nothing");
    }
}

#[test]
fn pushes() {
    for branch in ["trunk", "main", "master"] {
        check(&push(branch, Some("a")), STRANGER, "start");
        check(&push(branch, Some("a")), OURS, "skipped");
    }
    check(&push("feature", Some("a")), STRANGER, "nothing");
    check(&push("trunk", None), STRANGER, "nothing");
}

#[test]
fn checks_and_the_rest() {
    for suite in [true, false] {
        check(&concluded(suite, "completed", Some("failure")), STRANGER, "recorded");
        check(&concluded(suite, "completed", Some("timed_out")), STRANGER, "recorded");
        check(&concluded(suite, "completed", Some("success")), STRANGER, "nothing");
        check(&concluded(suite, "created", None), STRANGER, "nothing");
    }
    for subject in [Subject::Connection(Connection::default()), Subject::Other] {
        check(&change("ping", "", subject), STRANGER, "nothing");
    }
}

#[test]
fn a_run_knows_its_task_and_its_commits() {
    let event = EventId::of("default", "pull_request", b"{}");
    let change = pull("opened", false);
    let task = Task {
        id: event.task(),
        event,
        task_type: TaskType::PullRequestAnalysis,
        status: TaskStatus::Running,
        repository: String::new(),
        pr_number: Some(7),
        branch: String::new(),
        commit_sha: String::new(),
        reason: String::new(),
        created_at: Timestamp::UNIX_EPOCH,
    };
    let run = run_of(&change, &task, "guid", Timestamp::UNIX_EPOCH).expect("a run");
    assert_eq!(run.pipeline_id(), "acme/notes_7_0");
    assert_eq!((run.head_sha.as_str(), run.base_sha.as_deref()), (&*"a".repeat(40), Some(&*"b".repeat(40))));
    assert!(run.id.as_str().len() <= 80, "Step Functions takes names of 80 characters");
    assert!(run_of(&push("trunk", None), &task, "guid", Timestamp::UNIX_EPOCH).is_none());
}
