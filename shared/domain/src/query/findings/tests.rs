//! Questions about the findings of one run: three of `notes`, one of `web`; SQL injection alone is fixed.

use super::*;
use crate::query::results::tests::complete;
use crate::query::runs::tests::task;
use crate::query::{SURE, escalation::UNKNOWN};
use crate::results::Severity::{self, Critical, High, Medium};
use crate::task::TaskStatus;

const SQL: &str = "notes/store.py:33";
const COMMAND: &str = "notes/export.py:21";
const YAML: &str = "notes/settings.py:12";
const HASH: &str = "web/links.js:7";

fn finding(
    kind: &str,
    severity: Severity,
    place: &str,
    (cwe, rule, function): (u32, &str, &str),
) -> Vulnerability {
    let (path, line) = place.split_once(':').expect("a place");
    Vulnerability {
        kind: kind.to_owned(),
        severity,
        file_path: path.to_owned(),
        line_number: line.parse().expect("a line"),
        fingerprint: path.to_owned(),
        advice: format!("Avoid {kind}."),
        cwe: format!("CWE-{cwe}"),
        rule_id: rule.to_owned(),
        function_name: function.to_owned(),
        description: String::new(),
        ..complete().analysis_results.vulnerabilities[0].clone()
    }
}

fn given() -> PipelineResults {
    let mut results = complete();
    results.analysis_results.vulnerabilities = vec![
        finding("SQL Injection", High, SQL, (89, "python.sql-injection", "find_user")),
        finding("Command Injection", Critical, COMMAND, (78, "python.command-injection", "count_lines")),
        finding("Unsafe Deserialization", High, YAML, (502, "python.unsafe-yaml", "load")),
        finding("Weak Hash", Medium, HASH, (328, "javascript.weak-hash", "")),
    ];
    let mut fix = results.fix_results.functions_fixed[0].clone();
    fix.file_path = "notes/store.py".to_owned();
    fix.fingerprint = "notes/store.py".to_owned();
    fix.diff = "--- a\n+++ b\n".to_owned();
    results.fix_results.functions_fixed = vec![fix];
    results
}

fn asked(text: &str) -> Answer {
    let task = task("acme/web", Some(1), TaskStatus::Completed);
    findings(&Question::read(text), &Analysed { task: &task, results: &given(), newer: &[], others: &[] })
}

/// What is listed, of all places that there are.
#[track_caller]
fn lists(text: &str, expected: &[&str]) {
    let answer = asked(text);
    let listed: Vec<&str> =
        [SQL, COMMAND, YAML, HASH].into_iter().filter(|place| answer.text.contains(place)).collect();
    assert_eq!(listed, expected, "{text}: {}", answer.text);
    assert!(answer.confidence >= SURE, "{text}: {} {}", answer.confidence, answer.text);
}

#[track_caller]
fn says(text: &str, parts: &[&str]) {
    let answer = asked(text);
    for part in parts {
        assert!(answer.text.contains(part), "{text}: {part} is not in {}", answer.text);
    }
    assert!(answer.confidence >= SURE, "{text}: {}", answer.confidence);
}

#[test]
fn findings_are_narrowed_down() {
    lists("which findings are critical in pull request 1?", &[COMMAND]);
    lists("list the findings of PR 1 in acme/web", &[SQL, COMMAND, YAML, HASH]);
    lists("any SQL injection in pull request 1?", &[SQL]);
    lists("any injection?", &[SQL, COMMAND]);
    lists("what is found in store.py", &[SQL]);
    lists("what does the weak hash finding mean", &[HASH]);
    lists("critical and high findings", &[SQL, COMMAND, YAML]);
    lists("the worst finding", &[COMMAND]);
    lists("which yaml findings are there?", &[YAML]);
    lists("python findings", &[SQL, COMMAND, YAML]);
    lists("findings in notes/", &[SQL, COMMAND, YAML]);
    says("which findings are critical?", &["has 1 critical finding:"]);
}

#[test]
fn what_is_negated_is_left_out() {
    lists("Which findings are not critical?", &[SQL, YAML, HASH]);
    lists("which findings aren't high?", &[COMMAND, HASH]);
    lists("non-critical findings", &[SQL, YAML, HASH]);
    lists("findings that are neither critical nor high", &[HASH]);
    lists("findings that are not critical or high", &[HASH]);
    lists("findings other than SQL injection", &[COMMAND, YAML, HASH]);
    lists("all findings except SQL injection", &[COMMAND, YAML, HASH]);
    lists("findings without the high ones", &[COMMAND, HASH]);
    lists("high findings that are not in notes/store.py", &[YAML]);
    lists("findings lower than high", &[HASH]);
    lists("findings below critical", &[SQL, YAML, HASH]);
    lists("findings that are at least high", &[SQL, COMMAND, YAML]);
    lists("high or worse findings", &[SQL, COMMAND, YAML]);
    lists("findings that are less severe than high", &[HASH]);
    lists("findings not in web/links.js", &[SQL, COMMAND, YAML]);
}

