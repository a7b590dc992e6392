//! The Test agent: runs the repository's own tests in the sandbox, on the head and again with the fixes applied.
//!
//! Invariants. What did not run is never `passed`: a missing runner, a missing dependency and a run that was stopped are
//! `skipped` or `error` with the reason. The two runs share nothing that untrusted code can write to. Nothing is
//! installed. Runners report each test as it ends, by a reporter of ours, so that a run that is killed keeps the tests
//! that were done, and every test carries its file.
//!
//! A suite that wants to lie about itself can; it lies to the people who wrote it.

mod compare;
mod coverage;
mod node;
mod places;
mod pytest;
mod record;
mod suite;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use quartet_domain::results::{TestFunction, TestResults, TestStatus};

use self::coverage::Coverage;
use self::suite::{Run, Suite};
use crate::tree::Tree;

/// More tests than this are counted but not listed; the ones that did not pass are listed first.
const MAX_LISTED: usize = 5_000;
/// All messages together; the results travel to every subscriber.
const MAX_MESSAGES_CHARS: usize = 256 * 1024;

/// One run of the Test agent.
#[derive(Debug)]
pub struct Job<'a> {
    /// The head.
    pub tree: &'a Tree,
    /// Files as the fixes leave them; empty when there are none.
    pub fixed: &'a BTreeMap<String, Vec<u8>>,
    /// Files that the pull request changes; absent on a full run.
    pub changed: Option<&'a BTreeSet<String>>,
    pub tools: &'a Tools,
    /// A folder for this run alone; everything is written below it.
    pub work: &'a Path,
    /// For all suites, before and after the fixes, together.
    pub time_out: Duration,
}

/// What the machine has to run tests with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tools {
    /// A Python with pytest and coverage.
    pub python: Option<PathBuf>,
    pub node: Option<PathBuf>,
    /// The `quartet-sandbox` binary.
    pub sandbox: PathBuf,
}

/// Runs every suite that the tree has. `functions_discovered` and `duration` are the caller's.
pub fn run_tests(job: &Job<'_>) -> TestResults {
    let suites = suite::detect(job.tree);
    let fixed = (!job.fixed.is_empty()).then(|| apply(job.tree, job.fixed));
    let clock = Clock { started: Instant::now(), limit: job.time_out };
    let rounds = if fixed.is_some() { 2 } else { 1 };
    let mut runs_left = u32::try_from(suites.len()).unwrap_or(u32::MAX).saturating_mul(rounds);
    let mut round = |tree: &Tree, name: &str| -> Vec<Run> {
        let one = |suite: &Suite| {
            let time = clock.share(runs_left);
            runs_left = runs_left.saturating_sub(1);
            suite::run(suite, tree, job.tools, &job.work.join(format!("{name}-{}", suite.name())), time)
        };
        suites.iter().map(one).collect()
    };
    let head = round(job.tree, "head");
    match fixed {
        None => results(head, None),
        Some(fixed) => {
            let after = round(&fixed, "fixed");
            let not_worse = compare::not_worse(&head, &after);
            results(after, not_worse)
        }
    }
}

fn apply(tree: &Tree, fixed: &BTreeMap<String, Vec<u8>>) -> Tree {
    let mut tree = tree.clone();
    for (path, bytes) in fixed {
        tree.insert(path.clone(), bytes.as_slice());
    }
    tree
}

fn results(runs: Vec<Run>, not_worse: Option<bool>) -> TestResults {
    let mut results = TestResults { success: true, not_worse, ..TestResults::default() };
    let mut coverage = Coverage::default();
    let mut layers: Option<BTreeSet<String>> = None;
    for run in runs {
        coverage.add(&run.coverage);
        results.test_functions.extend(run.tests);
        results.suites.push(run.suite);
        if let Some(held) = run.layers {
            // What held for every suite.
            let held: BTreeSet<_> = held.into_iter().collect();
            layers = Some(layers.map_or(held.clone(), |both| both.intersection(&held).cloned().collect()));
        }
    }
    let count = |statuses: &[TestStatus]| {
        results.test_functions.iter().filter(|test| statuses.contains(&test.status)).count() as u64
    };
    results.tests_passed = count(&[TestStatus::Passed]);
    results.tests_failed = count(&[TestStatus::Failed, TestStatus::Error]);
    results.tests_executed = results.tests_passed + results.tests_failed;
    results.test_coverage_percentage = coverage.percentage();
    results.sandbox_layers = layers.unwrap_or_default().into_iter().collect();
    list(&mut results.test_functions);
    results
}

/// By file and name; the ones that did not pass survive the cap.
fn list(tests: &mut Vec<TestFunction>) {
    if tests.len() > MAX_LISTED {
        tests.sort_by_key(|test| test.status == TestStatus::Passed);
        tests.truncate(MAX_LISTED);
    }
    tests.sort_by(|a, b| (&a.file_path, &a.test_name).cmp(&(&b.file_path, &b.test_name)));
    let mut room = MAX_MESSAGES_CHARS;
    for message in tests.iter_mut().filter_map(|test| test.error_message.as_mut()) {
        match room.checked_sub(message.len()) {
            Some(less) => room = less,
            None => "left out: too many messages".clone_into(message),
        }
    }
}

struct Clock {
    started: Instant,
    limit: Duration,
}

impl Clock {
    /// An equal part of the time that is left, so that a slow suite cannot starve the ones after it.
    fn share(&self, runs_left: u32) -> Duration {
        self.limit.saturating_sub(self.started.elapsed()) / runs_left.max(1)
    }
}
