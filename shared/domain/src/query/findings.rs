//! What a run found, narrowed down to what the question restricts it to.

#[cfg(test)]
mod tests;

use super::answer::{Answer, SourceKind};
use super::bearing::weighed;
use super::own::{asked, own_words, speaks_of};
use super::question::Question;
use super::repair::{repair, repaired};
use super::restriction::{Dimension, Fix, Restriction, What, all_hold};
use super::results::ambiguous;
use super::runs::{about, latest, subject};
use super::shown::{described, line, shown};
use crate::counted::counted;
use crate::results::{PipelineResults, Vulnerability};
use crate::task::Task;

/// How sure it is that a question which calls nothing a finding is about findings.
const PERHAPS: f64 = 0.4;

/// A run that was analysed, and runs that are newer and were not.
#[derive(Debug)]
pub struct Analysed<'a> {
    pub task: &'a Task,
    pub results: &'a PipelineResults,
    /// Newest first.
    pub newer: &'a [&'a Task],
    /// Other repositories that could have been meant.
    pub others: &'a [&'a str],
}

/// Answers from a run's results: the findings that meet every restriction of the question, or how the worst is fixed.
pub fn findings(question: &Question, run: &Analysed<'_>) -> Answer {
    let Analysed { task, results, newer, others } = run;
    let (words, left) = own_words(question, task, &results.analysis_results.vulnerabilities);
    let mut found: Vec<&Vulnerability> = results.analysis_results.vulnerabilities.iter().collect();
    found.retain(|finding| {
        meets(&question.restrictions, finding, results) && words.iter().all(|word| speaks_of(finding, word))
    });
    // Stable: of equals the one that comes first.
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    if let Some(worst) = found.first().map(|finding| finding.severity).filter(|_| question.worst) {
        found.retain(|finding| finding.severity == worst);
    }
    let asks_how = !question.restricts(&[Dimension::Fix])
        && question.says(&["fix", "repair", "solve", "resolve", "patch", "remediate", "correct", "advice"]);
    let text = match found.first() {
        None => none(question, &words, run),
        Some(first) if asks_how => repair(first, task, &results.fix_results, found.len()),
        Some(_) => {
            let what = described(&question.restrictions, &words, found.len());
            format!("{} has {} {what}:\n{}", called(run), found.len(), shown(question, &found, results))
        }
    };
    // What a weakness is, and how one is fixed that was not found, an article knows better.
    let is_general = question.how && found.is_empty() && !question.place.is_named();
    let sure = match () {
        () if is_general || question.defines() => PERHAPS,
        () if !question.names_findings() && !question.goes_on => PERHAPS,
        () if !others.is_empty() => 0.7,
        () => 0.9,
    };
    let mut answer = Answer::of(text, sure)
        .from(SourceKind::Run, subject(task), latest(task).to_string())
        .about(about(task));
    if !newer.is_empty() {
        answer = answer.followed_by(&passed_over(newer));
    }
    if !others.is_empty() {
        answer = answer.followed_by(&ambiguous(others));
    }
    weighed(answer, &left, asked(question, &left))
}

fn called(run: &Analysed<'_>) -> String {
    let which = if run.newer.is_empty() { "last" } else { "last analysed" };
    format!("The {which} run of {}", subject(run.task))
}

/// Whether a finding meets all restrictions.
fn meets(restrictions: &[Restriction], finding: &Vulnerability, results: &PipelineResults) -> bool {
    all_hold(restrictions, Dimension::OF_FINDINGS, |what| match what {
        What::Severity(any) => any.contains(&finding.severity),
        What::Kind(kind) => {
            finding.kind.eq_ignore_ascii_case(kind.name)
                || cwe(finding).is_some_and(|cwe| kind.cwes.contains(&cwe))
        }
        What::Cwe(number) => cwe(finding) == Some(*number),
        What::File(path) => is_at(&finding.file_path.to_lowercase(), path),
        What::Line(line) => finding.line_number == *line,
        What::Function(name) => {
            let own = finding.function_name.to_lowercase();
            own == *name || own.ends_with(&format!(".{name}"))
        }
        What::Fix(Fix::Verified) => repaired(finding, &results.fix_results),
        What::Fix(Fix::Committed) => {
            results.fix_results.commit_sha.is_some() && repaired(finding, &results.fix_results)
        }
        What::Introduced => finding.introduced == Some(true),
        What::Outcome(_) | What::Active => false,
    })
}

fn cwe(finding: &Vulnerability) -> Option<u64> {
    finding.cwe.strip_prefix("CWE-")?.parse().ok()
}

fn is_at(path: &str, named: &str) -> bool {
    match named.strip_suffix('/') {
        Some(folder) => path.starts_with(named) || path.contains(&format!("/{folder}/")),
        None => {
            path == named || path.ends_with(&format!("/{named}")) || path.starts_with(&format!("{named}/"))
        }
    }
}

/// That nothing meets the question, and what there is at its place.
fn none(question: &Question, words: &[String], run: &Analysed<'_>) -> String {
    let what = described(&question.restrictions, words, 0);
    let mut text = format!("{} has no {what}.", called(run));
    let at: Vec<Restriction> = question
        .restrictions
        .iter()
        .filter(|one| one.what.dimension() == Dimension::File && !one.negated)
        .cloned()
        .collect();
    let all = &run.results.analysis_results.vulnerabilities;
    let there: Vec<&Vulnerability> = all.iter().filter(|one| meets(&at, one, run.results)).collect();
    if there.is_empty() || question.restrictions.len() + words.len() == at.len() {
        return text;
    }
    if at.is_empty() {
        text.push_str(&format!(" It has {} in all.", counted(there.len(), "finding")));
    } else {
        text.push_str(&format!(" It has {} there:", there.len()));
        for finding in there.iter().take(5) {
            text.push_str(&format!("\n{}", line(finding)));
        }
    }
    text
}

fn passed_over(newer: &[&Task]) -> String {
    let named: Vec<String> =
        newer.iter().take(3).map(|task| format!("{} ({})", subject(task), task.status.word())).collect();
    let more = if newer.len() > 3 { ", …" } else { "" };
    format!("Newer runs were not analysed: {}{more}.", named.join(", "))
}
