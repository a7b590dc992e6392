//! What a run found and did, in words.

use std::fmt::Write as _;
use std::path::Path;

use quartet_domain::counted::counted;
use quartet_domain::results::{
    AnalysisResults, FixResults, PipelineResults, PipelineStatus, Severity, TestResults, TestStatus,
};

use super::delivery::Sent;
use super::forge::Forge;
use super::origin::Origin;

/// So many findings are listed; the results have them all.
const LISTED: usize = 40;

/// Where things lie that the summary names.
pub(super) struct Places<'a> {
    pub(super) forge: &'a Forge,
    pub(super) origin: &'a Origin,
    pub(super) sent: &'a Sent,
    pub(super) body: &'a Path,
}

pub(super) fn text(results: &PipelineResults, places: &Places<'_>) -> String {
    let mut text = String::new();
    head(&mut text, results);
    findings(&mut text, &results.analysis_results);
    fixes(&mut text, &results.fix_results);
    tests(&mut text, &results.test_results);
    commit(&mut text, &results.fix_results, places);
    let sent = places.sent;
    match &sent.trouble {
        None => line(&mut text, &format!("Results: delivered to {sent}")),
        Some(trouble) => line(&mut text, &format!("Results: not delivered: {trouble}")),
    }
    line(&mut text, &format!("  the body: {}", places.body.display()));
    text
}

/// Writing to a string cannot fail.
fn line(text: &mut String, words: &str) {
    let _ = writeln!(text, "{words}");
}

fn head(text: &mut String, results: &PipelineResults) {
    let status = match results.pipeline_status {
        PipelineStatus::Success => "success",
        PipelineStatus::Failed => "failed",
    };
    let (seconds, rate) = (results.total_duration, results.success_rate);
    line(
        text,
        &format!("\nPipeline: {status} in {seconds:.1} s, {rate:.0} % of the stages, {}", results.run_id),
    );
    if let Some(failure) = &results.failure {
        line(text, &format!("  {} failed: {} ({})", failure.stage, failure.message, failure.error));
    }
    let build = &results.build_results;
    line(
        text,
        &format!(
            "Build: {}, {} parsed, {} with errors",
            counted(build.files_downloaded, "file"),
            build.files_analyzed,
            build.build_errors.len()
        ),
    );
    for error in build.build_errors.iter().take(LISTED) {
        line(text, &format!("  {}:{} {}", error.file_path, error.line_number, error.message));
    }
    if let Some(file) = build.files_skipped.first() {
        let count = build.files_skipped.len();
        line(text, &format!("  {count} left out, as {} ({})", file.file_path, file.reason));
    }
}

fn findings(text: &mut String, analysis: &AnalysisResults) {
    let of = analysis.severity_breakdown;
    line(
        text,
        &format!(
            "Findings: {} ({} critical, {} high, {} medium, {} low) in {}",
            analysis.total_issues,
            of.critical,
            of.high,
            of.medium,
            of.low,
            counted(analysis.files_analyzed, "file")
        ),
    );
    let mut listed: Vec<_> = analysis.vulnerabilities.iter().collect();
    listed.sort_by_key(|found| std::cmp::Reverse(found.severity));
    for found in listed.iter().take(LISTED) {
        let severity = match found.severity {
            Severity::Critical => "critical",
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
        };
        let place = format!("{}:{}", found.file_path, found.line_number);
        line(text, &format!("  {severity:8} {place:28} {} {} ({})", found.kind, found.cwe, found.rule_id));
    }
    if listed.len() > LISTED {
        line(text, &format!("  and {} more", listed.len() - LISTED));
    }
    left_out(text, analysis);
}

fn left_out(text: &mut String, analysis: &AnalysisResults) {
    let (skipped, cut) = (analysis.files_skipped.len(), analysis.incomplete.len());
    if skipped > 0 {
        line(text, &format!("  {} not analysed, as {}", counted(skipped, "file"), reason(analysis)));
    }
    if cut > 0 {
        line(
            text,
            &format!(
                "  {} of the analysis not finished, as {}",
                counted(cut, "part"),
                analysis.incomplete[0]
            ),
        );
    }
    if analysis.suppressed_issues > 0 {
        line(text, &format!("  {} taken back by comments", analysis.suppressed_issues));
    }
}

fn reason(analysis: &AnalysisResults) -> String {
    let first = analysis.files_skipped.first();
    first.map_or_else(String::new, |file| format!("{} ({})", file.file_path, file.reason))
}

fn fixes(text: &mut String, fixes: &FixResults) {
    line(
        text,
        &format!("Fixes: {} verified, {} not used", fixes.functions_fixed.len(), fixes.rejected.len()),
    );
    for fix in &fixes.functions_fixed {
        line(text, &format!("  {}:{} {}", fix.file_path, fix.line_number, fix.description));
        for words in fix.diff.lines() {
            line(text, &format!("    {words}"));
        }
    }
    for not in fixes.rejected.iter().take(LISTED) {
        line(
            text,
            &format!("  not used: {}:{} {} ({})", not.file_path, not.line_number, not.reason, not.rule_id),
        );
    }
}

fn tests(text: &mut String, tests: &TestResults) {
    let worse = match tests.not_worse {
        Some(true) => "; not worse than before the fixes",
        Some(false) => "; worse than before the fixes",
        None => "",
    };
    line(
        text,
        &format!(
            "Tests: {} run, {} passed, {} failed, {:.0} % of the lines covered{worse}",
            tests.tests_executed, tests.tests_passed, tests.tests_failed, tests.test_coverage_percentage
        ),
    );
    for suite in &tests.suites {
        let reason = if suite.reason.is_empty() { String::new() } else { format!(" ({})", suite.reason) };
        line(text, &format!("  {}: {}{reason}", suite.runner, suite.status));
    }
    let failed = |status| matches!(status, TestStatus::Failed | TestStatus::Error);
    for test in tests.test_functions.iter().filter(|test| failed(test.status)).take(LISTED) {
        let reason = test.error_message.as_deref().unwrap_or_default().lines().next().unwrap_or_default();
        line(text, &format!("  failed: {} {} {reason}", test.file_path, test.test_name));
    }
}

fn commit(text: &mut String, fixes: &FixResults, places: &Places<'_>) {
    let branch = &places.origin.head.branch;
    let repository = places.forge.git_dir();
    match (&fixes.commit_sha, &fixes.not_committed) {
        (Some(sha), _) => {
            let first =
                fixes.commit_message.as_deref().unwrap_or_default().lines().next().unwrap_or_default();
            line(text, &format!("Commit: {sha} on {branch}: {first}"));
            let (repository, branch) = (quoted(&repository.display().to_string()), quoted(branch));
            line(text, &format!("  git fetch {repository} {branch}"));
        }
        (None, Some(reason)) => line(text, &format!("Commit: none ({reason}); the fixes are suggestions")),
        (None, None) => line(text, "Commit: none"),
    }
}

/// A word as a shell takes it literally: a branch may be called `$(anything)`.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_hostile_branch_is_one_word() {
        assert_eq!(quoted("feature/a-1"), "feature/a-1");
        assert_eq!(quoted("$(touch x)"), "'$(touch x)'");
        assert_eq!(quoted("a'b"), r"'a'\''b'");
    }
}
