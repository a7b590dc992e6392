//! What a run tells: that it began, how each stage ended, that it failed, what came of it. Each when it happens.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;

use crate::access::Owner;
use crate::catalogue::{
    Envelope, PIPELINE_FAILED, PIPELINE_STARTED, PipelineFailed, PipelineStarted, StageEnded, stage_event,
};
use crate::ids::{MessageId, RunId};
use crate::results::{EVENT_TYPE, PipelineComplete};
use crate::run::{Run, Stage, object};
use crate::subscription::Subscription;

use super::Message;

/// `pipeline.started`.
pub fn started(run: &Run) -> Message {
    let data = PipelineStarted {
        run_id: run.id.to_string(),
        repository_name: run.repository.full_name.clone(),
        branch_name: run.branch.clone(),
        pr_number: run.pull.as_ref().map(|pull| pull.number),
        commit_sha: run.head_sha.clone(),
        triggered_by: run.trigger.triggered_by.clone(),
    };
    let id = MessageId::of(run.id.as_str(), PIPELINE_STARTED);
    Message::of(id, Owner::deployment(), PIPELINE_STARTED, run.started_at, data)
}

/// The stages whose end one of these subscriptions wants to hear of.
pub fn told(subscriptions: &[Subscription]) -> BTreeSet<Stage> {
    let wanted = |event: &str| subscriptions.iter().any(|one| one.wants(event));
    Stage::ALL.into_iter().filter(|stage| stage_event(*stage).is_some_and(wanted)).collect()
}

/// The end of a stage, told while its run goes on. Its bytes lie with the run, under a key that follows from the two: who
/// lays them there needs no more than to name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub run: RunId,
    pub stage: Stage,
}

impl Ended {
    /// As a queue has it: `run_… build`.
    pub fn parse(text: &str) -> Option<Self> {
        let (run, stage) = text.split_once(' ')?;
        let stage = Stage::parse(stage).filter(|stage| stage_event(*stage).is_some())?;
        Some(Self { run: RunId::parse(run)?, stage })
    }

    pub fn body_key(&self) -> String {
        object(&self.run, &format!("told/{}.json", self.stage.word()))
    }

    /// What it tells, from its bytes.
    pub fn message(&self, body: String) -> Option<Message> {
        let event = stage_event(self.stage)?;
        let told: Envelope<StageEnded> = serde_json::from_str(&body).ok()?;
        Some(Message {
            id: MessageId::of(self.run.as_str(), event),
            owner: Owner::deployment(),
            event_type: event.to_owned(),
            body,
            body_key: self.body_key(),
            created_at: told.timestamp,
        })
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.run, self.stage.word())
    }
}

/// The message that tells of a stage's end; `None` for the last one, which `pipeline_complete` tells of. `duration` is in
/// seconds.
pub fn stage_ended(run: &Run, stage: Stage, result: Outcome, at: Timestamp) -> Option<Message> {
    let event = stage_event(stage)?;
    let data = StageEnded {
        run_id: run.id.to_string(),
        repository_name: run.repository.full_name.clone(),
        stage: stage.word().to_owned(),
        success: result.success,
        duration: result.duration,
    };
    Some(Message::of(MessageId::of(run.id.as_str(), event), Owner::deployment(), event, at, data))
}

/// How a stage ended.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    pub success: bool,
    /// Seconds; absent where it was not measured.
    pub duration: Option<f64>,
}

impl Outcome {
    pub fn good(duration: f64) -> Self {
        Self { success: true, duration: Some(duration) }
    }
}

