//! Are the fixes any worse for the repository's tests?

use std::collections::BTreeSet;

use quartet_domain::results::TestStatus;

use super::suite::Run;

/// Tests that a sentence names.
const NAMED: usize = 3;

/// The answer, and what it rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Comparison {
    /// Whether every test that passed on the head passes with the fixes; absent when that is not known.
    pub(super) not_worse: Option<bool>,
    pub(super) detail: String,
}

/// What one suite says.
enum Says {
    /// No test of it passed before.
    Nothing,
    /// So many passed before, and all of them after.
    NotWorse(usize),
    Worse(String),
    Unknown(String),
}

type Test<'r> = (&'r str, &'r str);

/// A test that is no longer there, or no longer ran, did not pass. A suite that did not come to its end before the fixes
/// either may have lost it to the clock: then only a test that failed counts, and a suite without one says nothing.
pub(super) fn compare(before: &[Run], after: &[Run]) -> Comparison {
    let (mut suites, mut tests) = (0, 0);
    let mut unknown = Vec::new();
    for (before, after) in before.iter().zip(after) {
        match says(before, after) {
            Says::Nothing => {}
            Says::NotWorse(passed) => {
                suites += 1;
                tests += passed;
            }
            Says::Worse(detail) => return Comparison { not_worse: Some(false), detail },
            Says::Unknown(why) => unknown.push(why),
        }
    }
    if !unknown.is_empty() {
        return Comparison { not_worse: None, detail: unknown.join("; ") };
    }
    if tests == 0 {
        return Comparison { not_worse: None, detail: "no test passed before the fixes".to_owned() };
    }
    Comparison {
        not_worse: Some(true),
        detail: format!("{suites} suite(s), {tests} test(s) that passed before: all pass after"),
    }
}

fn says(before: &Run, after: &Run) -> Says {
    let passed = tests(before, |status| status == TestStatus::Passed);
    if passed.is_empty() {
        return Says::Nothing;
    }
    let runner = &before.suite.runner;
    let passed_after = tests(after, |status| status == TestStatus::Passed);
    let failed_after = tests(after, |status| matches!(status, TestStatus::Failed | TestStatus::Error));
    let lost: Vec<Test<'_>> = passed.difference(&passed_after).copied().collect();
    let failed: Vec<Test<'_>> = passed.intersection(&failed_after).copied().collect();
    let stopped_both = !came_to_its_end(before) && !came_to_its_end(after);
    let worse = if stopped_both { &failed } else { &lost };
    if !worse.is_empty() {
        return Says::Worse(format!(
            "{runner}: {} of {} test(s) that passed before do not pass after: {}{}",
            worse.len(),
            passed.len(),
            names(worse),
            if came_to_its_end(after) { String::new() } else { format!("; it {}", after.suite.reason) }
        ));
    }
    if !came_to_its_end(before) {
        return Says::Unknown(format!(
            "{runner} did not come to its end before the fixes ({}): {} test(s) passed before, {} of them after",
            first_line(&before.suite.reason),
            passed.len(),
            passed.len() - lost.len()
        ));
    }
    Says::NotWorse(passed.len())
}

fn tests(run: &Run, wanted: impl Fn(TestStatus) -> bool) -> BTreeSet<Test<'_>> {
    let tests = run.tests.iter().filter(|test| wanted(test.status));
    tests.map(|test| (test.file_path.as_str(), test.test_name.as_str())).collect()
}

fn came_to_its_end(run: &Run) -> bool {
    run.suite.status != "error"
}

fn names(tests: &[Test<'_>]) -> String {
    let shown: Vec<_> = tests.iter().take(NAMED).map(|(file, name)| format!("{file} {name}")).collect();
    shown.join(", ")
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use quartet_domain::results::{TestFunction, TestSuite};

    use super::super::coverage::Coverage;
    use super::*;

    /// `error pf-` is a suite that was stopped after a pass and a failure; the third test was not reached.
    fn run(words: &str) -> Run {
        let (status, tests) = words.split_once(' ').unwrap_or((words, ""));
        let test = |(number, letter): (usize, char)| {
            let status = match letter {
                'p' => TestStatus::Passed,
                'f' => TestStatus::Failed,
                's' => TestStatus::Skipped,
                _ => return None,
            };
            Some(TestFunction {
                function_name: String::new(),
                file_path: "a".to_owned(),
                test_name: format!("t{number}"),
                status,
                execution_time: 0.0,
                error_message: None,
            })
        };
        let reason = if status == "error" { "stopped: over the limit of time" } else { "" };
        Run {
            suite: TestSuite { runner: "r".to_owned(), status: status.to_owned(), reason: reason.to_owned() },
            tests: tests.chars().enumerate().filter_map(test).collect(),
            coverage: Coverage::default(),
            layers: None,
        }
    }

    #[track_caller]
    fn check(before: &[&str], after: &[&str], not_worse: Option<bool>, words: &str) {
        let runs = |words: &[&str]| words.iter().map(|words| run(words)).collect::<Vec<_>>();
        let comparison = compare(&runs(before), &runs(after));
        assert_eq!(comparison.not_worse, not_worse, "{before:?} {after:?}: {comparison:?}");
        assert!(comparison.detail.contains(words), "{comparison:?}");
    }

    #[test]
    fn every_test_that_passed_must_pass() {
        check(&["passed pp"], &["passed pp"], Some(true), "1 suite(s), 2 test(s)");
        check(&["failed pf"], &["passed pp"], Some(true), "1 test(s)");
        check(
            &["failed pf"],
            &["failed fp"],
            Some(false),
            "1 of 1 test(s) that passed before do not pass after: a t0",
        );
        check(&["passed pp"], &["passed ps"], Some(false), "a t1");
        check(&["passed pp"], &["passed p"], Some(false), "a t1");
        check(&["passed p", "passed p"], &["passed p", "passed p"], Some(true), "2 suite(s)");
        check(&["passed p", "passed p"], &["passed p", "failed f"], Some(false), "r: 1 of 1");
        check(&["failed f"], &["failed f"], None, "no test passed");
        check(&["skipped"], &["skipped"], None, "no test passed");
        check(&[], &[], None, "no test passed");
        check(&["skipped", "passed p"], &["skipped", "passed p"], Some(true), "1 suite(s)");
    }

    #[test]
    fn a_suite_that_was_stopped_on_both_sides_is_not_known_to_be_as_good() {
        check(&["error p-"], &["error p-"], None, "1 test(s) passed before, 1 of them after");
        check(&["error pp"], &["error p-"], None, "2 test(s) passed before, 1 of them after");
        check(&["error pp"], &["error pf"], Some(false), "a t1; it stopped");
        check(&["error p-"], &["passed pp"], None, "did not come to its end before");
        check(&["error pp"], &["passed p"], Some(false), "a t1");
        check(&["passed pp"], &["error p"], Some(false), "it stopped: over the limit of time");
        check(&["error p-", "passed p"], &["error p-", "passed p"], None, "did not come to its end");
        check(&["error p-", "passed p"], &["error p-", "failed f"], Some(false), "a t0");
        check(&["error", "passed p"], &["error", "passed p"], Some(true), "1 suite(s)");
    }
}
