//! Which runs a question is about.

use super::answer::{Answer, quoted};
use super::place::Place;
use super::question::Question;
use super::session::Scope;
use crate::ids::RunId;
use crate::task::{Task, TaskStatus, TaskType};

/// What a question is about, as far as that is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Meant<'a> {
    pub scope: Scope,
    /// Newest first.
    pub tasks: Vec<&'a Task>,
}

impl<'a> Meant<'a> {
    /// What the question names among what is known, else what the session was about. Where nothing is known of what is
    /// named, the answer that says so: what is known of others is none to this question.
    pub fn of(question: &Question, before: &Scope, tasks: &'a [Task]) -> Result<Self, Answer> {
        let place = &question.place;
        if let Some(odd) = &place.odd {
            return Err(misnumbered(odd));
        }
        let repository = repository(question, tasks);
        let scope = scope(question, before, repository);
        let fits = |task: &&Task| {
            scope.repository.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(&task.repository))
                && scope.pull.is_none_or(|number| task.pr_number == Some(number))
                && place.branch.as_ref().is_none_or(|branch| *branch == task.branch.to_lowercase())
                && place.commit.as_ref().is_none_or(|commit| task.commit_sha.starts_with(commit.as_str()))
                && place
                    .run
                    .as_ref()
                    .is_none_or(|run| *run == latest(task).as_str() || *run == task.id.as_str())
        };
        let found: Vec<&Task> = tasks.iter().filter(fits).collect();
        if found.is_empty() && (place.is_named() || scope.repository.is_some() || scope.pull.is_some()) {
            return Err(nothing_of(place, &scope));
        }
        Ok(Self { scope, tasks: found })
    }

    /// Those that are runs of the pipeline.
    pub fn runs(&self) -> Vec<&'a Task> {
        self.tasks.iter().copied().filter(|task| is_run(task)).collect()
    }

    /// Other repositories that have a pull request of the number that this run has, where only that was said.
    pub fn others(&self, task: &Task) -> Vec<&'a str> {
        let runs = self.runs().into_iter().filter(|_| self.scope.pull.is_some());
        let mut others: Vec<&str> =
            runs.map(|run| run.repository.as_str()).filter(|name| *name != task.repository).collect();
        others.sort_unstable();
        others.dedup();
        others
    }
}

/// The repository that is named, as it is called among what is known; as it was said, where it is not known.
fn repository(question: &Question, tasks: &[Task]) -> Option<String> {
    let short =
        |task: &Task| task.repository.to_lowercase().rsplit('/').next().unwrap_or_default().to_owned();
    let is_named = |task: &&Task| match &question.place.repository {
        Some(name) => *name == task.repository.to_lowercase() || *name == short(task),
        None => is_called(question, &short(task)),
    };
    tasks.iter().find(is_named).map(|task| task.repository.clone()).or(question.place.repository.clone())
}

/// Whether a place is called so, as in `findings in the shop`. A name alone may be a word as any other: `test`.
fn is_called(question: &Question, short: &str) -> bool {
    const BEFORE: [&str; 6] = ["about", "and", "for", "in", "of", "on"];
    let words: Vec<&str> = question.names.iter().map(String::as_str).filter(|name| *name != "the").collect();
    words.windows(2).any(|two| BEFORE.contains(&two[0]) && two[1] == short)
}