/// What is told at a run's end: of the failure, if there was one, and `pipeline_complete`, whose bytes are `body` and lie
/// under `body_key`. The stages that ended well have been told of when they did.
pub fn ended(run: &Run, complete: &PipelineComplete, body: String, body_key: String) -> Vec<Message> {
    let at = complete.timestamp;
    let results = &complete.results;
    let failed = results.failure.as_ref();
    let broke = failed.and_then(|failure| Stage::parse(&failure.stage));
    let mut messages = Vec::new();
    // The test stage can tell nobody: the commit stage does, unless it broke before it came to that.
    if broke == Some(Stage::Commit) {
        let test =
            Outcome { success: results.test_results.success, ..Outcome::good(results.test_results.duration) };
        messages.extend(stage_ended(run, Stage::Test, test, at));
    }
    messages.extend(broke.and_then(|stage| stage_ended(run, stage, Outcome::default(), at)));
    messages.extend(failed.map(|failure| {
        let data = PipelineFailed {
            run_id: run.id.to_string(),
            repository_name: run.repository.full_name.clone(),
            branch_name: run.branch.clone(),
            pr_number: results.pr_number,
            stage: failure.stage.clone(),
            error: failure.error.clone(),
            message: failure.message.clone(),
        };
        let id = MessageId::of(run.id.as_str(), PIPELINE_FAILED);
        Message::of(id, Owner::deployment(), PIPELINE_FAILED, at, data)
    }));
    messages.push(Message {
        id: run.id.message(),
        owner: Owner::deployment(),
        event_type: EVENT_TYPE.to_owned(),
        body,
        body_key,
        created_at: at,
    });
    messages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::EventId;
    use crate::repository::{Provider, Repository};
    use crate::results::Failure;

    fn complete() -> PipelineComplete {
        let example = crate::catalogue::find(EVENT_TYPE).expect("the event").example.clone();
        serde_json::from_value(example).expect("results")
    }

    fn run(complete: &PipelineComplete) -> Run {
        let task = EventId::of("default", "push", b"{}").task();
        Run {
            id: task.run(1),
            task,
            repository: Repository {
                provider: Provider::GitHub,
                id: 1,
                full_name: "acme/shop".to_owned(),
                default_branch: "main".to_owned(),
                private: false,
            },
            pull: None,
            branch: "search".to_owned(),
            head_sha: String::new(),
            base_sha: None,
            trigger: complete.results.trigger.clone(),
            started_at: complete.results.start_timestamp,
            told: BTreeSet::new(),
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut PipelineComplete), expected: &[&str]) {
        let mut complete = complete();
        change(&mut complete);
        let run = run(&complete);
        let messages = ended(&run, &complete, "{}".to_owned(), "runs/x".to_owned());
        let events: Vec<_> = messages.iter().map(|message| message.event_type.as_str()).collect();
        assert_eq!(events, expected);
        assert_eq!(messages.last().map(|message| message.id.clone()), Some(run.id.message()));
        assert_ne!(started(&run).id, run.id.message());
    }

    #[test]
    fn what_a_run_tells_at_its_end() {
        check(|_| (), &[EVENT_TYPE]);
        let failed = |stage: &'static str| {
            move |complete: &mut PipelineComplete| {
                complete.results.failure = Some(Failure {
                    stage: stage.to_owned(),
                    error: "Transient".to_owned(),
                    message: String::new(),
                });
            }
        };
        check(failed("analyze"), &["pipeline.analyze", "pipeline.failed", EVENT_TYPE]);
        check(failed("commit"), &["pipeline.test", "pipeline.commit", "pipeline.failed", EVENT_TYPE]);
        check(failed("report"), &["pipeline.failed", EVENT_TYPE]);
    }

    #[test]
    fn a_stage_is_told_of_once_by_whoever_tells() {
        let run = run(&complete());
        let at = run.started_at;
        for stage in Stage::ALL {
            let Some(told) = stage_ended(&run, stage, Outcome::good(1.5), at) else {
                assert_eq!(stage, Stage::Report);
                assert_eq!(Ended::parse(&format!("{} report", run.id)), None);
                continue;
            };
            let ended = Ended { run: run.id.clone(), stage };
            assert_eq!(Ended::parse(&ended.to_string()), Some(ended.clone()));
            let read = ended.message(told.body.clone()).expect("a message");
            assert!(told.is_to_be_kept() && !read.is_to_be_kept(), "it lies with the run");
            assert_eq!(Message { body_key: told.body_key.clone(), ..read }, told);
            let failed = stage_ended(&run, stage, Outcome::default(), at).expect("a message");
            assert_eq!(failed.id, told.id);
        }
        for none in ["", "build", "run_1", "run_1 build again", "evt_1 build", "run_1 nothing"] {
            assert_eq!(Ended::parse(none), None, "{none}");
        }
    }

    #[test]
    fn only_those_who_want_to_hear_are_told() {
        use crate::subscription::{DisabledReason, Pattern, State, samples};
        let mut one = samples::subscription();
        assert!(told(&[one.clone()]).is_empty());
        one.settings.events = Pattern::parse("pipeline.test").into_iter().collect();
        assert_eq!(told(&[one.clone()]), [Stage::Test].into());
        one.settings.events = Pattern::parse("*").into_iter().collect();
        assert_eq!(told(&[one.clone()]).len(), 5);
        one.state = State::Disabled { reason: DisabledReason::Asked, at: Timestamp::UNIX_EPOCH };
        assert!(told(&[one]).is_empty());
    }
}
