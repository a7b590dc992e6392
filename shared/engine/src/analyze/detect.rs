//! Runs the detectors over a tree and sees to what is common to their findings.

use std::collections::BTreeSet;

use quartet_domain::results::SkippedFile;

use super::finding::{Finding, identify};
use super::flows::Flows;
use super::patterns::{OwnPatterns, Patterns};
use super::suppress::{self, Suppressed};
use super::unit::Unit;
use super::value::Facts;
use super::{secrets, skip};
use crate::rules::OwnRules;
use crate::text;
use crate::tree::Tree;

/// Most findings of one file that are listed; a file with more is generated, or made to flood.
const MAX_FINDINGS_PER_FILE: usize = 200;
/// Most of them that users' own rules make.
const MAX_OWN_FINDINGS_PER_FILE: usize = 50;

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
    pub(crate) suppressed: Vec<Suppressed>,
    pub(crate) files: u64,
    /// Files that were not finished, with the reason.
    pub(crate) incomplete: Vec<String>,
    /// Source files that were left out, with the reason.
    pub(crate) skipped: Vec<SkippedFile>,
}

/// What one run knows beyond a file.
struct Run<'r> {
    flows: Flows,
    own: &'r OwnRules,
}

pub(crate) fn run(tree: &Tree, wanted: Option<&BTreeSet<String>>, own: &OwnRules) -> Detected {
    let mut all = Detected::default();
    let mut run = Run { flows: Flows::of(tree, wanted), own };
    for (path, bytes) in tree.iter().filter(|(path, _)| wanted.is_none_or(|wanted| wanted.contains(*path))) {
        all.add(one(path, bytes, &mut run));
    }
    for path in run.flows.paths() {
        if let Some(bytes) = tree.get(&path) {
            all.nearby.extend(one(&path, bytes, &mut run).found);
        }
    }
    all.incomplete.append(&mut run.flows.incomplete);
    all.sort();
    all
}

/// One file alone.
pub(crate) fn file(path: &str, bytes: &[u8]) -> Detected {
    let tree: Tree = [(path, bytes)].into_iter().collect();
    run(&tree, None, &OwnRules::default())
}

fn one(path: &str, bytes: &[u8], run: &mut Run<'_>) -> Detected {
    let mut all = Detected::default();
    let mut found = Vec::new();
    if let Some(reason) = skip::reason(path, bytes) {
        all.skip(path, reason);
    } else {
        match Unit::parse(path, bytes) {
            Ok(Some(unit)) => {
                all.files = 1;
                found = in_code(&unit, run, &mut all.incomplete);
            }
            Ok(None) => {}
            Err(unread) => all.skip(path, &unread.to_string()),
        }
    }
    let unlisted = found.len().saturating_sub(MAX_FINDINGS_PER_FILE);
    if unlisted > 0 {
        found.truncate(MAX_FINDINGS_PER_FILE);
        all.incomplete.push(format!("{path}: {unlisted} more findings are not listed"));
    }
    match secrets::reads(path, bytes) {
        Ok(true) => {
            let is_new = |secret: &Finding| {
                !found.iter().any(|f| f.line == secret.line && f.about.cwe == secret.about.cwe)
            };
            let secrets: Vec<Finding> = secrets::detect(path, bytes).into_iter().filter(is_new).collect();
            found.extend(secrets);
        }
        Ok(false) => {}
        Err(reason) if all.skipped.is_empty() => all.skip(path, reason),
        Err(_) => {}
    }
    if all.files == 0 && found.is_empty() {
        return all;
    }
    let source = text::decode(bytes).unwrap_or_default();
    let sorted = suppress::apply(&source, found);
    let unreasoned = sorted.without_reason.iter();
    all.incomplete.extend(
        unreasoned.map(|line| format!("{path}:{line}: `quartet: ignore` has no effect without a reason")),
    );
    (all.found, all.suppressed) = (sorted.found, sorted.suppressed);
    identify(&mut all.found);
    all
}

/// What the detectors of code find in it.
fn in_code(unit: &Unit, run: &mut Run<'_>, incomplete: &mut Vec<String>) -> Vec<Finding> {
    let path = &unit.path;
    let facts = Facts::of(unit);
    let detectors: [&dyn Detector; 1] = [&Patterns];
    let found = merge(detectors.iter().flat_map(|detector| detector.detect(&facts)).collect());
    let mut found = run.flows.join(path, found);
    // Beside ours, never in their place.
    let own = OwnPatterns::new(run.own);
    let mut theirs = merge(own.detect(&facts));
    theirs.truncate(MAX_OWN_FINDINGS_PER_FILE);
    found.extend(theirs);
    if own.is_out_of_fuel() {
        incomplete.push(format!("{path}: your own rules look at too much to be finished"));
    }
    if facts.is_out_of_fuel() {
        incomplete.push(format!("{path}: too many expressions to follow"));
    }
    found
}

impl Detected {
    pub(crate) fn sort(&mut self) {
        self.found.sort_by(|a, b| (&a.path, a.line, &a.about.id).cmp(&(&b.path, b.line, &b.about.id)));
    }

    fn add(&mut self, other: Self) {
        self.found.extend(other.found);
        self.suppressed.extend(other.suppressed);
        self.files += other.files;
        self.incomplete.extend(other.incomplete);
        self.skipped.extend(other.skipped);
    }

    fn skip(&mut self, path: &str, reason: &str) {
        self.skipped.push(SkippedFile { file_path: path.to_owned(), reason: reason.to_owned() });
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
