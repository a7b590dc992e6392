//! How a run went.

use super::answer::{Answer, SourceKind, quoted};
use super::runs::{about, latest, subject};
use crate::results::{PipelineResults, PipelineStatus};
use crate::task::{Task, TaskStatus};

/// Tells of a run by its task, and by its results where there are some. `others` are repositories that could have been
/// meant as well.
pub fn results(task: &Task, complete: Option<&PipelineResults>, others: &[&str]) -> Answer {
    let text = match (task.status, complete) {
        (_, Some(results)) => told(task, results),
        (TaskStatus::Pending | TaskStatus::Running, None) => {
            format!("The run of {} has not ended yet; it began at {}.", subject(task), task.created_at)
        }
        (TaskStatus::Superseded, None) => {
            format!("The run of {} was ended: a newer commit took its place.", subject(task))
        }
        (TaskStatus::Completed | TaskStatus::Failed | TaskStatus::Skipped | TaskStatus::Recorded, None) => {
            format!(
                "The run of {} ended as {}; its results are kept no longer.",
                subject(task),
                task.status.word()
            )
        }
    };
    let answer = Answer::of(text, if others.is_empty() { 0.9 } else { 0.7 });
    let answer = answer.from(SourceKind::Run, subject(task), latest(task).to_string()).about(about(task));
    if others.is_empty() { answer } else { answer.followed_by(&ambiguous(others)) }
}

/// Says that other repositories could have been meant.
pub(super) fn ambiguous(others: &[&str]) -> String {
    let shown: Vec<String> = others.iter().take(5).map(|name| quoted(name, 140)).collect();
    format!(
        "There is one of this number in {} as well: name the repository to ask about it.",
        shown.join(", ")
    )
}

fn told(task: &Task, results: &PipelineResults) -> String {
    let status = match results.pipeline_status {
        PipelineStatus::Success => "succeeded",
        PipelineStatus::Failed => "failed",
    };
    let (build, found) = (&results.build_results, &results.analysis_results);
    let (fixed, tested) = (&results.fix_results, &results.test_results);
    let by = &found.severity_breakdown;
    let committed = match (&fixed.commit_sha, &fixed.not_committed) {
        (Some(sha), _) => format!("committed as {}", quoted(sha, 12)),
        (None, Some(reason)) => format!("not committed: {}", quoted(reason, 100)),
        (None, None) => "nothing was committed".to_owned(),
    };
    let mut lines =
        vec![format!("The run of {} {status} in {:.1} s.", subject(task), results.total_duration)];
    if let Some(failure) = &results.failure {
        let (stage, message) = (quoted(&failure.stage, 20), quoted(&failure.message, 300));
        lines.push(format!(
            "It ended early in the stage {stage}: {message} ({}).",
            quoted(&failure.error, 60)
        ));
    }
    lines.push(format!("Build: {} files read, {} errors.", build.files_downloaded, build.build_errors.len()));
    lines.push(format!(
        "Findings: {} ({} critical, {} high, {} medium, {} low).",
        found.total_issues, by.critical, by.high, by.medium, by.low
    ));
    lines.push(format!(
        "Fixes: {} verified, {} not used, {committed}.",
        fixed.functions_fixed.len(),
        fixed.rejected.len()
    ));
    lines.push(format!(
        "Tests: {} run, {} passed, {} failed, {:.0} % of the lines covered.",
        tested.tests_executed, tested.tests_passed, tested.tests_failed, tested.test_coverage_percentage
    ));
    lines.join("\n")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::query::runs::tests::task;
    use crate::results::{EVENT_TYPE, PipelineComplete};

    pub(in crate::query) fn complete() -> PipelineResults {
        let example = crate::catalogue::find(EVENT_TYPE).expect("the event").example.clone();
        serde_json::from_value::<PipelineComplete>(example).expect("results").results
    }

    #[test]
    fn a_run_is_told() {
        #[track_caller]
        fn check(status: TaskStatus, results: Option<&PipelineResults>, others: &[&str], parts: &[&str]) {
            let answer = super::results(&task("acme/web", Some(1), status), results, others);
            for part in parts {
                assert!(answer.text.contains(part), "{part}: {}", answer.text);
            }
            assert_eq!(answer.confidence, if others.is_empty() { 0.9 } else { 0.7 });
            assert_eq!(answer.sources[0].kind, SourceKind::Run);
        }
        let mut results = complete();
        let counts = &results.analysis_results.severity_breakdown;
        let (critical, high) = (format!("{} critical", counts.critical), format!("{} high", counts.high));
        check(TaskStatus::Completed, Some(&results), &[], &["pull request 1 of acme/web", &critical, &high]);
        check(TaskStatus::Running, None, &[], &["has not ended"]);
        check(TaskStatus::Superseded, None, &[], &["a newer commit"]);
        check(TaskStatus::Completed, None, &["acme/shop"], &["kept no longer", "acme/shop as well"]);
        results.failure = Some(crate::results::Failure {
            stage: "build".to_owned(),
            error: "ArchiveRefused".to_owned(),
            message: "too\nlarge".to_owned(),
        });
        check(TaskStatus::Failed, Some(&results), &[], &["in the stage build: too large (ArchiveRefused)"]);
    }
}
