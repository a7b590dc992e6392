//! Which repositories send their events, and how the owner's webhooks are.

use super::answer::{Answer, SourceKind, list, quoted};
use super::question::Question;
use super::restriction::{Dimension, Outcome, What, all_hold};
use crate::counted::counted;
use crate::subscription::{DisabledReason, State, Statistics, Subscription};
use crate::task::Task;

const MOST_LISTED: usize = 10;

/// A subscription, and what became of what it was sent, where that was looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    pub subscription: Subscription,
    pub statistics: Option<Statistics>,
}

impl Watched {
    /// Whether the last that was heard of its endpoint was a failure.
    fn fails(&self) -> bool {
        match self.subscription.state {
            State::Disabled { reason, .. } => reason != DisabledReason::Asked,
            State::Active => {
                self.statistics.as_ref().is_some_and(|seen| seen.last_failure_at > seen.last_delivery_at)
            }
        }
    }
}

/// Tells of repositories, of webhooks, or of both where the question says neither.
pub fn repositories(question: &Question, tasks: &[Task], watched: &[Watched]) -> Answer {
    let hooks = question.says(&[
        "webhook",
        "hook",
        "subscription",
        "endpoint",
        "delivery",
        "deliver",
        "undelivered",
        "receiver",
        "subscriber",
    ]);
    let repositories = question.says(&["repository", "repo", "connect"]);
    let named: Vec<&Watched> = watched.iter().filter(|one| is_named(question, one)).collect();
    let shown: Vec<&Watched> = if named.is_empty() { watched.iter().collect() } else { named };
    let mut parts = Vec::new();
    if hooks || !repositories {
        parts.push(of_webhooks(question, &shown));
    }
    if repositories || !hooks {
        parts.push(of_repositories(tasks));
    }
    let answer = Answer::of(parts.join("\n\n"), 0.85);
    let sources = shown.iter().take(MOST_LISTED).filter(|_| hooks || !repositories);
    sources.fold(answer, |answer, one| {
        answer.from(SourceKind::Webhook, host(&one.subscription), one.subscription.id.to_string())
    })
}

fn is_named(question: &Question, one: &Watched) -> bool {
    let host = host(&one.subscription).to_lowercase();
    question
        .names
        .iter()
        .any(|name| *name == one.subscription.id.as_str() || (!host.is_empty() && *name == host))
}

/// Where it goes, without path and query: a URL may hold a secret.
fn host(subscription: &Subscription) -> String {
    let url = url::Url::parse(&subscription.settings.url).ok();
    quoted(url.as_ref().and_then(url::Url::host_str).unwrap_or_default(), 100)
}

fn of_webhooks(question: &Question, watched: &[&Watched]) -> String {
    if watched.is_empty() {
        return "You have no webhooks. POST /api/v1/webhooks registers one.".to_owned();
    }
    let is_active = |one: &Watched| one.subscription.state == State::Active;
    let active = watched.iter().filter(|one| is_active(one)).count();
    let asleep = watched.len() - active;
    let fits = |one: &&&Watched| {
        all_hold(&question.restrictions, &[Dimension::Active, Dimension::Outcome], |what| {
            (*what == What::Active && is_active(one))
                || (*what == What::Outcome(Outcome::Failed) && one.fails())
                || (*what == What::Outcome(Outcome::Passed) && is_active(one) && !one.fails())
        })
    };
    let chosen: Vec<&&Watched> = watched.iter().filter(fits).collect();
    let all = counted(watched.len(), "webhook");
    let mut lines = vec![format!("{all}: {active} active, {asleep} disabled.")];
    if chosen.is_empty() {
        lines.push("None of them is as you ask.".to_owned());
    }
    if question.restricts(&[Dimension::Outcome]) && watched.iter().any(|one| one.statistics.is_none()) {
        lines.push("Of those that are left out here it was not looked up how they do.".to_owned());
    }
    list(&mut lines, &chosen, MOST_LISTED, |one| line(one));
    lines.join("\n")
}

