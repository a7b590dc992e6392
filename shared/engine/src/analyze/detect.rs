//! Finds weaknesses in a tree, by patterns and by data flow, and sees to what is common to all findings.

use std::collections::{BTreeMap, BTreeSet};

use quartet_domain::results::SkippedFile;

use super::finding::{Finding, identify};
use super::flows::Flows;
use super::suppress::{self, Suppressed};
use super::unit::{Unit, Unread};
use super::value::Facts;
use super::{patterns, secrets, skip};
use crate::language::Language;
use crate::rules::OwnRules;
use crate::tree::Tree;
use crate::{flow, text};

/// Most findings of one file that are listed; a file with more is generated, or made to flood.
const MAX_FINDINGS_PER_FILE: usize = 200;
/// Most of them that users' own rules make.
const MAX_OWN_FINDINGS_PER_FILE: usize = 50;
/// Most findings of one run that are listed, some 5 MB: nobody reads more, and each receiver of the results is sent them.
const MAX_FINDINGS: usize = 5_000;

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

/// What is known of a file before the flows of the whole tree are.
enum Inspected {
    Source {
        found: Vec<Finding>,
        /// What users' own rules find.
        theirs: Vec<Finding>,
        incomplete: Vec<String>,
    },
    NotSource,
    /// Nobody here wrote it, for this reason.
    LeftOut(&'static str),
    Unread(Unread),
}

pub(crate) fn run(tree: &Tree, wanted: Option<&BTreeSet<String>>, own: &OwnRules) -> Detected {
    let is_wanted = |path: &str| wanted.is_none_or(|wanted| wanted.contains(path));
    let left_out: BTreeMap<&str, &'static str> =
        tree.iter().filter_map(|(path, bytes)| Some((path, skip::reason(path, bytes)?))).collect();
    let mut inspected: BTreeMap<String, Inspected> = BTreeMap::new();
    // The flow engine opens files in an order of its own; what it parses is looked at on the spot, and then freed.
    let is_whole = |path: &str| !left_out.contains_key(path);
    let report = flow::run(tree, wanted, &own.flows, &is_whole, &mut |path, parsed| {
        if is_wanted(path) && is_whole(path) {
            let code = match parsed {
                Ok(Some((unit, outline))) => inspect(path, &Facts::with(unit, outline), own),
                Ok(None) => Inspected::NotSource,
                Err(why) => Inspected::Unread(why),
            };
            inspected.insert(path.to_owned(), code);
        }
    });
    let mut flows = Flows::of(report);
    let mut all = Detected::default();
    for (path, bytes) in tree.iter().filter(|(path, _)| is_wanted(path)) {
        let code = match left_out.get(path) {
            Some(reason) => Inspected::LeftOut(reason),
            None => inspected.remove(path).unwrap_or_else(|| read(path, bytes, own)),
        };
        all.add(one(path, bytes, code, &mut flows));
    }
    for path in flows.paths() {
        if let Some(bytes) = tree.get(&path).filter(|_| is_whole(&path)) {
            let code = read(&path, bytes, own);
            all.nearby.extend(one(&path, bytes, code, &mut flows).found);
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
    run(&tree, None, &OwnRules::default())
}

/// A file that the flow engine has no language for, or did not come by.
fn read(path: &str, bytes: &[u8], own: &OwnRules) -> Inspected {
    match Unit::read(path, bytes) {
        Ok(Some(unit)) => match Facts::of(&unit) {
            Some(facts) => inspect(path, &facts, own),
            None => Inspected::Unread(Unread::TooDeep),
        },
        Ok(None) => Inspected::NotSource,
        Err(why) => Inspected::Unread(why),
    }
}

/// What the patterns find in a file.
fn inspect(path: &str, facts: &Facts<'_>, own: &OwnRules) -> Inspected {
    let found = merge(patterns::find(facts));
    // Beside ours, never in their place.
    let theirs = patterns::find_own(facts, own);
    let is_own_complete = theirs.is_complete;
    let mut theirs = merge(theirs.found);
    theirs.truncate(MAX_OWN_FINDINGS_PER_FILE);
    let mut incomplete = Vec::new();
    if !is_own_complete {
        incomplete.push(format!("{path}: your own rules look at too much to be finished"));
    }
    if facts.is_out_of_fuel() {
        incomplete.push(format!("{path}: too many expressions to follow"));
    }
    Inspected::Source { found, theirs, incomplete }
}

fn one(path: &str, bytes: &[u8], code: Inspected, flows: &mut Flows) -> Detected {
    let mut all = Detected::default();
    let mut found = Vec::new();
    match code {
        Inspected::Source { found: patterns, mut theirs, incomplete } => {
            all.files = 1;
            all.incomplete = incomplete;
            found = flows.join(path, patterns);
            theirs.extend(flows.beside(path, &mut found));
            theirs.truncate(MAX_OWN_FINDINGS_PER_FILE);
            found.extend(theirs);
        }
        Inspected::NotSource => {}
        Inspected::LeftOut(reason) => all.skip(path, reason),
        Inspected::Unread(why) => all.skip(path, &why.to_string()),
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
    let source = text::decode(bytes, Language::of_path(path)).unwrap_or_default();
    let sorted = suppress::apply(&source, found);
    let unreasoned = sorted.without_reason.iter();
    all.incomplete.extend(
        unreasoned.map(|line| format!("{path}:{line}: `quartet: ignore` has no effect without a reason")),
    );
    (all.found, all.suppressed) = (sorted.found, sorted.suppressed);
    identify(&mut all.found);
    all
}

impl Detected {
    pub(crate) fn sort(&mut self) {
        self.found.sort_by(|a, b| (&a.path, a.line, &a.about.id).cmp(&(&b.path, b.line, &b.about.id)));
    }

    /// Leaves no more than can be listed: the worst, and of equals the surest.
    pub(crate) fn limit(&mut self) {
        let unlisted = self.found.len().saturating_sub(MAX_FINDINGS);
        if unlisted > 0 {
            self.found.sort_by(|a, b| {
                b.about.severity.cmp(&a.about.severity).then(b.confidence.total_cmp(&a.confidence))
            });
            self.found.truncate(MAX_FINDINGS);
            self.sort();
            self.incomplete.push(format!("{unlisted} more findings, no worse ones, are not listed"));
        }
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
