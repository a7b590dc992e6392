//! Analysis: a source tree in, findings out.
//!
//! Patterns, data flow and the search for secrets report [`finding::Finding`]s; everything after that (suppression,
//! fingerprints, what a change introduced, order, sums) is the same for all of them. Invariant: the same tree gives the
//! same bytes, and no input makes it hang or overflow its stack.

mod bind;
mod call;
pub(crate) mod detect;
mod field;
pub(crate) mod finding;
pub(crate) mod flat;
mod flows;
mod names;
pub(crate) mod outline;
mod patterns;
mod question;
mod report;
mod scope;
pub(crate) mod secrets;
mod skip;
mod suppress;
pub(crate) mod unit;
mod value;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use quartet_domain::results::{AnalysisResults, Vulnerability};

use crate::language::Language;
use crate::rules::OwnRules;
use crate::tree::Tree;

pub(crate) use names::is_logging;
pub(crate) use scope::{Meaning, Parameter};
pub(crate) use secrets::mask_text;
pub(crate) use value::{Facts, Origin, Value};

/// What to analyse.
pub struct Request<'a> {
    pub tree: &'a Tree,
    /// The tree that the change is made to: findings that it has too were not introduced.
    pub base: Option<&'a Tree>,
    /// Paths that were changed; all when absent. Their findings are wanted, and those of other files that the change
    /// had a part in.
    pub changed: Option<&'a BTreeSet<String>>,
}

/// What an analysis says, with what the payload leaves out.
pub struct Survey {
    pub results: AnalysisResults,
    /// Findings that a comment takes back, with its reason.
    pub suppressed: Vec<(Vulnerability, String)>,
    /// Why not all of the further rules could be used, file by file; `results` have it among what was not finished.
    pub unusable_rules: Vec<String>,
}

/// Whether an analysis looks at a file with these first bytes: at source code, and for secrets at any text.
pub fn reads(path: &str, head: &[u8]) -> bool {
    Language::of_path(path).is_some() || secrets::is_text(head)
}

/// Every finding in the wanted files and, by the change, in the files that call them or that they call: a flow that
/// leads through a changed file, or one that the base tree does not have. `duration` is left for the caller, who has a clock.
pub fn analyze(request: &Request<'_>) -> AnalysisResults {
    survey(request, &Tree::new()).results
}

/// The same with further rules: every `.yml` of `rules`.
pub fn survey(request: &Request<'_>, rules: &Tree) -> Survey {
    let own = OwnRules::read(request.tree, rules);
    let mut head = detect::run(request.tree, request.changed, &own);
    head.incomplete.extend(own.rejected.iter().chain(&own.unusable).cloned());
    let known: Option<report::Known> = request.base.map(|base| {
        // Findings move between files of one change seldom enough that the same paths suffice.
        let found = head.found.iter().chain(&head.nearby);
        let mut paths: BTreeSet<String> = found.map(|finding| finding.path.clone()).collect();
        paths.extend(request.changed.into_iter().flatten().cloned());
        let before = detect::run(base, Some(&paths), &own);
        before.found.into_iter().chain(before.nearby).map(|f| (f.fingerprint, f.confidence)).collect()
    });
    if let Some(changed) = request.changed {
        let nearby = std::mem::take(&mut head.nearby);
        head.found.extend(nearby.into_iter().filter(|f| report::concerns(f, changed, known.as_ref())));
        head.sort();
    }
    head.limit();
    let taken_back = std::mem::take(&mut head.suppressed);
    let mut results = report::of(head, known.as_ref());
    report::count_suppressed(&mut results, &taken_back);
    let suppressed =
        taken_back.into_iter().map(|one| (one.finding.into_vulnerability(None), one.reason)).collect();
    Survey { results, suppressed, unusable_rules: own.unusable }
}
