//! What is broken, as far as it is on record: checks that failed on the forge, and runs that failed here.

use super::answer::{Answer, SourceKind, list, quoted};
use super::runs::{Meant, is_run, of, subject};
use crate::counted::counted;
use crate::task::{Task, TaskStatus, TaskType};

const MOST_LISTED: usize = 8;

/// Tells the failures of what is meant, newest first.
pub fn incidents(meant: &Meant<'_>) -> Answer {
    let of = of(&meant.scope);
    let failures: Vec<&Task> = meant.tasks.iter().copied().filter(|task| is_failure(task)).collect();
    if failures.is_empty() {
        let text = format!("No failed check and no failed run{of} is on record that this key may see.");
        // Silence is a good sign, and no proof: the forge may send no checks.
        return Answer::of(text, if meant.tasks.is_empty() { 0.5 } else { 0.7 }).about(meant.scope.clone());
    }
    let mut lines = vec![format!("{}{of} on record, newest first:", counted(failures.len(), "failure"))];
    list(&mut lines, &failures, MOST_LISTED, |task| line(task));
    let shown = failures.iter().take(MOST_LISTED);
    let answer = Answer::of(lines.join("\n"), 0.85).about(meant.scope.clone());
    shown.fold(answer, |answer, task| answer.from(SourceKind::Task, subject(task), task.id.to_string()))
}

fn is_failure(task: &Task) -> bool {
    match task.task_type {
        TaskType::CheckFailureAnalysis | TaskType::CheckSuiteFailureAnalysis => true,
        TaskType::PullRequestAnalysis | TaskType::PushAnalysis | TaskType::CodegenTrigger => {
            is_run(task) && task.status == TaskStatus::Failed
        }
    }
}

fn line(task: &Task) -> String {
    let what = match task.task_type {
        TaskType::CheckFailureAnalysis => "a check failed",
        TaskType::CheckSuiteFailureAnalysis => "a suite of checks failed",
        TaskType::PullRequestAnalysis | TaskType::PushAnalysis | TaskType::CodegenTrigger => "a run failed",
    };
    let commit = quoted(&task.commit_sha, 10);
    let why = quoted(&task.reason, 200);
    let why = if is_run(task) && !why.is_empty() { format!(" ({why})") } else { String::new() };
    format!("- {}: {what} for {}, commit {commit}{why}", task.created_at, subject(task))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Question;
    use crate::query::runs::tests::task;
    use crate::query::session::Scope;

    #[test]
    fn failures_are_told() {
        let mut check_failed = task("acme/web", None, TaskStatus::Recorded);
        check_failed.task_type = TaskType::CheckSuiteFailureAnalysis;
        let mut run_failed = task("acme/web", Some(3), TaskStatus::Failed);
        run_failed.reason = "build: too large".to_owned();
        let well = task("acme/shop", Some(1), TaskStatus::Completed);
        let tasks = [check_failed, run_failed, well];
        let check = |repository: Option<&str>, tasks: &[Task], parts: &[&str], confidence: f64| {
            let scope = Scope { repository: repository.map(str::to_owned), pull: None };
            let meant = Meant::of(&Question::read("Is anything broken?"), &scope, tasks).expect("tasks");
            let answer = incidents(&meant);
            for part in parts {
                assert!(answer.text.contains(part), "{part}: {}", answer.text);
            }
            assert_eq!(answer.confidence, confidence, "{}", answer.text);
        };
        check(None, &tasks, &["2 failures", "suite of checks", "(build: too large)"], 0.85);
        check(Some("acme/shop"), &tasks, &["No failed check and no failed run of acme/shop"], 0.7);
        check(None, &[], &["No failed check"], 0.5);
    }
}
