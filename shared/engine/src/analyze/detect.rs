//! Runs the detectors over a tree and sees to what is common to their findings.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Finding, identify};
use super::flows::Flows;
use super::outline::Outline;
use super::patterns::Patterns;
use super::suppress;
use super::unit::{Unit, Unread};
use super::value::Facts;
use crate::flow;
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
    pub(crate) suppressed: u64,
    pub(crate) files: u64,
    /// Files that were left out or not finished, with the reason.
    pub(crate) incomplete: Vec<String>,
}

/// What is known of a file before the flows of the whole tree are.
struct Inspected {
    found: Vec<Finding>,
    incomplete: Vec<String>,
    is_source: bool,
}

pub(crate) fn run(tree: &Tree, wanted: Option<&BTreeSet<String>>) -> Detected {
    let is_wanted = |path: &str| wanted.is_none_or(|wanted| wanted.contains(path));
    let mut inspected: BTreeMap<String, Inspected> = BTreeMap::new();
    // The flow engine opens files in an order of its own; what it parses is looked at on the spot, and then freed.
    let report = flow::run(tree, wanted, &mut |path, unit| {
        if is_wanted(path) {
            inspected.insert(path.to_owned(), inspect(path, unit));
        }
    });
    let mut flows = Flows::of(report);
    let mut all = Detected::default();
    for (path, bytes) in tree.iter().filter(|(path, _)| is_wanted(path)) {
        let inspected = inspected.remove(path).unwrap_or_else(|| {
            let unit = Unit::read(path, bytes);
            inspect(path, unit.as_ref().map(Option::as_ref).map_err(|unread| *unread))
        });
        if inspected.is_source || !inspected.incomplete.is_empty() {
            all.add(one(path, bytes, inspected, &mut flows));
        }
    }
    all.incomplete.append(&mut flows.incomplete);
    all.found.sort_by(|a, b| (&a.path, a.line, &a.about.id).cmp(&(&b.path, b.line, &b.about.id)));
    all
}

/// One file alone.
pub(crate) fn file(path: &str, bytes: &[u8]) -> Detected {
    run(&[(path, bytes)].into_iter().collect(), None)
}

fn inspect(path: &str, unit: Result<Option<&Unit>, Unread>) -> Inspected {
    let unread = |why: Unread| Inspected {
        found: Vec::new(),
        incomplete: vec![format!("{path}: {why}")],
        is_source: false,
    };
    let unit = match unit {
        Ok(Some(unit)) => unit,
        Ok(None) => return Inspected { found: Vec::new(), incomplete: Vec::new(), is_source: false },
        Err(why) => return unread(why),
    };
    let Some(outline) = Outline::of(unit) else {
        return unread(Unread::TooDeep);
    };
    let facts = Facts::with(unit, outline);
    let detectors: [&dyn Detector; 1] = [&Patterns];
    let found = merge(detectors.iter().flat_map(|detector| detector.detect(&facts)).collect());
    let dry = facts.is_out_of_fuel().then(|| format!("{path}: too many expressions to follow"));
    Inspected { found, incomplete: dry.into_iter().collect(), is_source: true }
}

fn one(path: &str, bytes: &[u8], inspected: Inspected, flows: &mut Flows) -> Detected {
    let Inspected { found, mut incomplete, is_source } = inspected;
    if !is_source {
        return Detected { incomplete, ..Detected::default() };
    }
    let found = flows.join(path, found);
    let (mut found, suppressed) = suppress::apply(str::from_utf8(bytes).unwrap_or_default(), found);
    identify(&mut found);
    let unlisted = found.len().saturating_sub(MAX_FINDINGS_PER_FILE);
    if unlisted > 0 {
        found.truncate(MAX_FINDINGS_PER_FILE);
        incomplete.push(format!("{path}: {unlisted} more findings are not listed"));
    }
    Detected { found, suppressed, files: 1, incomplete }
}

impl Detected {
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
