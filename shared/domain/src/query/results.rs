//! How a run went.

use super::answer::{Answer, SourceKind, quoted};
use super::bearing::weighed;
use super::own::{asked, own_words};
use super::question::Question;
use super::runs::{about, latest, subject};
use crate::counted::counted;
use crate::results::{PipelineResults, PipelineStatus};
use crate::run::Stage;
use crate::task::{Task, TaskStatus};

/// Tells of a run by its task, and by its results where there are some. `others` are repositories that could have been
/// meant as well.
pub fn results(
    question: &Question,
    task: &Task,
    complete: Option<&PipelineResults>,
    others: &[&str],
) -> Answer {
    let text = match (task.status, complete) {
        (_, Some(results)) => match stage_asked(question) {
            Some(stage) => format!("{}\n{}", lasted(task, results, stage), told(task, results)),
            None => told(task, results),
        },
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

/// What is said where findings are asked for and no run of the scope came so far: not that there are none.
pub fn unanalysed(
    question: &Question,
    task: &Task,
    complete: Option<&PipelineResults>,
    others: &[&str],
) -> Answer {
    let failure = complete.and_then(|results| results.failure.as_ref());
    let text = match failure {
        Some(failure) => format!(
            "The run of {} failed in the stage {}, so nothing was analysed and no findings are known: {} ({}).",
            subject(task),
            quoted(&failure.stage, 20),
            quoted(&failure.message, 300),
            quoted(&failure.error, 60)
        ),
        None => format!(
            "Nothing is known of what the run of {} found: it is {}{}.",
            subject(task),
            task.status.word(),
            if complete.is_some() { " and was not analysed" } else { ", and has no results" }
        ),
    };
    let answer = Answer::of(text, if others.is_empty() { 0.85 } else { 0.7 });
    let answer = answer.from(SourceKind::Run, subject(task), latest(task).to_string()).about(about(task));
    let answer = if others.is_empty() { answer } else { answer.followed_by(&ambiguous(others)) };
    let (_, left) = own_words(question, task, &[]);
    weighed(answer, &left, asked(question, &left))
}

/// The stage whose duration is asked for.
fn stage_asked(question: &Question) -> Option<Stage> {
    let asks = question.says(&["long", "duration", "time", "second", "fast", "slow"]);
    Stage::ALL.into_iter().find(|stage| asks && question.says(&[stage.word()]))
}

fn lasted(task: &Task, results: &PipelineResults, stage: Stage) -> String {
    let word = stage.word();
    match results.resource_metrics.stage_durations.get(word) {
        Some(seconds) => format!("The stage {word} of {} took {seconds:.1} s.", subject(task)),
        None => format!("How long the stage {word} of {} took is not on record.", subject(task)),
    }
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
    let mut lines = vec![format!(
        "The run of {} {status} in {:.1} s; it began at {}.",
        subject(task),
        results.total_duration,
        task.created_at
    )];
    if let Some(failure) = &results.failure {
        let (stage, message) = (quoted(&failure.stage, 20), quoted(&failure.message, 300));
        lines.push(format!(
            "It ended early in the stage {stage}: {message} ({}).",
            quoted(&failure.error, 60)
        ));
    }
    // Of a stage that did not end well the numbers are none: not nothing found, but nothing looked at.
    let stage = |name: &str, success: bool, text: String| match success {
        true => format!("{name}: {text}"),
        false => format!("{name}: not done."),
    };
    lines.push(stage(
        "Build",
        build.success,
        format!(
            "{} read, {}.",
            counted(build.files_downloaded, "file"),
            counted(build.build_errors.len(), "error")
        ),
    ));
    lines.push(stage(
        "Findings",
        found.success,
        format!(
            "{} ({} critical, {} high, {} medium, {} low).",
            found.total_issues, by.critical, by.high, by.medium, by.low
        ),
    ));
    lines.push(stage(
        "Fixes",
        fixed.success,
        format!("{} verified, {} not used, {committed}.", fixed.functions_fixed.len(), fixed.rejected.len()),
    ));
    lines.push(stage(
        "Tests",
        tested.success,
        format!(
            "{} run, {} passed, {} failed, {:.0} % of the lines covered.",
            tested.tests_executed, tested.tests_passed, tested.tests_failed, tested.test_coverage_percentage
        ),
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
            let question = Question::read("How did it go?");
            let answer = super::results(&question, &task("acme/web", Some(1), status), results, others);
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
        results.build_results.success = false;
        results.analysis_results.success = false;
        check(
            TaskStatus::Failed,
            Some(&results),
            &[],
            &["in the stage build: too large (ArchiveRefused)", "Build: not done.", "Findings: not done."],
        );
        let told = unanalysed(
            &Question::read("any findings?"),
            &task("acme/web", Some(1), TaskStatus::Failed),
            Some(&results),
            &[],
        );
        assert!(told.text.contains("failed in the stage build, so nothing was analysed"), "{}", told.text);
    }

    #[test]
    fn a_stage_has_its_own_time() {
        let task = task("acme/web", Some(1), TaskStatus::Completed);
        for (text, begins) in [
            (
                "How long did the Build stage take?",
                "The stage build of pull request 1 of acme/web took 1.5 s.",
            ),
            ("how long did the tests take", "The stage test of pull request 1 of acme/web took 4.6 s."),
            ("how long did the commit take", "How long the stage commit"),
            ("how long did the run take", "The run of pull request 1"),
            ("did the build pass?", "The run of pull request 1"),
        ] {
            let answer = results(&Question::read(text), &task, Some(&complete()), &[]);
            assert!(answer.text.starts_with(begins), "{text}: {}", answer.text);
        }
    }
}
