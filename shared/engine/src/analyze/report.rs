//! Findings as the payload wants them: sums, risk, recommendations.

use std::collections::{BTreeMap, BTreeSet};

use quartet_domain::results::{AnalysisResults, RiskLevel, SeverityBreakdown, Vulnerability};

use super::detect::Detected;
use super::finding::Finding;
use super::suppress::Suppressed;

/// Confidence from which on a finding counts as one.
const SURE: f64 = 0.5;

/// The findings of the tree that the change is made to: fingerprint and confidence.
pub(super) type Known = BTreeMap<String, f64>;

/// Not there before, or there as a mere possibility that the change made real.
fn is_new(finding: &Finding, known: &Known) -> bool {
    known.get(&finding.fingerprint).is_none_or(|before| *before < SURE && finding.confidence >= SURE)
}

/// Whether the change had a part in a finding of a file that it left alone.
pub(super) fn concerns(finding: &Finding, changed: &BTreeSet<String>, known: Option<&Known>) -> bool {
    let leads_through = finding.flow.iter().any(|step| changed.contains(&step.file_path));
    leads_through || known.is_some_and(|known| is_new(finding, known))
}

pub(super) fn of(head: Detected, known: Option<&Known>) -> AnalysisResults {
    let vulnerabilities: Vec<Vulnerability> = head
        .found
        .into_iter()
        .map(|finding| {
            let introduced = known.map(|known| is_new(&finding, known));
            finding.into_vulnerability(introduced)
        })
        .collect();
    AnalysisResults {
        success: true,
        duration: 0.0,
        files_analyzed: head.files,
        total_issues: vulnerabilities.len() as u64,
        severity_breakdown: SeverityBreakdown::of(&vulnerabilities),
        overall_risk_level: RiskLevel::of(&vulnerabilities),
        ai_confidence_score: mean_confidence(&vulnerabilities),
        recommendations: recommendations(&vulnerabilities),
        vulnerabilities,
        suppressed_issues: 0,
        suppressed_by_rule: BTreeMap::new(),
        incomplete: head.incomplete,
        files_skipped: head.skipped,
    }
}

pub(super) fn count_suppressed(results: &mut AnalysisResults, suppressed: &[Suppressed]) {
    results.suppressed_issues = suppressed.len() as u64;
    for one in suppressed {
        *results.suppressed_by_rule.entry(one.finding.about.id.clone()).or_default() += 1;
    }
}

#[expect(clippy::cast_precision_loss, reason = "far fewer findings than 2^52")]
fn mean_confidence(found: &[Vulnerability]) -> f64 {
    if found.is_empty() {
        return 1.0;
    }
    let sum: f64 = found.iter().map(|finding| finding.confidence_score).sum();
    (sum / found.len() as f64 * 1000.0).round() / 1000.0
}

/// One sentence for each kind of finding, worst first.
fn recommendations(found: &[Vulnerability]) -> Vec<String> {
    let mut order: Vec<&Vulnerability> = found.iter().collect();
    order.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then(b.confidence_score.total_cmp(&a.confidence_score))
            .then_with(|| a.rule_id.cmp(&b.rule_id))
    });
    let mut kinds = BTreeSet::new();
    let mut sentences = Vec::new();
    for finding in order {
        if kinds.insert(&finding.kind) {
            let advice = finding.advice.split(" See http").next().unwrap_or_default();
            sentences.push(format!("{}: {advice}", finding.kind));
        }
    }
    sentences
}
