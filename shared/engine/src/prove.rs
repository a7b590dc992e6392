//! Rung 7: for each fix a generated test that must fail before it and pass after it, three times each.
//!
//! ```text
//! weakness ─▶ spec (file, function, lines of the sink, kind) ─▶ a test: the driver of the language, with the spec
//! test ─▶ sandbox, on the head and on the fixed tree ─▶ what each hostile input came to: code, data, refused, …
//! ```
//!
//! The test replaces the sink by a recorder, calls the function that holds it with hostile input, and asks whether that
//! arrives as code or as data. It is plain Python or JavaScript; frameworks and drivers that are not there are stood in
//! for, inside the test alone.
//!
//! Invariants. Proved means: every input that was code before is data after, or is refused while a plain one gets
//! through, in each of the runs. What cannot be called alone is not proved, with the reason, and never passes. A test
//! that goes on failing contradicts its fix. All of it shares one budget of time.
//!
//! Absent: proof against code that lies about itself, as for the repository's own tests.

mod erase;
mod lines;
mod program;
mod verdict;
mod weakness;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use quartet_domain::results::{Rung, RungOutcome, TestFunction, TestStatus};
use quartet_domain::run::Weakness;

use self::program::{Pair, Prover, Side};
use self::verdict::{Judgement, Report, judge};
use crate::testing::Tools;
use crate::tree::Tree;

/// Runs of each test on each side.
const RUNS: usize = 3;
/// Most fixes that are tried; the others keep their five rungs.
const MAX_FIXES: usize = 50;
const MAX_DETAIL_CHARS: usize = 400;

pub(crate) struct Job<'a> {
    pub(crate) head: &'a Tree,
    pub(crate) fixed: &'a Tree,
    pub(crate) weaknesses: &'a [Weakness],
    pub(crate) tools: &'a Tools,
    pub(crate) work: &'a Path,
    /// For all tests together.
    pub(crate) time_out: Duration,
}

/// What came of one fix.
pub(crate) struct Proved {
    pub(crate) outcome: RungOutcome,
    pub(crate) contradicted: bool,
    /// Absent where no test ran.
    pub(crate) test: Option<TestFunction>,
}

#[derive(Default)]
pub(crate) struct Proofs {
    /// One for each weakness, in order.
    pub(crate) proved: Vec<Proved>,
    /// What held around each run.
    pub(crate) layers: Vec<BTreeSet<String>>,
}

pub(crate) fn prove(job: &Job<'_>) -> Proofs {
    let mut prover = Prover::new(job);
    let mut proved = Vec::new();
    for (place, weakness) in job.weaknesses.iter().enumerate() {
        let begun = Instant::now();
        let judgement = if place < MAX_FIXES {
            try_out(&mut prover, place, weakness)
        } else {
            Judgement::NotTried("too many fixes in this run".to_owned())
        };
        proved.push(told(weakness, judgement, begun.elapsed()));
    }
    Proofs { proved, layers: prover.layers }
}

fn try_out(prover: &mut Prover<'_>, place: usize, weakness: &Weakness) -> Judgement {
    let pair = match Pair::of(prover.job, weakness) {
        Ok(pair) => pair,
        Err(reason) => return Judgement::NotTried(reason),
    };
    // Most of what cannot be shown, the first run tells.
    let mut before = prover.run(&pair, Side::Before, place, 1);
    if !before.iter().any(Report::has_code) {
        return judge(&before, &[]);
    }
    before.extend(prover.run(&pair, Side::Before, place, RUNS - 1));
    let after = prover.run(&pair, Side::After, place, RUNS);
    judge(&before, &after)
}

fn told(weakness: &Weakness, judgement: Judgement, lasted: Duration) -> Proved {
    let contradicted = matches!(judgement, Judgement::Contradicted(_));
    let (passed, status, detail) = match judgement {
        Judgement::Proved(detail) => (Some(true), Some(TestStatus::Passed), detail),
        Judgement::NoDifference(detail) => (Some(false), Some(TestStatus::Skipped), detail),
        Judgement::Contradicted(detail) => (Some(false), Some(TestStatus::Failed), detail),
        Judgement::Unknown(detail) => (None, Some(TestStatus::Skipped), detail),
        Judgement::NotTried(detail) => (None, None, detail),
    };
    let detail: String = detail.chars().take(MAX_DETAIL_CHARS).collect();
    let test = status.map(|status| TestFunction {
        function_name: weakness.function_name.clone(),
        file_path: weakness.file_path.clone(),
        test_name: format!("generated: {} in line {}", weakness.cwe, weakness.line_number),
        status,
        execution_time: (lasted.as_secs_f64() * 1000.0).round() / 1000.0,
        error_message: (status != TestStatus::Passed).then(|| detail.clone()),
    });
    let outcome = RungOutcome { rung: Rung::RegressionTest, passed, detail };
    Proved { outcome, contradicted, test }
}
