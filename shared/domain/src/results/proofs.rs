//! The last two rungs of the ladder, laid over the fixes that they are about.
//!
//! Invariant: a fix that its own generated test contradicts is in `rejected` and not in `functions_fixed`, and so are the
//! fixes that share its file, because a patch holds whole files. Who commits and who reports see the same list.

use std::collections::BTreeSet;

use super::{AnalysisResults, FixResults, FunctionFixed, RejectedFix, Rung, RungOutcome, Vulnerability};
use crate::run::{Proof, Weakness};

/// What stays of the doubt in a fix after its own test has shown the weakness before and its absence after.
const DOUBT_AFTER_PROOF: f64 = 0.5;
/// The same after the repository's tests.
const DOUBT_AFTER_TESTS: f64 = 0.9;
/// What stays of the confidence when the generated test ran and showed no difference.
const WITHOUT_DIFFERENCE: f64 = 0.9;

impl FixResults {
    /// What each fix is against, in the order of `functions_fixed`. The finding's line is that of the head; a fix's own is
    /// that of the file as the fixes before it left it.
    pub fn weaknesses(&self, found: &AnalysisResults) -> Vec<Weakness> {
        let each = self.functions_fixed.iter().map(|fix| {
            let same = |v: &&Vulnerability| v.fingerprint == fix.fingerprint && v.file_path == fix.file_path;
            // Of several in one function that are written alike, the nearest.
            let nearest = |v: &&Vulnerability| v.line_number.abs_diff(fix.line_number);
            let finding = found.vulnerabilities.iter().filter(same).min_by_key(nearest);
            Weakness {
                cwe: finding.map(|v| v.cwe.clone()).unwrap_or_default(),
                file_path: fix.file_path.clone(),
                function_name: fix.function_name.clone(),
                line_number: finding.map_or(fix.line_number, |v| v.line_number),
            }
        });
        each.collect()
    }

    /// These results with what the test stage proved. Proofs of fixes that are not there are left out.
    #[must_use]
    pub fn with_proofs(mut self, proofs: &[Proof]) -> Self {
        let mut contradicted = BTreeSet::new();
        let mut files = BTreeSet::new();
        for proof in proofs {
            let Some(fixed) = self.functions_fixed.get_mut(proof.fix) else { continue };
            fixed.confidence_score = proof.rungs.iter().fold(fixed.confidence_score, weigh);
            fixed.verification.extend(proof.rungs.iter().cloned());
            if proof.contradicted {
                contradicted.insert(proof.fix);
                files.insert(fixed.file_path.clone());
            }
        }
        let mut kept = Vec::new();
        for (place, fixed) in self.functions_fixed.into_iter().enumerate() {
            if contradicted.contains(&place) {
                self.rejected.push(rejected(fixed, "regression_test"));
            } else if files.contains(&fixed.file_path) {
                self.rejected.push(rejected(fixed, "regression_test: of another fix in this file"));
            } else {
                kept.push(fixed);
            }
        }
        self.functions_fixed = kept;
        self.files_modified =
            self.functions_fixed.iter().map(|fixed| &fixed.file_path).collect::<BTreeSet<_>>().len() as u64;
        self.total_lines_changed = self.functions_fixed.iter().map(|fixed| fixed.lines_changed).sum();
        self.fix_confidence_average = mean(&self.functions_fixed);
        self
    }
}

fn weigh(confidence: f64, rung: &RungOutcome) -> f64 {
    let doubt = |left: f64| to_the_thousandth(1.0 - (1.0 - confidence) * left);
    match (rung.rung, rung.passed) {
        (Rung::RegressionTest, Some(true)) => doubt(DOUBT_AFTER_PROOF),
        (Rung::RegressionTest, Some(false)) => to_the_thousandth(confidence * WITHOUT_DIFFERENCE),
        (Rung::TestsNotWorse, Some(true)) => doubt(DOUBT_AFTER_TESTS),
        _ => confidence,
    }
}

fn rejected(fixed: FunctionFixed, reason: &str) -> RejectedFix {
    RejectedFix {
        file_path: fixed.file_path,
        line_number: fixed.line_number,
        rule_id: fixed.rule_id,
        fingerprint: fixed.fingerprint,
        reason: reason.to_owned(),
        verification: fixed.verification,
    }
}

#[expect(clippy::cast_precision_loss, reason = "far fewer fixes than 2^52")]
fn mean(fixed: &[FunctionFixed]) -> f64 {
    if fixed.is_empty() {
        return 0.0;
    }
    let sum: f64 = fixed.iter().map(|fixed| fixed.confidence_score).sum();
    to_the_thousandth(sum / fixed.len() as f64)
}

fn to_the_thousandth(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(path: &str) -> FunctionFixed {
        FunctionFixed {
            function_name: String::new(),
            file_path: path.to_owned(),
            fix_type: String::new(),
            description: String::new(),
            confidence_score: 0.8,
            lines_changed: 2,
            line_number: 1,
            fingerprint: path.to_owned(),
            rule_id: String::new(),
            diff: String::new(),
            verification: Vec::new(),
        }
    }

    fn proof(fix: usize, rung: Rung, passed: Option<bool>, contradicted: bool) -> Proof {
        Proof { fix, rungs: vec![RungOutcome { rung, passed, detail: String::new() }], contradicted }
    }

    /// Fixes in a.py, a.py and b.py; what is left as (path, confidence), and why the others are not.
    #[track_caller]
    fn check(proofs: &[Proof], kept: &[(&str, f64)], reasons: &[&str]) {
        let fixes = ["a.py", "a.py", "b.py"].map(fixed).to_vec();
        let results = FixResults { functions_fixed: fixes, ..FixResults::default() }.with_proofs(proofs);
        let left: Vec<_> =
            results.functions_fixed.iter().map(|f| (f.file_path.as_str(), f.confidence_score)).collect();
        assert_eq!(left, kept);
        let why: Vec<_> = results.rejected.iter().map(|fix| fix.reason.as_str()).collect();
        assert_eq!(why, reasons);
        assert_eq!(results.total_lines_changed, 2 * kept.len() as u64);
        let files: BTreeSet<_> = kept.iter().map(|(path, _)| path).collect();
        assert_eq!(results.files_modified, files.len() as u64);
    }

    #[test]
    fn proofs_weigh_and_reject() {
        use Rung::{RegressionTest, TestsNotWorse};
        let all = [("a.py", 0.8), ("a.py", 0.8), ("b.py", 0.8)];
        check(&[], &all, &[]);
        check(&[proof(7, RegressionTest, Some(true), false)], &all, &[]);
        check(&[proof(0, RegressionTest, None, false)], &all, &[]);
        check(
            &[proof(0, RegressionTest, Some(true), false), proof(2, TestsNotWorse, Some(true), false)],
            &[("a.py", 0.9), ("a.py", 0.8), ("b.py", 0.82)],
            &[],
        );
        check(
            &[proof(2, RegressionTest, Some(false), false), proof(1, TestsNotWorse, Some(false), false)],
            &[("a.py", 0.8), ("a.py", 0.8), ("b.py", 0.72)],
            &[],
        );
        check(
            &[proof(1, RegressionTest, Some(false), true)],
            &[("b.py", 0.8)],
            &["regression_test: of another fix in this file", "regression_test"],
        );
    }
}
