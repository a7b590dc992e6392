//! Analysis: a source tree in, findings out.
//!
//! Detectors look at parsed files and report [`finding::Finding`]s; everything after that (suppression, fingerprints, what
//! a change introduced, order, sums) is the same for all of them. Pattern rules are one detector; data flow is to be
//! the second. Invariant: the same tree gives the same bytes, and no input makes it hang or overflow its stack.

mod bind;
pub(crate) mod detect;
pub(crate) mod finding;
mod flows;
mod names;
mod outline;
mod patterns;
mod report;
mod scope;
mod suppress;
pub(crate) mod unit;
mod value;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use quartet_domain::results::AnalysisResults;

use crate::tree::Tree;

pub(crate) use names::is_logging;
pub(crate) use scope::Meaning;
pub(crate) use value::{Facts, Origin, Value};

/// What to analyse.
pub struct Request<'a> {
    pub tree: &'a Tree,
    /// The tree that the change is made to: findings that it has too were not introduced.
    pub base: Option<&'a Tree>,
    /// Paths whose findings are wanted; all when absent.
    pub changed: Option<&'a BTreeSet<String>>,
}

/// Every finding in the wanted files. `duration` is left for the caller, who has a clock.
pub fn analyze(request: &Request<'_>) -> AnalysisResults {
    let head = detect::run(request.tree, request.changed);
    let known: Option<BTreeSet<String>> = request.base.map(|base| {
        // Findings move between files of one change seldom enough that the same paths suffice.
        let paths: BTreeSet<String> = head.found.iter().map(|finding| finding.path.clone()).collect();
        detect::run(base, Some(&paths)).found.into_iter().map(|finding| finding.fingerprint).collect()
    });
    report::of(head, known.as_ref())
}

/// Named functions in the wanted files.
pub fn functions_discovered(tree: &Tree, changed: Option<&BTreeSet<String>>) -> u64 {
    let wanted = tree.iter().filter(|(path, _)| changed.is_none_or(|changed| changed.contains(*path)));
    let counts = wanted.map(|(path, bytes)| match unit::Unit::read(path, bytes) {
        Ok(Some(unit)) => outline::Outline::of(&unit)
            .map_or(0, |outline| scope::Scopes::of(&unit, &outline).count_functions() as u64),
        Ok(None) | Err(_) => 0,
    });
    counts.sum()
}
