//! The verdict on the forge: one check on the head, one comment on the pull request, each edited by later runs.
//!
//! What the code under review says is quoted as code, never as Markdown: a path or a message cannot mention a person,
//! draw a link or close a fence.

use std::fmt::Write as _;

use quartet_domain::counted::counted;
use quartet_domain::failure::Failed;
use quartet_domain::results::{AnalysisResults, FunctionFixed, Rung, Severity, Vulnerability};
use quartet_domain::run::{Committed, Run};
use quartet_forge::{Annotation, CheckRun, Conclusion, Forge, ForgeError, Level};

use crate::Made;
use crate::plan::Withheld;

/// Finds our own comment again.
const MARKER: &str = "quartet:pipeline";
/// Findings and fixes that a comment shows; the payload has all.
const SHOWN: usize = 20;

pub(crate) async fn publish(
    forge: &Forge,
    run: &Run,
    made: &Made,
    committed: &Committed,
) -> Result<(), Failed> {
    let repo = &run.repository.full_name;
    // A required check is asked of the newest head, which is our own commit where there is one.
    for head in [Some(&run.head_sha), committed.sha.as_ref()].into_iter().flatten() {
        forgive(forge.put_check(repo, &check(run, head, made, committed)).await.map(drop))?;
    }
    if let Some(pull) = &run.pull {
        let body = comment(run, made, committed);
        forgive(forge.put_comment(repo, pull.number, MARKER, &body).await.map(drop))?;
    }
    Ok(())
}

/// A token without the permission to speak, or a pull request that is locked or gone, must not cost the team its results.
fn forgive(done: Result<(), ForgeError>) -> Result<(), Failed> {
    match done {
        Err(e) if !e.is_transient() => {
            tracing::warn!("the verdict could not be shown on the forge: {e}");
            Ok(())
        }
        done => done.map_err(Failed::from),
    }
}

fn check(run: &Run, head: &str, made: &Made, committed: &Committed) -> CheckRun {
    let open = open_findings(made, committed);
    let worst = open.iter().filter(|v| v.confidence_score >= 0.5).map(|v| v.severity).max();
    CheckRun {
        external_id: run.id.to_string(),
        name: "Quartet".to_owned(),
        head_sha: head.to_owned(),
        conclusion: Some(match worst {
            None => Conclusion::Success,
            Some(Severity::Low | Severity::Medium) => Conclusion::Neutral,
            Some(Severity::High | Severity::Critical) => Conclusion::Failure,
        }),
        title: headline(made, committed),
        summary: summary(made, committed),
        text: None,
        annotations: made.found.vulnerabilities.iter().map(annotation).collect(),
    }
}

fn annotation(v: &Vulnerability) -> Annotation {
    Annotation {
        path: v.file_path.clone(),
        start_line: v.line_number,
        end_line: v.line_number,
        level: match v.severity {
            Severity::Low => Level::Notice,
            Severity::Medium => Level::Warning,
            Severity::High | Severity::Critical => Level::Failure,
        },
        title: format!("{} ({})", v.kind, v.cwe),
        message: format!("{}\n{}", v.description, v.advice),
    }
}

/// The findings that the committed fixes do not resolve.
fn open_findings<'a>(made: &'a Made, committed: &Committed) -> Vec<&'a Vulnerability> {
    let fixed = |v: &Vulnerability| {
        committed.sha.is_some() && made.fixes.functions_fixed.iter().any(|f| f.fingerprint == v.fingerprint)
    };
    made.found.vulnerabilities.iter().filter(|v| !fixed(v)).collect()
}

fn headline(made: &Made, committed: &Committed) -> String {
    let found = made.found.vulnerabilities.len();
    let fixed = made.fixes.functions_fixed.len();
    match (found, fixed, &committed.sha) {
        (0, ..) => "No vulnerabilities found".to_owned(),
        (_, 0, _) => format!("{} found", counted(found, "vulnerability")),
        (_, _, Some(_)) => {
            format!("{} found, {fixed} fixed", counted(found, "vulnerability"))
        }
        (_, _, None) => {
            format!("{} found, {fixed} with a suggested fix", counted(found, "vulnerability"))
        }
    }
}

fn summary(made: &Made, committed: &Committed) -> String {
    let mut text = String::new();
    let b = made.found.severity_breakdown;
    let t = &made.tests;
    // Writing to a String cannot fail.
    let _ = writeln!(text, "| critical | high | medium | low |\n| --- | --- | --- | --- |");
    let _ = writeln!(text, "| {} | {} | {} | {} |\n", b.critical, b.high, b.medium, b.low);
    if let Some(sha) = &committed.sha {
        let _ = writeln!(text, "Verified fixes are in {sha}.");
    }
    if let Some(why) = withheld(committed) {
        let _ = writeln!(
            text,
            "Verified fixes are suggested below. They were not committed, because {}",
            why.sentence()
        );
    }
    if let Some(sentence) = not_analysed(&made.found) {
        let _ = writeln!(text, "{sentence}");
    }
    if t.tests_executed > 0 {
        let _ = writeln!(text, "Tests: {} passed, {} failed.", t.tests_passed, t.tests_failed);
    }
    if t.not_worse.is_none() && !made.fixes.functions_fixed.is_empty() && !t.comparison.is_empty() {
        // What a suite is called and said is the repository's.
        let _ = writeln!(text, "Whether the fixes break a test is not known: {}", code(&t.comparison));
    }
    text
}

