//! Suites of both languages, with a clock, before and after fixes.

use std::path::PathBuf;
use std::time::Duration;

use crate::repository::{CALC, Repository, check, suites, tests};

const QUERY: &str = "def query(name):\n    return \"select '\" + name + \"'\", ()\n";
const QUERY_TEST: &str = "from query import query\ndef test_name(): assert 'select' in query('a')[0]\ndef test_old(): assert False\n";

#[track_caller]
fn check_fix(fixed: &str, not_worse: Option<bool>, passed: u64) {
    let files = [("query.py", QUERY), ("test_query.py", QUERY_TEST)];
    let results = Repository::new(&files).fixed("query.py", fixed).run();
    assert_eq!((results.not_worse, results.tests_passed), (not_worse, passed), "{results:#?}");
    assert!(!results.comparison.is_empty());
}

#[test]
fn fixes_are_compared_with_what_passed_before() {
    check_fix("def query(name):\n    return 'select ?', (name,)\n", Some(true), 1);
    check_fix("def query(name):\n    return 'delete ?', (name,)\n", Some(false), 0);
    check_fix("def query(name:\n", Some(false), 0);
    check_fix("import os\nos._exit(0)\n", Some(false), 0);
}

#[test]
fn without_a_test_that_passed_there_is_nothing_to_compare() {
    let files = [("a.py", "x = 1\n"), ("test_a.py", "def test_a(): assert False\n")];
    let results = Repository::new(&files).fixed("a.py", "x = 2\n").run();
    assert_eq!(results.not_worse, None);
}

#[test]
fn tools_that_are_not_there_are_skipped_with_the_reason() {
    let files = [
        ("test_a.py", "def test_a(): pass\n"),
        ("a.test.js", "require('node:test')('a', () => {});\n"),
        ("web/package.json", "{\"scripts\": {\"test\": \"npx jest --ci\"}}"),
    ];
    let mut repository = Repository::new(&files);
    repository.tools.python = None;
    repository.tools.node = None;
    let results = repository.run();
    let expected = [
        "pytest skipped there is no Python here",
        "node skipped there is no Node.js here",
        "jest skipped it is not in the repository's node_modules, and nothing is installed",
    ];
    assert_eq!(suites(&results), expected);
    assert!(results.success && results.test_functions.is_empty() && results.not_worse.is_none());

    let mut repository = Repository::new(&files[..1]);
    repository.tools.sandbox = PathBuf::from("/nowhere/quartet-sandbox");
    let results = repository.run();
    assert_eq!(results.suites[0].status, "error");
    assert!(results.suites[0].reason.starts_with("not started: "), "{results:?}");
}

#[test]
fn both_languages_are_one_result() {
    let results = check(
        &[
            ("calc.py", CALC),
            ("test_calc.py", "from calc import add\ndef test_add(): assert add(1, 2) == 3\n"),
            ("a.test.js", "require('node:test')('a', () => {});\n"),
        ],
        &["a.test.js a passed", "test_calc.py test_add passed"],
        &["pytest passed ", "node passed "],
    );
    assert_eq!(results.tests_executed, 2);
}

#[test]
fn a_suite_that_hangs_keeps_what_it_did_and_leaves_time_for_others() {
    let mut repository = Repository::new(&[
        ("test_a.py", "import time\ndef test_a(): pass\ndef test_b(): time.sleep(1000)\n"),
        ("a.test.js", "require('node:test')('a', () => {});\n"),
    ]);
    repository.time_out = Duration::from_secs(10);
    let results = repository.run();
    assert_eq!(tests(&results), ["a.test.js a passed", "test_a.py test_a passed"]);
    assert_eq!(suites(&results), ["pytest error stopped: over the limit of time", "node passed "]);
}

#[test]
fn a_suite_that_is_stopped_on_both_sides_is_not_called_as_good() {
    let test = "import time\nfrom a import x\ndef test_a(): assert x < 3\ndef test_b(): time.sleep(1000)\n";
    let stopped = |fixed: &str| {
        let mut repository =
            Repository::new(&[("a.py", "x = 1\n"), ("test_a.py", test)]).fixed("a.py", fixed);
        repository.time_out = Duration::from_secs(12);
        repository.run()
    };
    let results = stopped("x = 2\n");
    assert_eq!(results.not_worse, None, "{results:#?}");
    let words = "pytest did not come to its end before the fixes (stopped: over the limit of time): 1 test(s) passed before, 1 of them after";
    assert_eq!(results.comparison, words);
    // What it did before it was stopped counts.
    let results = stopped("x = 3\n");
    assert_eq!(results.not_worse, Some(false), "{results:#?}");
    assert!(
        results
            .comparison
            .starts_with("pytest: 1 of 1 test(s) that passed before do not pass after: test_a.py test_a")
    );
}

#[test]
fn what_the_change_brings_is_measured() {
    let mut repository = Repository::new(&[
        ("calc.py", CALC),
        ("other.py", "def other():\n    return 1\n"),
        ("test_calc.py", "from calc import add\ndef test_add(): assert add(1, 2) == 3\n"),
    ]);
    repository.changed.files = Some(["calc.py".to_owned()].into());
    repository.changed.lines.insert("calc.py".to_owned(), vec![(2, 3)]);
    let results = repository.run();
    assert_eq!(results.changed_lines_coverage_percentage, Some(50.0), "{results:#?}");
    let counted = (results.functions_discovered, results.functions_changed, results.functions_reached);
    assert_eq!(counted, (1, 1, 1));
    repository.changed.lines.clear();
    assert_eq!(repository.run().changed_lines_coverage_percentage, None);
}
