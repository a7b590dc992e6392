//! Runs, where not one alone is asked about.

use super::answer::{Answer, SourceKind, list, quoted};
use super::question::Question;
use super::restriction::{Dimension, Outcome, Restriction, What, all_hold};
use super::runs::{Meant, latest, no_run, of, subject};
use crate::counted::{counted, noun_for};
use crate::task::{Task, TaskStatus};

const MOST_LISTED: usize = 8;

/// The runs that are meant, those that ended or go on as the question says.
pub fn history(question: &Question, meant: &Meant<'_>) -> Answer {
    let (all, of) = (meant.runs(), of(&meant.scope));
    if all.is_empty() {
        return no_run(&meant.scope);
    }
    // Who asks whether it is one or the other asks for both.
    let outcomes = question.restrictions.iter().filter(|one| one.what.dimension() == Dimension::Outcome);
    let outcomes: Vec<Restriction> = outcomes.cloned().collect();
    let fits = |task: &&&Task| all_hold(&outcomes, &[Dimension::Outcome], |what| ended(task.status, what));
    let runs: Vec<&Task> = all.iter().filter(fits).copied().collect();
    let which: String = outcomes.iter().map(|one| format!("{} ", word(one))).collect::<Vec<_>>().join("or ");
    if runs.is_empty() {
        let all = counted(all.len(), "run");
        let text = format!("No {which}run{of} is on record that this key may see; it has {all} in all.");
        return Answer::of(text, 0.85).about(meant.scope.clone());
    }
    let noun = noun_for(runs.len(), "run");
    let mut lines = vec![format!("{} {which}{noun}{of} on record, newest first:", runs.len())];
    list(&mut lines, &runs, MOST_LISTED, |task| line(task));
    let answer = Answer::of(lines.join("\n"), 0.85).about(meant.scope.clone());
    let shown = runs.iter().take(MOST_LISTED);
    shown.fold(answer, |answer, task| answer.from(SourceKind::Run, subject(task), latest(task).to_string()))
}

fn ended(status: TaskStatus, as_said: &What) -> bool {
    let What::Outcome(outcome) = as_said else { return false };
    match outcome {
        Outcome::Passed => status == TaskStatus::Completed,
        Outcome::Failed => status == TaskStatus::Failed,
        Outcome::Unfinished => matches!(status, TaskStatus::Running | TaskStatus::Pending),
    }
}

fn word(one: &Restriction) -> String {
    let words =
        [(Outcome::Passed, "successful"), (Outcome::Failed, "failed"), (Outcome::Unfinished, "unfinished")];
    let word =
        words.iter().find(|(outcome, _)| one.what == What::Outcome(*outcome)).map_or("", |(_, word)| word);
    if one.negated { format!("not {word}") } else { word.to_owned() }
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
    use crate::query::session::Scope;

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
            let before = Scope { repository: repository.map(str::to_owned), pull: None };
            let question = Question::read(text);
            let answer = Meant::of(&question, &before, tasks).map(|meant| history(&question, &meant));
            let answer = answer.unwrap_or_else(|unknown| unknown);
            assert!(answer.text.starts_with(first), "{text}: {}", answer.text);
            assert_eq!((answer.text.lines().count() - 1, answer.sources.len()), (listed, listed), "{text}");
            assert_eq!(answer.confidence, if tasks.is_empty() { 0.5 } else { 0.85 }, "{text}");
        }
        check("What runs failed?", None, &tasks, "1 failed run on record", 1);
        check("What runs failed?", Some("acme/shop"), &tasks, "No failed run of acme/shop", 0);
        check("which runs passed?", None, &tasks, "1 successful run on record", 1);
        check("which runs are running?", None, &tasks, "1 unfinished run on record", 1);
        check("list all runs", None, &tasks, "3 runs on record", 3);
        check("which runs did not fail?", None, &tasks, "2 not failed runs on record", 2);
        check("which runs didn't pass?", None, &tasks, "2 not successful runs on record", 2);
        check("did the runs pass or fail?", None, &tasks, "2 successful or failed runs on record", 2);
        check("Did any run of pull request 2 fail?", None, &tasks, "No failed run of pull request 2 is", 0);
        check("What runs failed?", None, &[], "No run is known", 0);
        let question = Question::read("What runs failed?");
        let meant = Meant::of(&question, &Scope::default(), &tasks).expect("runs");
        let answer = history(&question, &meant);
        assert!(
            answer.text.contains("pull request 3 of acme/web") && answer.text.contains("(build: too large)")
        );
    }
}