/// Nobody should take silence about a file for its praise.
fn not_analysed(found: &AnalysisResults) -> Option<String> {
    let (skipped, cut) = (found.files_skipped.len(), found.incomplete.len());
    let sentence = match (skipped, cut) {
        (0, 0) => return None,
        (_, 0) => format!("{} not analysed.", counted(skipped, "file")),
        (0, _) => format!("{} of the analysis not finished.", counted(cut, "part")),
        _ => format!(
            "{} not analysed, {} of the analysis not finished.",
            counted(skipped, "file"),
            counted(cut, "part")
        ),
    };
    Some(format!("{sentence} The results name each with its reason."))
}

fn withheld(committed: &Committed) -> Option<Withheld> {
    use Withheld as W;
    let word = committed.withheld.as_deref()?;
    [
        W::Push,
        W::Fork,
        W::ProtectedBranch,
        W::TestsWorse,
        W::HeadMoved,
        W::Closed,
        W::PatchRefused,
        W::RoundsCapped,
    ]
    .into_iter()
    .find(|why| why.word() == word)
}

fn comment(run: &Run, made: &Made, committed: &Committed) -> String {
    let mut text = format!("### Quartet: {}\n\n{}", headline(made, committed), summary(made, committed));
    let mut worst_first: Vec<_> = made.found.vulnerabilities.iter().collect();
    worst_first.sort_by_key(|v| std::cmp::Reverse(v.severity));
    for v in worst_first.into_iter().take(SHOWN) {
        let _ = writeln!(
            text,
            "- **{}** ({}, {:?}) in {}: {}",
            v.kind,
            v.cwe,
            v.severity,
            code(&format!("{}:{}", v.file_path, v.line_number)),
            code(&v.description)
        );
    }
    let hidden = made.found.vulnerabilities.len().saturating_sub(SHOWN);
    if hidden > 0 {
        let _ = writeln!(text, "- and {hidden} more in the results");
    }
    for fix in made.fixes.functions_fixed.iter().take(SHOWN) {
        let what = if committed.sha.is_some() { "Fixed" } else { "Suggested fix" };
        let _ = write!(
            text,
            "\n{what}: {} in {}{}\n\n{}",
            code(&fix.description),
            code(&fix.file_path),
            if is_proved(fix) { ", proved by a test that fails before it and passes after it" } else { "" },
            diff(&fix.diff)
        );
    }
    let _ = write!(text, "\n<sub>Run {} on {}</sub>\n", run.id, run.head_sha);
    text
}

fn is_proved(fix: &FunctionFixed) -> bool {
    fix.verification.iter().any(|rung| rung.rung == Rung::RegressionTest && rung.passed == Some(true))
}

/// Text as a code span that it cannot leave.
fn code(text: &str) -> String {
    let plain: String = text.chars().map(|c| if is_invisible(c) { ' ' } else { c }).collect();
    let fence = "`".repeat(longest_ticks(&plain) + 1);
    format!("{fence} {plain} {fence}")
}

/// Control characters, and those that turn or hide the text around them (Unicode's bidirectional and zero-width ones).
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A diff as a code block that it cannot close.
fn diff(text: &str) -> String {
    let fence = "`".repeat(longest_ticks(text).max(2) + 1);
    format!("{fence}diff\n{}\n{fence}\n", text.trim_end())
}

fn longest_ticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use quartet_domain::results::SkippedFile;

    use super::*;

    #[test]
    fn what_was_left_out_is_said() {
        let skipped = SkippedFile { file_path: "a.min.js".to_owned(), reason: "minified".to_owned() };
        let mut found = AnalysisResults::default();
        assert_eq!(not_analysed(&found), None);
        found.files_skipped.push(skipped);
        let one = "1 file not analysed. The results name each with its reason.";
        assert_eq!(not_analysed(&found).as_deref(), Some(one));
        found.incomplete.push("b.py: too many expressions to follow".to_owned());
        assert!(
            not_analysed(&found).is_some_and(|text| text.contains("1 part of the analysis not finished"))
        );
    }

    #[test]
    fn quoted_text_cannot_leave_its_quotes() {
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
        assert_eq!(code("@all\n# x"), "` @all # x `");
        assert_eq!(code("a\u{202e}b"), "` a b `");
        assert!(diff("-```\n+@all").starts_with("````diff\n"));
    }
}
