//! What a run found, and how it is fixed.

use super::answer::{Answer, SourceKind, cut, quoted};
use super::question::Question;
use super::results::ambiguous;
use super::runs::{about, latest, subject};
use super::search::{Index, stems};
use crate::results::{FixResults, PipelineResults, Vulnerability};
use crate::task::Task;

/// Findings that are listed.
const MOST_LISTED: usize = 10;
/// How much of the question's own words a finding must speak of.
const ENOUGH: f64 = 0.5;
/// Characters of a diff.
const LONGEST_DIFF: usize = 2000;

/// Words that ask for findings as such, and narrow nothing.
const COMMON: &str = "finding vulnerability vulnerable weakness issue problem flaw bug security secure insecure pull \
    request pr mr run last latest new newest critical high medium low severity fix repair solve resolve patch \
    remediate correct file repository repo project code list found find explain describe still open left one ones \
    number dangerous risk worst bad important mean happen change changed was";

/// Answers from a run's results: the findings that the question narrows down to, or how the nearest one is fixed.
pub fn findings(question: &Question, task: &Task, results: &PipelineResults, others: &[&str]) -> Answer {
    let all = &results.analysis_results.vulnerabilities;
    let weighty = |finding: &&Vulnerability| {
        question.severities.is_empty() || question.severities.contains(&finding.severity)
    };
    let mut found: Vec<&Vulnerability> = all.iter().filter(weighty).collect();
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let own = own_words(question, task);
    let (near, known) = narrowed(&found, &own);
    // Words that no finding has may be about another thing altogether.
    let sure = match known {
        0 if !own.is_empty() => 0.5,
        known if 2 * known < own.len() => 0.7,
        _ => 0.9,
    };
    let narrowed = if near.is_empty() { found } else { near };
    let asks_how =
        question.says(&["fix", "repair", "solve", "resolve", "patch", "remediate", "correct", "advice"]);
    let text = match narrowed.first() {
        None => none(question, task),
        Some(first) if asks_how => fix(first, task, &results.fix_results, narrowed.len()),
        Some(_) => list(question, &narrowed, task),
    };
    let answer = Answer::of(text, if others.is_empty() { sure } else { sure - 0.2 })
        .from(SourceKind::Run, subject(task), latest(task).to_string())
        .about(about(task));
    if others.is_empty() { answer } else { answer.followed_by(&ambiguous(others)) }
}

/// What the question says besides asking for findings of this run.
fn own_words(question: &Question, task: &Task) -> Vec<String> {
    let common: Vec<String> = stems(COMMON).into_iter().chain(stems(&task.repository)).collect();
    let number = question.pull.map(|number| number.to_string());
    let is_own = |word: &&String| !common.contains(word) && number.as_ref() != Some(*word);
    question.stems.iter().filter(is_own).cloned().collect()
}

/// The findings that speak of the question's own words, and how many of these any finding has.
fn narrowed<'a>(found: &[&'a Vulnerability], own: &[String]) -> (Vec<&'a Vulnerability>, usize) {
    let texts: Vec<String> = found.iter().map(|finding| text_of(finding)).collect();
    let index = Index::of(&texts);
    let known: Vec<String> = own.iter().filter(|word| index.knows(word)).cloned().collect();
    let mut hits = if known.is_empty() { Vec::new() } else { index.sharing(&known, ENOUGH) };
    // Stable: of equals the worse one first.
    hits.sort_by(|a, b| b.share.total_cmp(&a.share));
    (hits.iter().filter_map(|hit| found.get(hit.place).copied()).collect(), known.len())
}

fn text_of(finding: &Vulnerability) -> String {
    let Vulnerability { kind, description, file_path, cwe, rule_id, function_name, .. } = finding;
    let short = kind.chars().filter(|c| c.is_uppercase()).collect::<String>();
    format!("{kind} {description} {file_path} {cwe} {rule_id} {function_name} {short}")
}

fn none(question: &Question, task: &Task) -> String {
    let words: Vec<String> =
        question.severities.iter().rev().map(|severity| format!("{severity:?}").to_lowercase()).collect();
    let which = if words.is_empty() { String::new() } else { format!("{} ", words.join(" or ")) };
    format!("The last run of {} has no {which}findings.", subject(task))
}

fn list(question: &Question, found: &[&Vulnerability], task: &Task) -> String {
    let which: Vec<String> =
        question.severities.iter().rev().map(|severity| format!("{severity:?} ").to_lowercase()).collect();
    let plural = if found.len() == 1 { "finding" } else { "findings" };
    let mut lines = vec![format!(
        "The last run of {} has {} {}{plural}:",
        subject(task),
        found.len(),
        which.join("and ")
    )];
    lines.extend(found.iter().take(MOST_LISTED).map(|finding| line(finding)));
    if found.len() > MOST_LISTED {
        lines.push(format!("… and {} more.", found.len() - MOST_LISTED));
    }
    lines.join("\n")
}

