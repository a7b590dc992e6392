//! What a run tells: that it began, how each stage ended, that it failed, what came of it.

use crate::access::Owner;
use crate::catalogue::{
    PIPELINE_FAILED, PIPELINE_STARTED, PipelineFailed, PipelineStarted, StageEnded, stage_event,
};
use crate::ids::MessageId;
use crate::results::{EVENT_TYPE, PipelineComplete};
use crate::run::{Run, Stage};

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

/// All that is told at a run's end: the stages that ran, the failure if there was one, and `pipeline_complete`, whose
/// bytes are `body` and lie under `body_key`.
pub fn ended(run: &Run, complete: &PipelineComplete, body: String, body_key: String) -> Vec<Message> {
    let at = complete.timestamp;
    let results = &complete.results;
    let failed = results.failure.as_ref();
    let mut messages: Vec<Message> = [
        (Stage::Build, results.build_results.success),
        (Stage::Analyze, results.analysis_results.success),
        (Stage::Fix, results.fix_results.success),
        (Stage::Test, results.test_results.success),
        (Stage::Commit, failed.is_none()),
    ]
    .into_iter()
    .filter_map(|(stage, success)| {
        let event = stage_event(stage)?;
        let duration = results.resource_metrics.stage_durations.get(stage.word()).copied();
        let broke = failed.is_some_and(|failure| failure.stage == stage.word());
        let ran = duration.is_some() || broke || (stage == Stage::Commit && failed.is_none());
        let data = StageEnded {
            run_id: run.id.to_string(),
            repository_name: run.repository.full_name.clone(),
            stage: stage.word().to_owned(),
            success: success && !broke,
            duration,
        };
        let id = MessageId::of(run.id.as_str(), event);
        ran.then(|| Message::of(id, Owner::deployment(), event, at, data))
    })
    .collect();
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
    fn what_a_run_tells() {
        let all = [
            "pipeline.build",
            "pipeline.analyze",
            "pipeline.fix",
            "pipeline.test",
            "pipeline.commit",
            EVENT_TYPE,
        ];
        check(|_| (), &all);
        let failed = |complete: &mut PipelineComplete| {
            complete.results.resource_metrics.stage_durations.retain(|stage, _| stage == "build");
            complete.results.failure = Some(Failure {
                stage: "analyze".to_owned(),
                error: "Transient".to_owned(),
                message: String::new(),
            });
        };
        check(failed, &["pipeline.build", "pipeline.analyze", "pipeline.failed", EVENT_TYPE]);
    }
}
