//! What the generated tests mean for the fixes: which may stay, and the rungs of each.

use std::collections::{BTreeMap, BTreeSet};

use quartet_domain::results::{Rung, RungOutcome, TestSuite};
use quartet_domain::run::{Proof, Weakness};

use super::compare::Comparison;
use crate::prove::{Proofs, Proved};

/// The name of the generated tests among the suites.
const RUNNER: &str = "generated";

/// The fixed files without those that hold a contradicted fix.
pub(super) fn without_contradicted(
    fixed: &BTreeMap<String, Vec<u8>>,
    weaknesses: &[Weakness],
    proofs: &Proofs,
) -> BTreeMap<String, Vec<u8>> {
    let bad: BTreeSet<&str> = weaknesses
        .iter()
        .zip(&proofs.proved)
        .filter(|(_, proved)| proved.contradicted)
        .map(|(weakness, _)| weakness.file_path.as_str())
        .collect();
    fixed
        .iter()
        .filter(|(path, _)| !bad.contains(path.as_str()))
        .map(|(path, bytes)| (path.clone(), bytes.clone()))
        .collect()
}

/// Rungs 6 and 7 of each fix. The repository's tests were run with the fixes of `kept` files alone.
pub(super) fn rungs(
    proofs: &Proofs,
    kept: &BTreeMap<String, Vec<u8>>,
    weaknesses: &[Weakness],
    comparison: &Comparison,
) -> Vec<Proof> {
    let each = weaknesses.iter().zip(&proofs.proved).enumerate();
    each.map(|(fix, (weakness, proved))| {
        let was_run = kept.contains_key(&weakness.file_path);
        let detail = if was_run {
            &comparison.detail
        } else {
            "left out: a generated test contradicts a fix of this file"
        };
        let tests = RungOutcome {
            rung: Rung::TestsNotWorse,
            passed: comparison.not_worse.filter(|_| was_run),
            detail: detail.to_owned(),
        };
        Proof { fix, rungs: vec![tests, proved.outcome.clone()], contradicted: proved.contradicted }
    })
    .collect()
}

/// The generated tests as one suite; absent where none ran.
pub(super) fn suite(proved: &[Proved]) -> Option<TestSuite> {
    let ran = proved.iter().filter(|proved| proved.test.is_some()).count();
    let passed = proved.iter().filter(|proved| proved.outcome.passed == Some(true)).count();
    let failed = proved.iter().filter(|proved| proved.contradicted).count();
    let status = match (passed, failed) {
        (_, 1..) => "failed",
        (1.., 0) => "passed",
        (0, 0) => "skipped",
    };
    let reason = if passed == proved.len() {
        String::new()
    } else {
        format!("{passed} of {} fixes proved", proved.len())
    };
    (ran > 0).then(|| TestSuite { runner: RUNNER.to_owned(), status: status.to_owned(), reason })
}
