//! The data flow engine's findings among those of the other detectors.
//!
//! Where both speak of one place, the flow's evidence counts (its confidence, its steps, its way) and the pattern's
//! node stays. Where a pattern alone speaks and the flow engine came by and found the value harmless, the finding goes;
//! what the flow engine did not recognise stays as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use quartet_domain::results::Vulnerability;

use super::finding::Finding;
use crate::flow;
use crate::rules::{About, is_built_in};

/// Lines upward from a call's name in which the call may begin.
const CALL_LINES: u64 = 3;

/// Findings of one run by file.
#[derive(Default)]
pub(super) struct Flows {
    by_file: BTreeMap<String, Vec<flow::Hit>>,
    /// What users' rules add.
    own: BTreeMap<String, Vec<flow::Hit>>,
    judged: BTreeSet<(String, u64, String)>,
    reached: BTreeMap<String, flow::Lines>,
    pub(super) incomplete: Vec<String>,
}

impl Flows {
    pub(super) fn of(report: flow::Report) -> Self {
        Self {
            by_file: by_file(report.hits),
            own: by_file(report.own),
            judged: report.judged,
            reached: report.reached,
            incomplete: report.incomplete,
        }
    }

    /// Files with findings that were not joined yet.
    pub(super) fn paths(&self) -> Vec<String> {
        let paths: BTreeSet<&String> = self.by_file.keys().chain(self.own.keys()).collect();
        paths.into_iter().cloned().collect()
    }

    /// The findings of one file, patterns' and flows'. One weakness of one line is one finding, however many ways there
    /// are to see it: the surest speaks.
    pub(super) fn join(&mut self, path: &str, patterns: Vec<Finding>) -> Vec<Finding> {
        let mut hits = self.by_file.remove(path).unwrap_or_default();
        hits.sort_by(|a, b| b.vulnerability.confidence_score.total_cmp(&a.vulnerability.confidence_score));
        let mut joined = Vec::with_capacity(patterns.len() + hits.len());
        for mut pattern in patterns {
            let (same, others): (Vec<_>, Vec<_>) =
                hits.into_iter().partition(|hit| is_same(&pattern, &hit.vulnerability));
            hits = others;
            match same.into_iter().next() {
                Some(surest) => {
                    take_evidence(&mut pattern, surest);
                    joined.push(pattern);
                }
                None if self.is_judged(&pattern) || self.is_dead(&pattern) => {}
                None => joined.push(pattern),
            }
        }
        let mut spoken: BTreeSet<(u64, String)> = BTreeSet::new();
        hits.retain(|hit| spoken.insert((hit.vulnerability.line_number, hit.vulnerability.kind.clone())));
        joined.extend(hits.into_iter().map(into_finding));
        joined
    }

    /// What users' rules add to the findings of one file. A finding of ours that they have more evidence for is told with
    /// it; they take nothing back.
    pub(super) fn beside(&mut self, path: &str, found: &mut [Finding]) -> Vec<Finding> {
        let mut further = Vec::new();
        for hit in self.own.remove(path).unwrap_or_default() {
            let told = found
                .iter_mut()
                .find(|told| is_built_in(&hit.vulnerability.rule_id) && is_same(told, &hit.vulnerability));
            match told {
                Some(told) if hit.vulnerability.confidence_score > told.confidence => {
                    take_evidence(told, hit)
                }
                Some(_) => {}
                None => further.push(into_finding(hit)),
            }
        }
        further
    }

    /// A call that no path leads to. One over several lines is known by the first of them.
    fn is_dead(&self, pattern: &Finding) -> bool {
        let is_call = matches!(pattern.kind.as_str(), "call" | "call_expression");
        let near = pattern.line.saturating_sub(CALL_LINES)..=pattern.line;
        is_call
            && self.reached.get(&pattern.path).is_some_and(|lines| !near.clone().any(|line| lines.has(line)))
    }

    fn is_judged(&self, pattern: &Finding) -> bool {
        self.judged.contains(&(pattern.path.clone(), pattern.line, pattern.about.cwe.clone()))
    }
}

fn by_file(hits: Vec<flow::Hit>) -> BTreeMap<String, Vec<flow::Hit>> {
    let mut by_file: BTreeMap<String, Vec<flow::Hit>> = BTreeMap::new();
    for hit in hits {
        by_file.entry(hit.vulnerability.file_path.clone()).or_default().push(hit);
    }
    by_file
}

fn take_evidence(finding: &mut Finding, hit: flow::Hit) {
    finding.way = hit.way;
    finding.evidence = hit.evidence;
    finding.confidence = hit.vulnerability.confidence_score;
    finding.flow = hit.vulnerability.flow;
    finding.description = hit.vulnerability.description;
}

/// The same weakness in the same place. A call may span lines: a pattern names its own first one.
fn is_same(pattern: &Finding, hit: &Vulnerability) -> bool {
    let alike =
        pattern.about.cwe == hit.cwe || pattern.about.kind == hit.kind || pattern.about.id == hit.rule_id;
    alike && pattern.line == hit.line_number
}

fn into_finding(hit: flow::Hit) -> Finding {
    let found = hit.vulnerability;
    let (advice, link) = found.advice.rsplit_once(" See ").unwrap_or((&found.advice, ""));
    let about = About {
        id: found.rule_id,
        kind: found.kind,
        cwe: found.cwe,
        severity: found.severity,
        confidence: found.confidence_score,
        category: found.category,
        description: found.description.clone(),
        advice: advice.to_owned(),
        link: link.to_owned(),
    };
    Finding {
        about: Arc::new(about),
        path: found.file_path,
        line: found.line_number,
        function: found.function_name,
        function_range: hit.function,
        description: found.description,
        confidence: found.confidence_score,
        flow: found.flow,
        range: hit.range,
        kind: String::new(),
        sink: hit.sink,
        way: hit.way,
        evidence: hit.evidence,
        fingerprint: String::new(),
    }
}