fn line(one: &Watched) -> String {
    let Watched { subscription, statistics } = one;
    let state = match &subscription.state {
        State::Active => "active".to_owned(),
        State::Disabled { reason, at } => format!("disabled ({}) since {at}", reason.word()),
    };
    let mut line = format!("- {} to {}: {state}", subscription.id, host(subscription));
    if let Some(Statistics { delivered, given_up, failed_attempts, last_failure_at, .. }) = statistics {
        line.push_str(&format!(
            "; {delivered} delivered, {given_up} given up, {failed_attempts} failed attempts"
        ));
        if let Some(at) = last_failure_at {
            line.push_str(&format!(", the last at {at}"));
        }
    }
    line
}

/// By what they sent: newest first, as `tasks` are.
fn of_repositories(tasks: &[Task]) -> String {
    let mut seen: Vec<&Task> = Vec::new();
    for task in tasks.iter().filter(|task| !task.repository.is_empty()) {
        if !seen.iter().any(|one| one.repository == task.repository) {
            seen.push(task);
        }
    }
    if seen.is_empty() {
        return "No repository has sent anything that this key may see.".to_owned();
    }
    let has = if seen.len() == 1 { "has" } else { "have" };
    let mut lines = vec![format!("{} {has} sent something lately:", counted(seen.len(), "repository"))];
    let line = |task: &&Task| format!("- {}, last at {}", quoted(&task.repository, 140), task.created_at);
    list(&mut lines, &seen, MOST_LISTED, line);
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::runs::tests::task;
    use crate::subscription::samples;
    use crate::task::TaskStatus;
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn an_endpoint_fails_that_failed_last() {
        #[track_caller]
        fn check(delivered: Option<i64>, failed: Option<i64>, expected: bool) {
            let at = |second: Option<i64>| {
                second.map(|second| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second))
            };
            let seen = Statistics {
                last_delivery_at: at(delivered),
                last_failure_at: at(failed),
                ..Statistics::default()
            };
            let one = Watched { subscription: samples::subscription(), statistics: Some(seen) };
            assert_eq!(one.fails(), expected, "{delivered:?} {failed:?}");
        }
        check(None, None, false);
        check(None, Some(1), true);
        check(Some(1), Some(2), true);
        check(Some(2), Some(1), false);
    }

    #[test]
    fn what_is_asked_for_is_told() {
        let active = samples::subscription();
        let mut gone = samples::subscription();
        gone.settings.url = "https://gone.example/hook?token=secret".to_owned();
        gone.state = State::Disabled { reason: DisabledReason::Gone, at: Timestamp::UNIX_EPOCH };
        let watched = [active, gone]
            .map(|subscription| Watched { subscription, statistics: Some(Statistics::default()) });
        let tasks =
            [task("acme/web", Some(1), TaskStatus::Completed), task("acme/web", None, TaskStatus::Failed)];
        let check = |text: &str, has: &[&str], has_not: &[&str]| {
            let answer = repositories(&Question::read(text), &tasks, &watched);
            for part in has {
                assert!(answer.text.contains(part), "{text}: {part} is not in {}", answer.text);
            }
            for part in has_not.iter().chain(&["secret"]) {
                assert!(!answer.text.contains(part), "{text}: {part} is in {}", answer.text);
            }
        };
        check("which repositories are there?", &["1 repository has", "acme/web"], &["gone.example"]);
        check(
            "how are my webhooks?",
            &["1 active, 1 disabled", "gone.example: disabled (gone)"],
            &["acme/web"],
        );
        check("is a hook disabled", &["gone.example"], &["active;"]);
        check("Which webhooks are not active?", &["gone.example"], &["active;"]);
        check("which webhooks are active", &["active;"], &["gone.example"]);
        check("what of the endpoint gone.example", &["1 webhook: 0 active, 1 disabled"], &["active;"]);
        check("Which webhooks are failing?", &["gone.example"], &["active;"]);
        check("which endpoints work, which do not fail?", &["active;"], &["gone.example"]);
        check("which events came?", &["2 webhooks", "1 repository has"], &[]);
    }
}
