//! Runs, where not one alone is asked about.

use super::answer::{Answer, SourceKind, quoted};
use super::question::Question;
use super::runs::{is_run, latest, no_run, subject};
use super::session::Scope;
use crate::task::{Task, TaskStatus};

const MOST_LISTED: usize = 8;

/// The runs of the scope that ended, or go on, as the question says; newest first, as `tasks` are.
pub fn history(question: &Question, scope: &Scope, tasks: &[Task]) -> Answer {
    let in_scope = |task: &&Task| {
        scope.repository.as_ref().is_none_or(|name| *name == task.repository)
            && scope.pull.is_none_or(|number| task.pr_number == Some(number))
    };
    let all: Vec<&Task> = tasks.iter().filter(in_scope).filter(|task| is_run(task)).collect();
    if all.is_empty() {
        return no_run(scope);
    }
    let wanted = wanted(question);
    let runs: Vec<&Task> = all.into_iter().filter(|task| wanted.is_none_or(|one| fits(one, task))).collect();
    let which = wanted.map(|one| format!("{} ", word(one))).unwrap_or_default();
    let of = scope.repository.as_ref().map(|name| format!(" of {}", quoted(name, 140))).unwrap_or_default();
    if runs.is_empty() {
        return Answer::of(format!("No {which}run{of} is on record."), 0.85).about(scope.clone());
    }
    let plural = if runs.len() == 1 { "run" } else { "runs" };
    let mut lines = vec![format!("{} {which}{plural}{of} on record, newest first:", runs.len())];
    lines.extend(runs.iter().take(MOST_LISTED).map(|task| line(task)));
    if runs.len() > MOST_LISTED {
        lines.push(format!("… and {} more.", runs.len() - MOST_LISTED));
    }
    let answer = Answer::of(lines.join("\n"), 0.85).about(scope.clone());
    let shown = runs.iter().take(MOST_LISTED);
    shown.fold(answer, |answer, task| answer.from(SourceKind::Run, subject(task), latest(task).to_string()))
}

/// How the runs that are asked about ended; whatever they did, where the question says more than one thing, or what did
/// not happen.
fn wanted(question: &Question) -> Option<TaskStatus> {
    let failed = question.says(&["fail", "failure", "broken", "crash", "red", "unsuccessful"]);
    let passed = question.says(&["pass", "succeed", "success", "successful", "complete", "green"]);
    // `runs` and `running` have the same stem.
    let running =
        question.names.iter().any(|name| ["running", "pending", "ongoing"].contains(&name.as_str()));
    match (failed, passed, running) {
        _ if question.negates => None,
        (true, false, false) => Some(TaskStatus::Failed),
        (false, true, false) => Some(TaskStatus::Completed),
        (false, false, true) => Some(TaskStatus::Running),
        _ => None,
    }
}

fn fits(wanted: TaskStatus, task: &Task) -> bool {
    task.status == wanted || (wanted == TaskStatus::Running && task.status == TaskStatus::Pending)
}

fn word(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Completed => "successful",
        TaskStatus::Failed => "failed",
        TaskStatus::Running
        | TaskStatus::Pending
        | TaskStatus::Superseded
        | TaskStatus::Skipped
        | TaskStatus::Recorded => "unfinished",
    }
}

fn line(task: &Task) -> String {
    let why = quoted(&task.reason, 200);
    let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
    let commit = quoted(&task.commit_sha, 10);
    format!("- {}: {}, commit {commit}: {}{why}", task.created_at, subject(task), task.status.word())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::runs::tests::task;

    #[test]
    fn runs_are_listed() {
        let mut failed = task("acme/web", Some(3), TaskStatus::Failed);
        failed.reason = "build: too large".to_owned();
        let tasks = [
            failed,
            task("acme/web", Some(2), TaskStatus::Completed),
            task("acme/shop", Some(1), TaskStatus::Running),
            task("acme/shop", None, TaskStatus::Recorded),
        ];
        #[track_caller]
        fn check(text: &str, repository: Option<&str>, tasks: &[Task], first: &str, listed: usize) {
            let scope = Scope { repository: repository.map(str::to_owned), pull: None };
            let answer = history(&Question::read(text), &scope, tasks);
            assert!(answer.text.starts_with(first), "{text}: {}", answer.text);
            assert_eq!((answer.text.lines().count() - 1, answer.sources.len()), (listed, listed), "{text}");
            assert_eq!(answer.confidence, if tasks.is_empty() { 0.5 } else { 0.85 }, "{text}");
        }
        check("What runs failed?", None, &tasks, "1 failed run on record", 1);
        check("What runs failed?", Some("acme/shop"), &tasks, "No failed run of acme/shop", 0);
        check("which runs passed?", None, &tasks, "1 successful run on record", 1);
        check("which runs are running?", None, &tasks, "1 unfinished run on record", 1);
        check("list all runs", None, &tasks, "3 runs on record", 3);
        check("which runs did not fail?", None, &tasks, "3 runs on record", 3);
        check("which runs didn't pass?", None, &tasks, "3 runs on record", 3);
        check("did the runs pass or fail?", None, &tasks, "3 runs on record", 3);
        check("What runs failed?", None, &[], "No run is known", 0);
        let answer = history(&Question::read("What runs failed?"), &Scope::default(), &tasks);
        assert!(
            answer.text.contains("pull request 3 of acme/web") && answer.text.contains("(build: too large)")
        );
    }
}