fn scope(question: &Question, before: &Scope, repository: Option<String>) -> Scope {
    let Place { pull, branch, commit, run, .. } = &question.place;
    // A commit or a run is of one repository, whatever was talked about before.
    if repository.is_some() || commit.is_some() || run.is_some() {
        return Scope { repository, pull: *pull };
    }
    let afresh = question.says(&["last", "latest", "newest", "every", "overall"]) || branch.is_some();
    Scope { repository: before.repository.clone(), pull: pull.or(before.pull.filter(|_| !afresh)) }
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

/// As ` of pull request 7 of acme/web`; nothing, where all are meant.
pub(super) fn of(scope: &Scope) -> String {
    let pull = scope.pull.map(|pull| format!(" of pull request {pull}"));
    let name = scope.repository.as_ref().map(|name| format!(" of {}", quoted(name, 140)));
    pull.into_iter().chain(name).collect()
}

/// What is said where no run of the scope is known. That is sure, but who asks about a run believes that there is one.
pub fn no_run(scope: &Scope) -> Answer {
    Answer::of(format!("No run{} is known that this key may see.", of(scope)), 0.5)
}

fn nothing_of(place: &Place, scope: &Scope) -> Answer {
    let named = [("run", &place.run), ("commit", &place.commit), ("branch", &place.branch)];
    let named = named.into_iter().filter_map(|(noun, name)| Some((noun, name.as_ref()?)));
    let named: String = named.map(|(noun, name)| format!(" of {noun} {}", quoted(name, 100))).collect();
    Answer::of(format!("No run{named}{} is known that this key may see.", of(scope)), 0.5)
}

/// What is said of a number that nothing has.
fn misnumbered(odd: &str) -> Answer {
    Answer::of(
        format!(
            "There is no pull request or run with the number {}: pull requests are counted from 1, as the forge shows \
             them, and runs are known by ids, as run_….",
            quoted(odd, 40)
        ),
        0.4,
    )
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
        let tasks = [
            task("acme/web", Some(5), TaskStatus::Completed),
            task("acme/web", Some(4), TaskStatus::Completed),
            task("acme/web", Some(1), TaskStatus::Completed),
            task("acme/Shop", None, TaskStatus::Failed),
        ];
        let before = Scope { repository: Some("acme/web".to_owned()), pull: Some(4) };
        let check = |text: &str, before: &Scope, repository: Option<&str>, pull: Option<u64>| {
            let found = Meant::of(&Question::read(text), before, &tasks).expect(text).scope;
            assert_eq!((found.repository.as_deref(), found.pull), (repository, pull), "{text}");
        };
        let nothing = Scope::default();
        check("findings in pull request 1", &nothing, None, Some(1));
        check("findings in acme/web", &nothing, Some("acme/web"), None);
        check("how did it go in the shop?", &nothing, Some("acme/Shop"), None);
        check("https://forge.example/acme/web/pull/1", &nothing, Some("acme/web"), Some(1));
        check("acme/web#1", &nothing, Some("acme/web"), Some(1));
        check("did the web test pass?", &nothing, None, None);
        check("commit 9fceb02", &nothing, None, None);
        check("and the high ones?", &before, Some("acme/web"), Some(4));
        check("and in PR 5?", &before, Some("acme/web"), Some(5));
        check("and in PR 5 of acme/web?", &before, Some("acme/web"), Some(5));
        check("all of acme/web?", &before, Some("acme/web"), None);
        check("and acme/shop?", &before, Some("acme/Shop"), None);
        check("how did the last run go?", &before, Some("acme/web"), None);
    }

    #[test]
    fn of_what_is_unknown_nothing_is_said() {
        let tasks = [task("acme/web", Some(1), TaskStatus::Completed)];
        for (text, part) in [
            ("findings in acme/other", "of acme/other"),
            ("findings of the repository nowhere", "of nowhere"),
            ("findings in pull request 987 of acme/web", "of pull request 987 of acme/web"),
            ("acme/web#2", "of pull request 2 of acme/web"),
            ("how is branch nothere", "of branch nothere"),
            ("how did commit 0000aaa go", "of commit 0000aaa"),
            ("how did run_0123 go", "of run run_0123"),
            ("how did run -1 go", "the number -1"),
            ("pull request numbered -1", "the number -1"),
            ("pull/0", "the number pull/0"),
        ] {
            let answer = Meant::of(&Question::read(text), &Scope::default(), &tasks).expect_err(text);
            assert!(answer.text.contains(part) && answer.confidence <= 0.5, "{text}: {answer:?}");
        }
    }

    #[test]
    fn a_number_may_be_that_of_others() {
        let tasks = [
            task("acme/web", Some(1), TaskStatus::Completed),
            task("acme/shop", Some(1), TaskStatus::Completed),
            task("acme/shop", Some(2), TaskStatus::Completed),
        ];
        for (text, others) in [("pull request 1", 1), ("pull request 1 of acme/web", 0), ("runs", 0)] {
            let question = Question::read(text);
            let meant = Meant::of(&question, &Scope::default(), &tasks).expect(text);
            assert_eq!(meant.others(&tasks[0]).len(), others, "{text}");
        }
    }
}