fn line(finding: &Vulnerability) -> String {
    let severity = format!("{:?}", finding.severity).to_lowercase();
    let mut line = format!("- {severity}: {}", quoted(&finding.kind, 80));
    if !finding.cwe.is_empty() {
        line.push_str(&format!(" ({})", quoted(&finding.cwe, 20)));
    }
    line.push_str(&format!(" at {}:{}", quoted(&finding.file_path, 200), finding.line_number));
    if !finding.function_name.is_empty() {
        line.push_str(&format!(" in {}", quoted(&finding.function_name, 80)));
    }
    line
}

/// How one finding is fixed: its advice, and the verified fix where there is one.
fn fix(finding: &Vulnerability, task: &Task, fixes: &FixResults, of: usize) -> String {
    let mut lines = vec![format!("In {}:", subject(task)), line(finding)];
    for text in [&finding.description, &finding.advice] {
        if !text.is_empty() {
            lines.push(quoted(text, 500));
        }
    }
    let same =
        |path: &str, fingerprint: &str| path == finding.file_path && fingerprint == finding.fingerprint;
    let fixed = fixes.functions_fixed.iter().find(|fix| same(&fix.file_path, &fix.fingerprint));
    let rejected = fixes.rejected.iter().find(|fix| same(&fix.file_path, &fix.fingerprint));
    if let Some(fixed) = fixed {
        let done = if fixes.commit_sha.is_some() {
            "It is fixed in the commit that was made"
        } else {
            "A fix is verified"
        };
        lines.push(format!("{done}: {}", quoted(&fixed.description, 300)));
        lines.push(cut(&fixed.diff, LONGEST_DIFF));
    } else if let Some(rejected) = rejected {
        // As `no_template: why`, or the rung that it failed.
        let why = rejected.reason.split_once(": ").map_or(rejected.reason.as_str(), |(_, why)| why);
        lines.push(format!("No fix was verified: {}.", quoted(&why.replace('_', " "), 200)));
    }
    if of > 1 {
        lines.push(format!("{} more would fit the question: name a file to be exact.", of - 1));
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::results::tests::complete;
    use crate::query::runs::tests::task;
    use crate::results::Severity;
    use crate::task::TaskStatus;

    fn finding(kind: &str, severity: Severity, path: &str) -> Vulnerability {
        Vulnerability {
            kind: kind.to_owned(),
            severity,
            file_path: path.to_owned(),
            fingerprint: path.to_owned(),
            advice: format!("Avoid {kind}."),
            ..complete().analysis_results.vulnerabilities[0].clone()
        }
    }

    fn given() -> PipelineResults {
        let mut results = complete();
        results.analysis_results.vulnerabilities = vec![
            finding("SQL Injection", Severity::High, "notes/store.py"),
            finding("Command Injection", Severity::Critical, "notes/export.py"),
            finding("Weak Hash", Severity::Medium, "web/links.js"),
        ];
        let all = &mut results.analysis_results.vulnerabilities;
        for (one, (cwe, rule)) in
            all.iter_mut().zip([("CWE-89", "sql"), ("CWE-78", "command"), ("CWE-328", "hash")])
        {
            (one.cwe, one.rule_id, one.description) = (cwe.to_owned(), rule.to_owned(), String::new());
        }
        let mut fix = results.fix_results.functions_fixed[0].clone();
        fix.file_path = "notes/store.py".to_owned();
        fix.fingerprint = "notes/store.py".to_owned();
        fix.diff = "--- a\n+++ b\n".to_owned();
        results.fix_results.functions_fixed = vec![fix];
        results
    }

    #[track_caller]
    fn check(text: &str, has: &[&str], has_not: &[&str], sure: bool) {
        let task = task("acme/web", Some(1), TaskStatus::Completed);
        let answer = findings(&Question::read(text), &task, &given(), &[]);
        for part in has {
            assert!(answer.text.contains(part), "{text}: {part} is not in {}", answer.text);
        }
        for part in has_not {
            assert!(!answer.text.contains(part), "{text}: {part} is in {}", answer.text);
        }
        assert_eq!(answer.confidence >= super::super::SURE, sure, "{text}: {}", answer.confidence);
    }

    #[test]
    fn findings_are_narrowed_down() {
        let (sql, command, hash) = ("notes/store.py:", "notes/export.py:", "web/links.js:");
        check(
            "which findings are critical in pull request 1?",
            &["1 critical finding:", command],
            &[sql, hash],
            true,
        );
        check("which findings are low in PR 1", &["no low findings"], &[sql], true);
        check("list the findings of PR 1 in acme/web", &["3 findings", sql, command, hash], &[], true);
        check("any SQL injection in pull request 1?", &["1 finding:", sql], &[hash, command], true);
        check("what is found in store.py", &[sql], &[hash, command], true);
        check("CWE-328?", &[hash], &[sql], true);
        check("what does the weak hash finding mean", &[hash], &[sql, command], true);
        check("findings about kangaroos", &["3 findings"], &[], false);
    }

    #[test]
    fn how_a_finding_is_fixed() {
        let verified = ["Avoid SQL Injection.", "fixed in the commit", "+++ b"];
        check("how do I fix the SQL injection in notes/store.py?", &verified, &["Command"], true);
        check("how do I fix the critical one", &["Avoid Command Injection."], &["+++ b"], true);
    }
}
