//! How sure a verified fix is: the share of its template's fixes that were verified, and the evidence of this one.
//!
//! The weights are sums of log odds; `README.md` lists them with the measured shares.

use super::place::Doubt;
use crate::analyze::finding::Finding;
use crate::language::Family;

/// Lines, added and removed, from which on a change takes longer to review than it should.
const LONG: u64 = 10;

pub(super) fn of(finding: &Finding, family: Family, doubt: Doubt, lines: u64) -> f64 {
    let prior = prior(finding.about.cwe.strip_prefix("CWE-").unwrap_or_default(), family);
    let evidence = finding.evidence;
    let mut score = f64::ln(prior / (1.0 - prior));
    let weights = [
        (!evidence.guess, 0.3),
        (doubt.changes_meaning, -1.6),
        (evidence.weak, -0.6),
        (evidence.near_error, -1.0),
        (lines > LONG, -0.5),
    ];
    score += weights.iter().filter(|(holds, _)| *holds).map(|(_, weight)| weight).sum::<f64>();
    score -= 0.35 * f64::from(doubt.inferred);
    let value = 1.0 / (1.0 + f64::exp(-score));
    (value.clamp(0.05, 0.97) * 100.0).round() / 100.0
}

/// (verified + 1) / (tried + 2), at most 0.97, over the attempts on labelled Python code; 0.8 where there were none or few.
fn prior(cwe: &str, family: Family) -> f64 {
    match (family, cwe) {
        (Family::Python, "22" | "79" | "328" | "330" | "643") => 0.97,
        (Family::Python, "614" | "798") => 0.92,
        (Family::Python, "90" | "295" | "601" | "611") => 0.9,
        (Family::Python, "78" | "502") => 0.85,
        (Family::Python | Family::JavaScript, _) => 0.8,
    }
}
