//! A repository in memory, and what its tests come to.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use quartet_domain::results::{TestResults, TestStatus};
use quartet_domain::run::{Changed, Tested, Weakness};
use quartet_engine::testing::{Job, Tools, run_tests};
use quartet_engine::tree::Tree;

use crate::support;

pub(crate) struct Repository {
    pub(crate) tree: Tree,
    pub(crate) fixed: BTreeMap<String, Vec<u8>>,
    pub(crate) weaknesses: Vec<Weakness>,
    pub(crate) changed: Changed,
    pub(crate) tools: Tools,
    pub(crate) time_out: Duration,
}

impl Repository {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        Self {
            tree: files.iter().map(|(path, text)| (*path, text.as_bytes())).collect(),
            fixed: BTreeMap::new(),
            weaknesses: Vec::new(),
            changed: Changed::default(),
            tools: Tools {
                python: Some(support::python()),
                node: Some(support::node()),
                sandbox: PathBuf::from(support::SANDBOX),
            },
            time_out: Duration::from_secs(120),
        }
    }

    pub(crate) fn fixed(mut self, path: &str, text: &str) -> Self {
        self.fixed.insert(path.to_owned(), text.as_bytes().to_vec());
        self
    }

    pub(crate) fn run(&self) -> TestResults {
        self.tested().results
    }

    pub(crate) fn tested(&self) -> Tested {
        let work = tempfile::tempdir().unwrap();
        let tested = run_tests(&Job {
            tree: &self.tree,
            fixed: &self.fixed,
            weaknesses: &self.weaknesses,
            changed: &self.changed,
            tools: &self.tools,
            work: work.path(),
            time_out: self.time_out,
        });
        let results = &tested.results;
        assert_eq!(results.tests_executed, results.tests_passed + results.tests_failed);
        assert_eq!(std::fs::read_dir(work.path()).unwrap().count(), 0, "something was left behind");
        let shown = format!("{results:?}");
        assert!(
            !shown.contains(&work.path().display().to_string()),
            "a path of the machine is shown: {shown}"
        );
        tested
    }
}

pub(crate) fn tests(results: &TestResults) -> Vec<String> {
    let tests = results.test_functions.iter();
    tests.map(|t| format!("{} {} {}", t.file_path, t.test_name, status(t.status))).collect()
}

pub(crate) fn status(status: TestStatus) -> &'static str {
    match status {
        TestStatus::Passed => "passed",
        TestStatus::Failed => "failed",
        TestStatus::Error => "error",
        TestStatus::Skipped => "skipped",
    }
}

pub(crate) fn suites(results: &TestResults) -> Vec<String> {
    results.suites.iter().map(|suite| format!("{} {} {}", suite.runner, suite.status, suite.reason)).collect()
}

/// What a repository's tests come to, without fixes.
#[track_caller]
pub(crate) fn check(
    files: &[(&str, &str)],
    expected_tests: &[&str],
    expected_suites: &[&str],
) -> TestResults {
    let results = Repository::new(files).run();
    assert_eq!(tests(&results), expected_tests, "{results:#?}");
    assert_eq!(suites(&results), expected_suites, "{results:#?}");
    results
}

#[track_caller]
pub(crate) fn message<'a>(results: &'a TestResults, test: &str) -> &'a str {
    let test = results.test_functions.iter().find(|t| t.test_name == test).unwrap();
    test.error_message.as_deref().unwrap_or_default()
}

/// Three of its four lines are run by a test of small numbers.
pub(crate) const CALC: &str = "def add(a, b):\n    if a > 100:\n        return 0\n    return a + b\n";
