//! The Test agent: runs the repository's own tests in the sandbox, on the head and again with the fixes applied, and
//! before that the generated test of each fix.
//!
//! Invariants. What did not run is never `passed`: a missing runner, a missing dependency and a run that was stopped are
//! `skipped` or `error` with the reason. The two runs share nothing that untrusted code can write to. Nothing is
//! installed. Runners report each test as it ends, by a reporter of ours, so that a run that is killed keeps the tests
//! that were done, and every test carries its file. A fix that its own test contradicts is left out before the
//! repository's tests run: what they are compared on is what may be committed.
//!
//! A suite that wants to lie about itself can; it lies to the people who wrote it.

mod changed;
mod compare;
mod coverage;
mod functions;
mod node;
mod packaged;
mod places;
mod proofs;
mod pytest;
mod record;
mod suite;
mod unittest;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use quartet_domain::results::{TestFunction, TestResults, TestStatus};
use quartet_domain::run::{Changed, Tested, Weakness};

pub use self::changed::changed_lines;
use self::compare::Comparison;
use self::coverage::Coverage;
use self::functions::Functions;
pub(crate) use self::places::{Places, environment};
use self::suite::{Run, Suite};
use crate::prove::{self, Proofs};
use crate::tree::Tree;

/// More tests than this are counted but not listed; the ones that did not pass are listed first.
const MAX_LISTED: usize = 5_000;
/// All messages together; the results travel to every subscriber.
const MAX_MESSAGES_CHARS: usize = 256 * 1024;
/// The generated tests get this part of the time, and no more than the second.
const PROOF_SHARE: u32 = 4;
const PROOF_TIME: Duration = Duration::from_secs(90);

/// One run of the Test agent.
#[derive(Debug)]
pub struct Job<'a> {
    /// The head.
    pub tree: &'a Tree,
    /// Files as the fixes leave them; empty when there are none.
    pub fixed: &'a BTreeMap<String, Vec<u8>>,
    /// What each fix is against, in their order.
    pub weaknesses: &'a [Weakness],
    /// What the pull request changes.
    pub changed: &'a Changed,
    pub tools: &'a Tools,
    /// A folder for this run alone; everything is written below it.
    pub work: &'a Path,
    /// For all tests, before and after the fixes, together.
    pub time_out: Duration,
}

/// What the machine has to run tests with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tools {
    /// A Python, with pytest and coverage where they are wanted.
    pub python: Option<PathBuf>,
    pub node: Option<PathBuf>,
    /// The `quartet-sandbox` binary.
    pub sandbox: PathBuf,
}

/// Proves each fix and runs every suite that the tree has. `duration` is the caller's.
pub fn run_tests(job: &Job<'_>) -> Tested {
    let clock = Clock { started: Instant::now(), limit: job.time_out };
    let proofs = prove_fixes(job);
    let kept = proofs::without_contradicted(job.fixed, job.weaknesses, &proofs);
    let fixed = (!kept.is_empty()).then(|| apply(job.tree, &kept));
    let suites = suite::detect(job.tree);
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
    // What the change brings is measured where it is: the fixes move its lines.
    let measured = Measured::of(job, &head);
    let (runs, comparison) = match fixed {
        None => (head, Comparison::default()),
        Some(fixed) => {
            let after = round(&fixed, "fixed");
            let comparison = compare::compare(&head, &after);
            (after, comparison)
        }
    };
    let rungs = proofs::rungs(&proofs, &kept, job.weaknesses, &comparison);
    Tested { results: results(runs, comparison, &measured, proofs), proofs: rungs }
}

fn prove_fixes(job: &Job<'_>) -> Proofs {
    if job.weaknesses.is_empty() {
        return Proofs::default();
    }
    prove::prove(&prove::Job {
        head: job.tree,
        fixed: &apply(job.tree, job.fixed),
        weaknesses: job.weaknesses,
        tools: job.tools,
        work: job.work,
        time_out: (job.time_out / PROOF_SHARE).min(PROOF_TIME),
    })
}

fn apply(tree: &Tree, fixed: &BTreeMap<String, Vec<u8>>) -> Tree {
    let mut tree = tree.clone();
    for (path, bytes) in fixed {
        tree.insert(path.clone(), bytes.as_slice());
    }
    tree
}

/// What is measured on the head.
struct Measured {
    functions: Functions,
    changed_lines: Option<f64>,
}

impl Measured {
    fn of(job: &Job<'_>, runs: &[Run]) -> Self {
        let coverage = Coverage::of_all(runs.iter().map(|run| &run.coverage));
        Self {
            functions: functions::count(job.tree, job.changed, &coverage),
            changed_lines: coverage.of_lines(&job.changed.lines),
        }
    }
}

fn results(runs: Vec<Run>, comparison: Comparison, measured: &Measured, proofs: Proofs) -> TestResults {
    let mut results = TestResults {
        success: true,
        functions_discovered: measured.functions.discovered,
        functions_changed: measured.functions.changed,
        functions_reached: measured.functions.reached,
        changed_lines_coverage_percentage: measured.changed_lines,
        not_worse: comparison.not_worse,
        comparison: comparison.detail,
        test_coverage_percentage: Coverage::of_all(runs.iter().map(|run| &run.coverage)).percentage(),
        ..TestResults::default()
    };
    let mut layers = proofs.layers;
    results.suites.extend(proofs::suite(&proofs.proved));
    results.test_functions.extend(proofs.proved.into_iter().filter_map(|proved| proved.test));
    results.tests_generated = results.test_functions.len() as u64;
    for run in runs {
        results.test_functions.extend(run.tests);
        results.suites.push(run.suite);
        layers.extend(run.layers.map(BTreeSet::from_iter));
    }
    // What held for every run.
    let held = layers.into_iter().reduce(|all, one| all.intersection(&one).cloned().collect());
    results.sandbox_layers = held.unwrap_or_default().into_iter().collect();
    let count = |statuses: &[TestStatus]| {
        results.test_functions.iter().filter(|test| statuses.contains(&test.status)).count() as u64
    };
    results.tests_passed = count(&[TestStatus::Passed]);
    results.tests_failed = count(&[TestStatus::Failed, TestStatus::Error]);
    results.tests_executed = results.tests_passed + results.tests_failed;
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
