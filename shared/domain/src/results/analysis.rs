//! The Analyze agent's part: findings, their weight and what to do.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SkippedFile;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnalysisResults {
    pub success: bool,
    /// Seconds.
    pub duration: f64,
    pub files_analyzed: u64,
    /// The length of `vulnerabilities`.
    pub total_issues: u64,
    /// Sorted by path, line, rule.
    pub vulnerabilities: Vec<Vulnerability>,
    /// Counts by severity; their sum is `total_issues`.
    pub severity_breakdown: SeverityBreakdown,
    pub overall_risk_level: RiskLevel,
    /// Mean confidence of the findings, 0 to 1; 1 when there is none. (The name is the contract's; no model is needed.)
    pub ai_confidence_score: f64,
    /// One sentence for each kind of finding, worst first.
    pub recommendations: Vec<String>,
    /// Findings that a comment in the code suppresses.
    #[serde(default)]
    pub suppressed_issues: u64,
    /// The same by rule; their sum is `suppressed_issues`.
    #[serde(default)]
    pub suppressed_by_rule: BTreeMap<String, u64>,
    /// Files or functions whose analysis stopped at its work limit, and rules and comments that have no effect, with the
    /// reason; their findings may be incomplete.
    #[serde(default)]
    pub incomplete: Vec<String>,
    /// Source files that were not analysed, and why.
    #[serde(default)]
    pub files_skipped: Vec<SkippedFile>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Vulnerability {
    /// The weakness in words, as `SQL Injection`.
    #[serde(rename = "type")]
    pub kind: String,
    pub description: String,
    pub severity: Severity,
    pub file_path: String,
    /// From 1.
    pub line_number: u64,
    /// 0 to 1.
    pub confidence_score: f64,
    /// `security`, `secret` or `quality`.
    pub category: String,
    /// As `CWE-89`.
    #[serde(default)]
    pub cwe: String,
    /// As `python.sql-injection`.
    #[serde(default)]
    pub rule_id: String,
    /// Stays the same when lines move; hex.
    #[serde(default)]
    pub fingerprint: String,
    /// The function that holds the finding; empty at the top of a file.
    #[serde(default)]
    pub function_name: String,
    /// From the source to the sink; empty for a pattern.
    #[serde(default)]
    pub flow: Vec<FlowStep>,
    /// Whether this pull request brought it; absent where there is nothing to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduced: Option<bool>,
    /// What to do, in one sentence.
    #[serde(default)]
    pub advice: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FlowStep {
    pub file_path: String,
    pub line_number: u64,
    /// What happens there, as `read from request.args`.
    pub what: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeverityBreakdown {
    pub critical: u64,
    pub high: u64,
    pub medium: u64,
    pub low: u64,
}

/// The worst severity among findings of confidence 0.5 or more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum RiskLevel {
    #[default]
    None,
    Low,
    Medium,
    High,
    Critical,
}

impl SeverityBreakdown {
    pub fn of<'a>(found: impl IntoIterator<Item = &'a Vulnerability>) -> Self {
        let mut counts = Self::default();
        for v in found {
            *match v.severity {
                Severity::Critical => &mut counts.critical,
                Severity::High => &mut counts.high,
                Severity::Medium => &mut counts.medium,
                Severity::Low => &mut counts.low,
            } += 1;
        }
        counts
    }

    pub fn total(&self) -> u64 {
        self.critical + self.high + self.medium + self.low
    }
}

impl RiskLevel {
    pub fn of<'a>(found: impl IntoIterator<Item = &'a Vulnerability>) -> Self {
        let worst = found.into_iter().filter(|v| v.confidence_score >= 0.5).map(|v| v.severity).max();
        match worst {
            None => Self::None,
            Some(Severity::Low) => Self::Low,
            Some(Severity::Medium) => Self::Medium,
            Some(Severity::High) => Self::High,
            Some(Severity::Critical) => Self::Critical,
        }
    }
}
