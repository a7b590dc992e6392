//! Fixes: templates that edit the code, and the ladder of proofs that each one climbs before it counts.
//!
//! Findings are looked up again in the tree by their fingerprint, one file at a time and from its end, each fix on top of
//! those before it. Invariant: `files` holds only what passed every rung that is tried here, nothing outside the edits
//! changes, and a second run over the fixed tree changes nothing.

mod edit;
mod hash;
mod ladder;
mod propose;
mod rename;
mod sql;
mod yaml;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use quartet_domain::results::{AnalysisResults, FixResults, FunctionFixed, RejectedFix, RungOutcome};

use crate::analyze::finding::Finding;
use crate::analyze::{detect, mask_text};
use crate::tree::Tree;

use ladder::Attempt;
use propose::{Project, Proposal, Refused};

/// Below it a finding may be none, and "no template" would be noise.
const WORTH_ADVICE: f64 = 0.5;
/// Most fixes that one file is tried on: more would be a rewrite that nobody reviews.
const MAX_ATTEMPTS: usize = 50;
/// Each attempt reads the file a few times over; a large file gets fewer.
const MAX_ATTEMPTED_BYTES: usize = 10_000_000;

pub struct Fixes {
    /// `duration`, `commit_sha`, `commit_message` and the last two rungs are the caller's to fill in.
    pub results: FixResults,
    /// Changed files, whole.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Fixes what has a template among the findings of `tree`.
pub fn fix(tree: &Tree, found: &AnalysisResults) -> Fixes {
    let project = Project::of(tree);
    let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for finding in &found.vulnerabilities {
        wanted.entry(&finding.file_path).or_default().insert(&finding.fingerprint);
    }
    let mut results = FixResults { success: true, ..FixResults::default() };
    let mut files = BTreeMap::new();
    for (path, fingerprints) in wanted {
        let Some(source) = tree.get(path).and_then(|bytes| str::from_utf8(bytes).ok()) else { continue };
        let mut file = File { path, source: source.to_owned(), fixed: Vec::new(), rejected: Vec::new() };
        file.fix(&fingerprints, &project);
        if !file.fixed.is_empty() {
            files.insert(path.to_owned(), file.source.into_bytes());
        }
        // They were found from the end.
        results.functions_fixed.extend(file.fixed.into_iter().rev());
        results.rejected.extend(file.rejected.into_iter().rev());
    }
    results.files_modified = files.len() as u64;
    results.total_lines_changed = results.functions_fixed.iter().map(|fixed| fixed.lines_changed).sum();
    results.fix_confidence_average = mean_confidence(&results.functions_fixed);
    Fixes { results, files }
}

/// One file on its way.
struct File<'a> {
    path: &'a str,
    /// With the fixes so far.
    source: String,
    fixed: Vec<FunctionFixed>,
    rejected: Vec<RejectedFix>,
}

impl File<'_> {
    fn fix(&mut self, fingerprints: &BTreeSet<&str>, project: &Project) {
        let mut before = detect::file(self.path, self.source.as_bytes()).found;
        let mut order: Vec<(usize, String)> = before
            .iter()
            .filter(|finding| fingerprints.contains(finding.fingerprint.as_str()))
            .map(|finding| (finding.range.start, finding.fingerprint.clone()))
            .collect();
        order.sort();
        let mut attempts = MAX_ATTEMPTS.min(MAX_ATTEMPTED_BYTES / self.source.len().max(1));
        for (_, fingerprint) in order.into_iter().rev() {
            // A fix before this one may have removed it too.
            let Some(finding) = before.iter().find(|finding| finding.fingerprint == fingerprint) else {
                continue;
            };
            if finding.about.fix.is_some() {
                if attempts == 0 {
                    self.reject(finding, "too many fixes in this file", Vec::new());
                    continue;
                }
                attempts -= 1;
            }
            match propose::propose(self.path, &self.source, finding, project) {
                Ok(proposal) => {
                    let fixed = self.fixed.len();
                    self.try_out(finding, &before, &proposal, project);
                    if self.fixed.len() > fixed {
                        before = detect::file(self.path, self.source.as_bytes()).found;
                    }
                }
                Err(Refused::NoTemplate) if finding.confidence < WORTH_ADVICE => {}
                Err(refused) => self.reject(finding, &refused.to_string(), Vec::new()),
            }
        }
    }

    fn try_out(&mut self, finding: &Finding, before: &[Finding], proposal: &Proposal, project: &Project) {
        let after = edit::apply(&self.source, &proposal.edits);
        let diff = edit::diff(self.path, &self.source, &after);
        let attempt = Attempt {
            path: self.path,
            source: &self.source,
            finding,
            before,
            proposal,
            after: &after,
            diff: &diff,
            project,
        };
        let verification = ladder::climb(&attempt);
        let failed = verification.iter().find(|outcome| outcome.passed == Some(false));
        if let Some(failed) = failed {
            let rung = serde_json::to_value(failed.rung).ok();
            let name = rung.as_ref().and_then(|rung| rung.as_str()).unwrap_or("unknown").to_owned();
            self.reject(finding, &name, verification);
            return;
        }
        self.fixed.push(FunctionFixed {
            function_name: finding.function.clone(),
            file_path: self.path.to_owned(),
            fix_type: proposal.fix_type.to_owned(),
            description: proposal.description.clone(),
            confidence_score: proposal.confidence,
            lines_changed: diff.lines_changed,
            line_number: finding.line,
            fingerprint: finding.fingerprint.clone(),
            rule_id: finding.about.id.clone(),
            // What is committed is whole; what people and logs are shown is not.
            diff: mask_text(&diff.text),
            verification,
        });
        self.source = after;
    }

    fn reject(&mut self, finding: &Finding, reason: &str, verification: Vec<RungOutcome>) {
        self.rejected.push(RejectedFix {
            file_path: self.path.to_owned(),
            line_number: finding.line,
            rule_id: finding.about.id.clone(),
            fingerprint: finding.fingerprint.clone(),
            reason: reason.to_owned(),
            verification,
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "far fewer fixes than 2^52")]
fn mean_confidence(fixed: &[FunctionFixed]) -> f64 {
    if fixed.is_empty() {
        return 0.0;
    }
    let sum: f64 = fixed.iter().map(|fixed| fixed.confidence_score).sum();
    (sum / fixed.len() as f64 * 1000.0).round() / 1000.0
}
