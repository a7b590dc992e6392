//! The payload of a run, made of what its stages left behind. A stage that left nothing appears with `success: false`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use quartet_aws::objects::Objects;
use quartet_domain::failure::Failed;
use quartet_domain::results::{
    AnalysisResults, BuildResults, EVENT_TYPE, Failure, FixResults, PipelineComplete, PipelineResults,
    PipelineStatus, ResourceMetrics, VERSION,
};
use quartet_domain::run::{Caught, Committed, Ending, Record, Run, Tested};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What the stages left; `None` for those that did not finish.
#[derive(Debug, Default)]
pub struct Parts {
    pub build: Option<Record<BuildResults>>,
    pub analysis: Option<Record<AnalysisResults>>,
    pub fix: Option<Record<FixResults>>,
    pub test: Option<Record<Tested>>,
    pub commit: Option<Record<Committed>>,
}

impl Parts {
    pub(crate) async fn read(objects: &Objects, run: &Run) -> Result<Self, Failed> {
        Ok(Self {
            build: part(objects, run, "build.json").await?,
            analysis: part(objects, run, "analysis.json").await?,
            fix: part(objects, run, "fix.json").await?,
            test: part(objects, run, "test.json").await?,
            commit: part(objects, run, "commit.json").await?,
        })
    }

    fn metrics(&self) -> ResourceMetrics {
        fn of<T>(part: Option<&Record<T>>) -> (u64, u64, u64) {
            part.map_or((0, 0, 0), |r| (r.api_calls, r.bytes, r.lines))
        }
        let (build_calls, bytes, lines) = of(self.build.as_ref());
        let (commit_calls, ..) = of(self.commit.as_ref());
        let durations = [
            ("build", self.build.as_ref().map(|r| r.results.duration)),
            ("analyze", self.analysis.as_ref().map(|r| r.results.duration)),
            ("fix", self.fix.as_ref().map(|r| r.results.duration)),
            ("test", self.test.as_ref().map(|r| r.results.results.duration)),
        ];
        let stage_durations: BTreeMap<_, _> =
            durations.into_iter().filter_map(|(stage, seconds)| Some((stage.to_owned(), seconds?))).collect();
        ResourceMetrics {
            total_api_calls: build_calls + commit_calls,
            processing_time: to_the_millisecond(stage_durations.values().sum()),
            stage_durations,
            bytes_processed: bytes,
            lines_analyzed: lines,
        }
    }
}

async fn part<T: DeserializeOwned>(
    objects: &Objects,
    run: &Run,
    file: &str,
) -> Result<Option<Record<T>>, Failed> {
    Ok(objects.get_json(&run.object(file)).await?)
}

/// The payload as it stands at `now`.
pub fn assemble(ending: &Ending, parts: Parts, now: Timestamp) -> PipelineComplete {
    let run = &ending.run;
    let resource_metrics = parts.metrics();
    let committed = parts.commit.map(|r| r.results).unwrap_or_default();
    let build_results = parts.build.map(|r| r.results).unwrap_or_default();
    let analysis_results = parts.analysis.map(|r| r.results).unwrap_or_default();
    let tested = parts.test.map(|r| r.results).unwrap_or_default();
    let fix_results = FixResults {
        commit_sha: committed.sha,
        commit_message: committed.message,
        not_committed: committed.withheld,
        ..parts.fix.map(|r| r.results).unwrap_or_default().with_proofs(&tested.proofs)
    };
    let test_results = tested.results;
    let succeeded =
        [build_results.success, analysis_results.success, fix_results.success, test_results.success];
    let good = succeeded.into_iter().filter(|&success| success).count();
    let failure = ending.failure.as_ref().map(failure);
    let success = failure.is_none() && good == succeeded.len();
    let end = now.max(run.started_at);
    let lasted = end.duration_since(run.started_at).as_secs_f64();
    PipelineComplete {
        event_type: EVENT_TYPE.to_owned(),
        kind: EVENT_TYPE.to_owned(),
        timestamp: now,
        version: VERSION.to_owned(),
        results: PipelineResults {
            pipeline_id: run.pipeline_id(),
            run_id: run.id.to_string(),
            repository_name: run.repository.full_name.clone(),
            branch_name: run.branch.clone(),
            pr_number: run.pull.as_ref().map(|pull| pull.number),
            pipeline_status: if success { PipelineStatus::Success } else { PipelineStatus::Failed },
            start_timestamp: run.started_at,
            end_timestamp: end,
            total_duration: to_the_millisecond(lasted),
            success_rate: [0.0, 25.0, 50.0, 75.0, 100.0][good],
            trigger: run.trigger.clone(),
            build_results,
            analysis_results,
            fix_results,
            test_results,
            resource_metrics,
            failure,
        },
    }
}

fn to_the_millisecond(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

/// What a `Catch` saw, in words. Lambda's cause is a JSON object with the error's own message in it.
fn failure(caught: &Caught) -> Failure {
    #[derive(Deserialize)]
    struct Cause {
        #[serde(rename = "errorMessage")]
        message: String,
    }
    let message = match serde_json::from_str::<Cause>(&caught.cause) {
        Ok(cause) => cause.message,
        Err(_) if caught.error == "States.Timeout" => "the stage took longer than it may".to_owned(),
        Err(_) => caught.cause.clone(),
    };
    Failure {
        stage: caught.stage.word().to_owned(),
        error: caught.error.clone(),
        message: message.chars().take(1000).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quartet_domain::run::Stage;

    #[track_caller]
    fn check(error: &str, cause: &str, message: &str) {
        let caught = Caught { stage: Stage::Build, error: error.to_owned(), cause: cause.to_owned() };
        assert_eq!(failure(&caught).message, message);
    }

    #[test]
    fn causes_become_sentences() {
        let lambda = r#"{"errorType":"ForgeRefused","errorMessage":"no such repository"}"#;
        check("ForgeRefused", lambda, "no such repository");
        check("States.Timeout", "", "the stage took longer than it may");
        check("Lambda.Unknown", "the process ended", "the process ended");
        check("X", &"y".repeat(2000), &"y".repeat(1000));
    }
}
