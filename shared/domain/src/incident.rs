//! A check that fails on a repository's default branch, until it passes there again.
//!
//! Events arrive out of order and more than once: when a check came to its conclusion decides which one counts. An incident
//! that was resolved stays so; the next failure opens another one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access::Owner;
use crate::catalogue::{self, INCIDENT_OPENED, INCIDENT_RESOLVED};
use crate::change::{Change, Check, Subject};
use crate::ids::{EventId, IncidentId, MessageId, digest};
use crate::message::Message;
use crate::repository::Repository;

/// Characters of what a sender names.
const LONGEST: usize = 1024;

/// The newest incident of a check on a branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    pub id: IncidentId,
    /// `owner/name`.
    pub repository: String,
    pub branch: String,
    pub check: String,
    /// The commit that it was opened for.
    pub commit_sha: String,
    pub url: String,
    pub opened_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    /// When the newest conclusion was reached.
    pub seen: Timestamp,
}

/// A conclusion that counts.
#[derive(Clone, Copy, Debug)]
pub struct Concluded<'a> {
    repository: &'a Repository,
    check: &'a Check,
    fails: bool,
    at: Timestamp,
    received_at: Timestamp,
}

/// What a conclusion makes of an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is opened or resolved, and told.
    Told(Incident),
    /// Only the time of the newest conclusion changed.
    Seen(Incident),
    Nothing,
}

impl<'a> Concluded<'a> {
    /// `None` for what is no conclusion of a check on the default branch. What sums checks up, or says the same of a job, is
    /// left to the check runs: of a workflow's run on a fork's pull request GitHub names the fork's branch, which may have the
    /// default branch's name.
    pub fn of(change: &'a Change, received_at: Timestamp) -> Option<Self> {
        let (Subject::Check(check), Some(repository)) = (&change.subject, &change.repository) else {
            return None;
        };
        let is_watched = !check.branch.is_empty() && check.branch == repository.default_branch;
        if change.event_type != "check_run" || change.action != "completed" || !is_watched {
            return None;
        }
        let fails = match check.conclusion.as_deref()? {
            "failure" | "timed_out" | "startup_failure" => true,
            "success" => false,
            // Skipped, cancelled, neutral: they say nothing of the code.
            _ => return None,
        };
        // Whoever reports a check chooses its time: it orders conclusions, and lies before the event.
        let at = check.at.map_or(received_at, |at| at.min(received_at));
        Some(Self { repository, check, fails, at, received_at })
    }

    /// Names the check on its branch, whatever the repository is called by then.
    pub fn key(&self) -> String {
        let Repository { provider, id, .. } = self.repository;
        let check = digest(&format!("{}\n{}", self.check.branch, self.check.name));
        format!("INCIDENT#{}#{id}#{check}", provider.word())
    }

    /// What follows for the newest incident of this check.
    pub fn after(&self, before: Option<Incident>, event: &EventId) -> Step {
        match before {
            Some(newer) if newer.seen > self.at => Step::Nothing,
            Some(open) if open.resolved_at.is_none() && self.fails => {
                let seen = Incident { seen: self.at, ..open.clone() };
                if seen == open { Step::Nothing } else { Step::Seen(seen) }
            }
            Some(open) if open.resolved_at.is_none() => {
                Step::Told(Incident { resolved_at: Some(self.at), seen: self.at, ..open })
            }
            // It was resolved by this very conclusion, or by one of the same moment.
            Some(resolved) if resolved.seen == self.at => Step::Nothing,
            Some(_) | None if self.fails => Step::Told(self.opened(event)),
            Some(resolved) => Step::Seen(Incident { seen: self.at, ..resolved }),
            None => Step::Nothing,
        }
    }

    fn opened(&self, event: &EventId) -> Incident {
        let bounded = |text: &str| text.chars().take(LONGEST).collect::<String>();
        Incident {
            id: event.incident(),
            repository: bounded(&self.repository.full_name),
            branch: bounded(&self.check.branch),
            check: bounded(&self.check.name),
            commit_sha: bounded(&self.check.head_sha),
            url: bounded(&self.check.url),
            opened_at: self.at,
            resolved_at: None,
            seen: self.at,
        }
    }

