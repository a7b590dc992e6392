//! Which run a question is about.

use super::answer::{Answer, quoted};
use super::question::Question;
use super::session::Scope;
use crate::ids::RunId;
use crate::task::{Task, TaskStatus, TaskType};

/// The run that a question is about, as far as that is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Picked<'a> {
    Task {
        task: &'a Task,
        /// Other repositories that have a pull request of this number.
        others: Vec<&'a str>,
    },
    /// There is no run of it.
    None,
}

/// Narrows what is asked about: by what the question names among what is known, else by what the session was about.
pub fn scope(question: &Question, before: &Scope, tasks: &[Task]) -> Scope {
    let is_named = |task: &&Task| {
        let full = task.repository.to_lowercase();
        let short = full.rsplit('/').next().unwrap_or_default();
        question.names.iter().any(|name| *name == full || name.contains(&format!("/{full}/")))
            || is_called(question, short)
    };
    let named = tasks.iter().find(is_named).map(|task| task.repository.clone());
    let pull = question.pull;
    if named.is_some() {
        return Scope { repository: named, pull };
    }
    if question.says(&["last", "latest", "newest", "every", "overall"]) && pull.is_none() {
        return Scope { pull: None, ..before.clone() };
    }
    Scope { repository: before.repository.clone(), pull: pull.or(before.pull) }
}

/// Whether a place is called so, as in `findings in the shop`. A name alone may be a word as any other: `test`.
fn is_called(question: &Question, short: &str) -> bool {
    const BEFORE: [&str; 8] = ["about", "for", "in", "of", "on", "project", "repo", "repository"];
    let words: Vec<&str> = question.names.iter().map(String::as_str).filter(|name| *name != "the").collect();
    words.windows(2).any(|two| BEFORE.contains(&two[0]) && two[1] == short)
}

/// The newest run of the scope that `fits`. `tasks` are newest first.
pub fn pick<'a>(scope: &Scope, tasks: &'a [Task], fits: impl Fn(&Task) -> bool) -> Picked<'a> {
    let in_repository = |task: &&Task| scope.repository.as_ref().is_none_or(|name| *name == task.repository);
    let of_pull = |task: &&Task| scope.pull.is_none_or(|number| task.pr_number == Some(number));
    let mut found =
        tasks.iter().filter(in_repository).filter(of_pull).filter(|task| is_run(task) && fits(task));
    let Some(task) = found.next() else { return Picked::None };
    let mut others: Vec<&str> =
        found.map(|other| other.repository.as_str()).filter(|name| *name != task.repository).collect();
    others.sort_unstable();
    others.dedup();
    if scope.pull.is_none() {
        others.clear();
    }
    Picked::Task { task, others }
}

/// The run that a task started last.
pub fn latest(task: &Task) -> RunId {
    task.id.run(1)
}

/// A run of the pipeline, and not only a note that something happened.
pub(super) fn is_run(task: &Task) -> bool {
    matches!(task.task_type, TaskType::PullRequestAnalysis | TaskType::PushAnalysis)
        && !matches!(task.status, TaskStatus::Skipped | TaskStatus::Recorded)
}

/// As `pull request 7 of acme/web`, or the branch.
pub(super) fn subject(task: &Task) -> String {
    let repository = quoted(&task.repository, 140);
    match task.pr_number {
        Some(number) => format!("pull request {number} of {repository}"),
        None => format!("branch {} of {repository}", quoted(&task.branch, 100)),
    }
}

pub(super) fn about(task: &Task) -> Scope {
    Scope { repository: Some(task.repository.clone()), pull: task.pr_number }
}

/// What is said where no run of the scope is known. That is sure, but who asks about a run believes that there is one.
pub fn no_run(scope: &Scope) -> Answer {
    let of = match (&scope.pull, &scope.repository) {
        (Some(pull), Some(name)) => format!(" of pull request {pull} of {}", quoted(name, 140)),
        (Some(pull), None) => format!(" of pull request {pull}"),
        (None, Some(name)) => format!(" of {}", quoted(name, 140)),
        (None, None) => String::new(),
    };
    Answer::of(format!("No run{of} is known that this key may see."), 0.5)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::ids::EventId;
    use jiff::Timestamp;

    pub(in crate::query) fn task(repository: &str, pr_number: Option<u64>, status: TaskStatus) -> Task {
        let event = EventId::of("default", repository, &pr_number.unwrap_or(0).to_be_bytes());
        let pull = pr_number.is_some();
        Task {
            id: event.task(),
            event,
            task_type: if pull { TaskType::PullRequestAnalysis } else { TaskType::PushAnalysis },
            status,
            repository: repository.to_owned(),
            pr_number,
            branch: "main".to_owned(),
            commit_sha: "9fceb02d0ae598e95dc970b74767f19372d61af8".to_owned(),
            reason: String::new(),
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_is_asked_about() {
        let tasks =
            [task("acme/web", Some(1), TaskStatus::Completed), task("acme/Shop", None, TaskStatus::Failed)];
        let before = Scope { repository: Some("acme/web".to_owned()), pull: Some(4) };
        let check = |text: &str, before: &Scope, repository: Option<&str>, pull: Option<u64>| {
            let found = scope(&Question::read(text), before, &tasks);
            assert_eq!((found.repository.as_deref(), found.pull), (repository, pull), "{text}");
        };
        let nothing = Scope::default();
        check("findings in pull request 1", &nothing, None, Some(1));
        check("findings in acme/web", &nothing, Some("acme/web"), None);
        check("how did it go in the shop?", &nothing, Some("acme/Shop"), None);
        check("https://forge.example/acme/web/pull/1", &nothing, Some("acme/web"), Some(1));
        check("did the web test pass?", &nothing, None, None);
        check("findings in acme/other", &nothing, None, None);
        check("and the high ones?", &before, Some("acme/web"), Some(4));
        check("and in PR 5?", &before, Some("acme/web"), Some(5));
        check("and in PR 5 of acme/web?", &before, Some("acme/web"), Some(5));
        check("all of acme/web?", &before, Some("acme/web"), None);
        check("and acme/shop?", &before, Some("acme/Shop"), None);
        check("how did the last run go?", &before, Some("acme/web"), None);
    }

    #[test]
    fn the_newest_that_fits_is_picked() {
        let tasks = [
            task("acme/web", Some(2), TaskStatus::Skipped),
            task("acme/web", Some(1), TaskStatus::Running),
            task("acme/web", Some(1), TaskStatus::Completed),
            task("acme/shop", Some(1), TaskStatus::Completed),
        ];
        let check =
            |pull: Option<u64>, repository: Option<&str>, expected: Result<(usize, usize), Picked>| {
                let scope = Scope { repository: repository.map(str::to_owned), pull };
                let picked = pick(&scope, &tasks, |task| task.status == TaskStatus::Completed);
                match expected {
                    Ok((place, others)) => assert!(
                        matches!(&picked, Picked::Task { task, others: found }
                        if **task == tasks[place] && found.len() == others),
                        "{picked:?}"
                    ),
                    Err(expected) => assert_eq!(picked, expected),
                }
            };
        check(Some(1), None, Ok((2, 1)));
        check(Some(1), Some("acme/shop"), Ok((3, 0)));
        check(None, None, Ok((2, 0)));
        check(Some(2), None, Err(Picked::None));
        check(None, Some("acme/none"), Err(Picked::None));
        assert_eq!(pick(&Scope::default(), &[], |_| true), Picked::None);
    }
}
