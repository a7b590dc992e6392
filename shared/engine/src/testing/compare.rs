//! Are the fixes any worse for the repository's tests?

use std::collections::BTreeSet;

use quartet_domain::results::TestStatus;

use super::suite::Run;

/// Whether every test that passed on the head passes with the fixes; absent when none passed before, for then the tests
/// say nothing. A test that is no longer there, or no longer ran, did not pass.
pub(super) fn not_worse(before: &[Run], after: &[Run]) -> Option<bool> {
    let before = passed(before);
    (!before.is_empty()).then(|| before.is_subset(&passed(after)))
}

fn passed(runs: &[Run]) -> BTreeSet<(&str, &str, &str)> {
    let tests = runs.iter().flat_map(|run| run.tests.iter().map(move |test| (run, test)));
    tests
        .filter(|(_, test)| test.status == TestStatus::Passed)
        .map(|(run, test)| (run.suite.runner.as_str(), test.file_path.as_str(), test.test_name.as_str()))
        .collect()
}