    /// What tells of the step that it made of an incident.
    pub fn message(&self, incident: &Incident) -> Message {
        let event = if incident.resolved_at.is_some() { INCIDENT_RESOLVED } else { INCIDENT_OPENED };
        let data = catalogue::Incident {
            incident_id: incident.id.to_string(),
            repository_name: incident.repository.clone(),
            branch_name: incident.branch.clone(),
            check_name: incident.check.clone(),
            commit_sha: incident.commit_sha.clone(),
            url: incident.url.clone(),
            opened_at: incident.opened_at,
            resolved_at: incident.resolved_at,
        };
        let id = MessageId::of(incident.id.as_str(), event);
        Message::of(id, Owner::deployment(), event, self.received_at, data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::Provider;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn change(conclusion: Option<&str>, second: i64) -> Change {
        let repository = Repository {
            provider: Provider::GitHub,
            id: 7,
            full_name: "acme/web".to_owned(),
            default_branch: "main".to_owned(),
            private: false,
        };
        let check = Check {
            suite: false,
            name: "test".to_owned(),
            conclusion: conclusion.map(str::to_owned),
            head_sha: "a".repeat(40),
            branch: "main".to_owned(),
            pulls: vec![],
            url: "https://forge.example/1".to_owned(),
            at: Some(at(second)),
        };
        Change {
            event_type: "check_run".to_owned(),
            action: "completed".to_owned(),
            actor: "ada".to_owned(),
            repository: Some(repository),
            subject: Subject::Check(check),
        }
    }

    fn step(before: Option<&Incident>, conclusion: &str, second: i64) -> Step {
        let event = EventId::of("", "check_run", &second.to_be_bytes());
        let change = change(Some(conclusion), second);
        let concluded = Concluded::of(&change, at(1000)).expect("a conclusion");
        concluded.after(before.cloned(), &event)
    }

    fn message(incident: &Incident) -> Message {
        let change = change(Some("failure"), 1);
        Concluded::of(&change, at(1000)).expect("a conclusion").message(incident)
    }

    #[track_caller]
    fn told(step: Step, event: &str) -> Incident {
        let Step::Told(incident) = step else { panic!("{step:?}") };
        assert_eq!(
            (message(&incident).event_type.as_str(), message(&incident).created_at),
            (event, at(1000))
        );
        incident
    }

    #[test]
    fn a_conclusion_lies_before_its_event() {
        let open = told(step(None, "failure", 1_000_000), INCIDENT_OPENED);
        assert_eq!((open.opened_at, open.seen), (at(1000), at(1000)));
    }

    #[test]
    fn a_failure_opens_and_the_next_pass_resolves() {
        assert_eq!(step(None, "success", 1), Step::Nothing);
        let open = told(step(None, "failure", 10), INCIDENT_OPENED);
        assert_eq!(step(Some(&open), "failure", 10), Step::Nothing, "the same event again");
        let Step::Seen(again) = step(Some(&open), "timed_out", 20) else { panic!("it is open") };
        assert_eq!((&again.id, again.opened_at, again.seen), (&open.id, at(10), at(20)));
        assert_eq!(step(Some(&again), "success", 15), Step::Nothing, "it came late");
        let resolved = told(step(Some(&again), "success", 30), INCIDENT_RESOLVED);
        assert_eq!((&resolved.id, resolved.resolved_at), (&open.id, Some(at(30))));
        assert_eq!(step(Some(&resolved), "success", 30), Step::Nothing);
        assert_eq!(step(Some(&resolved), "failure", 25), Step::Nothing, "it came late");
        let Step::Seen(well) = step(Some(&resolved), "success", 40) else { panic!("it is well") };
        assert_eq!(step(Some(&well), "failure", 35), Step::Nothing, "it came late");
        let another = told(step(Some(&well), "startup_failure", 50), INCIDENT_OPENED);
        assert_ne!(another.id, open.id);
        assert_ne!(message(&another).id, message(&open).id);
    }

    #[test]
    fn what_is_no_conclusion_on_the_default_branch_is_left_out() {
        #[track_caller]
        fn check(alter: impl FnOnce(&mut Change, &mut Check)) {
            let mut one = change(Some("failure"), 1);
            let Subject::Check(mut check) = one.subject.clone() else { panic!("a check") };
            alter(&mut one, &mut check);
            one.subject = Subject::Check(check);
            assert!(Concluded::of(&one, at(0)).is_none(), "{one:?}");
        }
        check(|one, _| one.action = "created".to_owned());
        for summary in ["check_suite", "workflow_run", "workflow_job"] {
            check(|one, _| one.event_type = summary.to_owned());
        }
        check(|one, _| one.repository = None);
        check(|_, check| check.branch = "feature".to_owned());
        check(|_, check| check.conclusion = None);
        check(|_, check| check.conclusion = Some("skipped".to_owned()));
        let mut nowhere = change(Some("failure"), 1);
        nowhere.repository.as_mut().expect("one").default_branch = String::new();
        assert!(Concluded::of(&nowhere, at(0)).is_none());
    }
}