#[test]
fn every_restriction_holds_together() {
    lists("high findings in notes/store.py", &[SQL]);
    lists("SQL injection in notes/store.py at line 33", &[SQL]);
    lists("notes/store.py:33", &[SQL]);
    lists("which finding is at line 33?", &[SQL]);
    lists("CWE-328?", &[HASH]);
    lists("CWE 78 findings", &[COMMAND]);
    lists("findings in find_user", &[SQL]);
    lists("findings in the function load", &[YAML]);
}

#[test]
fn none_is_said_of_what_was_asked_for() {
    says(
        "high findings in notes/export.py",
        &["no high findings in notes/export.py. It has 1 there", COMMAND],
    );
    says("findings in notes/nothere.py", &["no findings in notes/nothere.py."]);
    says(
        "XSS in notes/store.py",
        &["no Cross-Site Scripting findings in notes/store.py. It has 1 there", SQL],
    );
    says("findings at notes/store.py:38", &["no findings in notes/store.py at line 38. It has 1 there", SQL]);
    says("any SSRF findings?", &["no Server-Side Request Forgery findings. It has 4 findings in all."]);
    says("CWE-999 findings", &["no CWE-999 findings"]);
    says("findings in the function nothere", &["no findings in the function nothere"]);
    says("which findings are low in PR 1", &["no low findings"]);
}

#[test]
fn fixes_are_those_on_record() {
    lists("Which findings are still open?", &[COMMAND, YAML, HASH]);
    lists("what findings are left?", &[COMMAND, YAML, HASH]);
    lists("which findings are not fixed?", &[COMMAND, YAML, HASH]);
    lists("which findings have no fix?", &[COMMAND, YAML, HASH]);
    lists("findings without a fix", &[COMMAND, YAML, HASH]);
    lists("which critical findings are unfixed", &[COMMAND]);
    lists("Which fix was committed?", &[SQL]);
    says("Are all findings fixed?", &["1 fixed finding:", "fixed in commit", "1 of 4 findings"]);
    says("are all critical findings fixed?", &["no critical fixed findings", "4 findings in all"]);
    let mut results = given();
    results.fix_results.commit_sha = None;
    let task = task("acme/web", Some(1), TaskStatus::Completed);
    let run = Analysed { task: &task, results: &results, newer: &[], others: &[] };
    let open = findings(&Question::read("which findings are still open?"), &run);
    assert!(open.text.contains("a fix is verified and not committed"), "{}", open.text);
}

#[test]
fn how_a_finding_is_fixed() {
    says(
        "how do I fix the SQL injection in notes/store.py?",
        &["Avoid SQL Injection.", "fixed in the commit", "+++ b"],
    );
    says("how do I fix the critical finding", &["Avoid Command Injection."]);
}

#[test]
fn what_is_not_understood_is_not_answered() {
    #[track_caller]
    fn check(text: &str, expected: std::ops::Range<f64>) {
        let answer = asked(text);
        assert!(expected.contains(&answer.confidence), "{text}: {} {}", answer.confidence, answer.text);
    }
    for text in [
        "findings about kangaroos",
        "How do I fix the CI?",
        "How do I fix my bike?",
        "How high is Mount Everest?",
        "how high are the Alps",
        "which critical findings are not about kangaroos?",
    ] {
        check(text, 0.0..UNKNOWN);
    }
    for text in [
        "which critical findings were found in 1999?",
        "which findings of the last run were found yesterday?",
        "Aren't there critical findings?",
        "is it high?",
        "how do I fix the SSRF?",
    ] {
        check(text, UNKNOWN..0.5);
    }
    let answer = asked("which critical findings were found in 1999?");
    assert!(answer.text.contains("\u{201c}1999\u{201d} was left out"), "{}", answer.text);
}

#[test]
fn newer_runs_that_were_not_analysed_are_named() {
    let analysed = task("acme/web", Some(1), TaskStatus::Completed);
    let failed = task("acme/other", Some(1), TaskStatus::Failed);
    let run = Analysed { task: &analysed, results: &given(), newer: &[&failed], others: &["acme/other"] };
    let answer = findings(&Question::read("Which findings are critical?"), &run);
    for part in [
        "The last analysed run of pull request 1 of acme/web has 1 critical",
        "not analysed: pull request 1 of acme/other (failed)",
    ] {
        assert!(answer.text.contains(part), "{}", answer.text);
    }
}
