//! Runs the detectors over a tree and sees to what is common to their findings.

use std::collections::BTreeSet;

use super::finding::{Finding, identify};
use super::flows::Flows;
use super::patterns::Patterns;
use super::suppress;
use super::unit::Unit;
use super::value::Facts;
use crate::tree::Tree;

/// Most findings of one file that are listed; a file with more is generated, or made to flood.
const MAX_FINDINGS_PER_FILE: usize = 200;

/// Something that finds weaknesses in one parsed file. Pattern rules are one; data flow, which will also want summaries
/// of other files, comes second.
pub(crate) trait Detector {
    fn detect(&self, facts: &Facts<'_>) -> Vec<Finding>;
}

#[derive(Default)]
pub(crate) struct Detected {
    /// Sorted by path, line, rule.
    pub(crate) found: Vec<Finding>,
    /// Findings of files that are not wanted themselves, but call what is in wanted ones or are called from there.
    pub(crate) nearby: Vec<Finding>,
    pub(crate) suppressed: u64,
    pub(crate) files: u64,
    /// Files that were left out or not finished, with the reason.
    pub(crate) incomplete: Vec<String>,
}

pub(crate) fn run(tree: &Tree, wanted: Option<&BTreeSet<String>>) -> Detected {
    let mut all = Detected::default();
    let mut flows = Flows::of(tree, wanted);
    for (path, bytes) in tree.iter().filter(|(path, _)| wanted.is_none_or(|wanted| wanted.contains(*path))) {
        all.add(one(path, bytes, &mut flows));
    }
    for path in flows.paths() {
        if let Some(bytes) = tree.get(&path) {
            all.nearby.extend(one(&path, bytes, &mut flows).found);
        }
    }
    all.incomplete.append(&mut flows.incomplete);
    all.sort();
    all
}

/// One file alone.
#[cfg(test)]
pub(crate) fn file(path: &str, bytes: &[u8]) -> Detected {
    let tree: Tree = [(path, bytes)].into_iter().collect();
    let mut flows = Flows::of(&tree, None);
    let mut all = one(path, bytes, &mut flows);
    all.incomplete.append(&mut flows.incomplete);
    all
}

fn one(path: &str, bytes: &[u8], flows: &mut Flows) -> Detected {
    let unit = match Unit::parse(path, bytes) {
        Ok(Some(unit)) => unit,
        Ok(None) => return Detected::default(),
        Err(unread) => {
            return Detected { incomplete: vec![format!("{path}: {unread}")], ..Detected::default() };
        }
    };
    let facts = Facts::of(&unit);
    let detectors: [&dyn Detector; 1] = [&Patterns];
    let found = merge(detectors.iter().flat_map(|detector| detector.detect(&facts)).collect());
    let found = flows.join(path, found);
    let (mut found, suppressed) = suppress::apply(unit.source(), found);
    identify(&mut found);
    let mut incomplete = Vec::new();
    if facts.is_out_of_fuel() {
        incomplete.push(format!("{path}: too many expressions to follow"));
    }
    let unlisted = found.len().saturating_sub(MAX_FINDINGS_PER_FILE);
    if unlisted > 0 {
        found.truncate(MAX_FINDINGS_PER_FILE);
        incomplete.push(format!("{path}: {unlisted} more findings are not listed"));
    }
    Detected { found, nearby: Vec::new(), suppressed, files: 1, incomplete }
}

impl Detected {
    pub(crate) fn sort(&mut self) {
        self.found.sort_by(|a, b| (&a.path, a.line, &a.about.id).cmp(&(&b.path, b.line, &b.about.id)));
    }

    fn add(&mut self, other: Self) {
        self.found.extend(other.found);
        self.suppressed += other.suppressed;
        self.files += other.files;
        self.incomplete.extend(other.incomplete);
    }
}

/// One finding for each weakness of each sink: the surest, whoever found it.
fn merge(mut found: Vec<Finding>) -> Vec<Finding> {
    found.sort_by(|a, b| {
        (a.line, &a.about.cwe, a.range.start, a.range.end)
            .cmp(&(b.line, &b.about.cwe, b.range.start, b.range.end))
            .then(b.confidence.total_cmp(&a.confidence))
            .then(a.about.id.cmp(&b.about.id))
    });
    found.dedup_by(|next, kept| {
        let same = next.line == kept.line
            && next.about.cwe == kept.about.cwe
            && (next.range == kept.range || next.about.id == kept.about.id && overlap(next, kept));
        if same && next.confidence > kept.confidence {
            std::mem::swap(next, kept);
        }
        same
    });
    found
}

fn overlap(a: &Finding, b: &Finding) -> bool {
    a.range.start < b.range.end && b.range.start < a.range.end
}
