//! Fixes: templates that edit the code, and the ladder of proofs that each one climbs before it counts.
//!
//! Findings are looked up again in the tree by their fingerprint, one file at a time and from its end, each fix on top of
//! those before it. Invariant: `files` holds only what passed every rung that is tried here, nothing outside the edits
//! changes, and a second run over the fixed tree changes nothing.

mod call;
mod command;
mod confidence;
mod context;
mod cookie;
mod edit;
mod enclose;
mod hash;
mod holes;
mod import;
mod ladder;
mod ldap;
mod markup;
mod number;
mod path;
mod place;
mod project;
mod propose;
mod random;
mod redirect;
mod rename;
mod secret;
mod sql;
mod temporary;
mod tls;
mod value;
mod xml;
mod xpath;
mod yaml;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use quartet_domain::results::{AnalysisResults, FixResults, FunctionFixed, RejectedFix, RungOutcome};

use crate::analyze::finding::Finding;
use crate::analyze::unit::Unit;
use crate::analyze::{Facts, mask_text};
use crate::language::{Family, Language};
use crate::text;
use crate::tree::Tree;

pub(crate) use edit::{Edit, apply};

use context::{Context, Imports};
use ladder::Attempt;
use place::{Proposal, Refused};
use project::Project;

/// Below it a finding may be none, and "no template" would be noise.
const WORTH_ADVICE: f64 = 0.5;
/// Most fixes that one file is tried on: more would be a rewrite that nobody reviews.
const MAX_ATTEMPTS: usize = 50;
/// Each attempt reads the file and its neighbours; a large file gets fewer.
const MAX_ATTEMPTED_BYTES: usize = 10_000_000;
/// The same for all files of a run.
const MAX_RUN_BYTES: usize = 100_000_000;

pub struct Fixes {
    /// `duration`, `commit_sha`, `commit_message` and the last two rungs are the caller's to fill in.
    pub results: FixResults,
    /// Changed files, whole.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Fixes what has a template among the findings of `tree`.
pub fn fix(tree: &Tree, found: &AnalysisResults) -> Fixes {
    let project = Project::of(tree);
    let imports = Imports::of(tree);
    let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for finding in &found.vulnerabilities {
        wanted.entry(&finding.file_path).or_default().insert(&finding.fingerprint);
    }
    let mut results = FixResults { success: true, ..FixResults::default() };
    let mut files = BTreeMap::new();
    let mut budget = MAX_RUN_BYTES;
    for (path, fingerprints) in wanted {
        let Some(language) = Language::of_path(path) else { continue };
        let Some(family) = language.family() else { continue };
        let Some(bytes) = tree.get(path) else { continue };
        let read = text::decode(bytes, Some(language)).filter(|read| read.as_bytes() == bytes);
        let Some(source) = read else {
            results.rejected.extend(of_another_encoding(path, found));
            continue;
        };
        let context = Context::of(tree, &imports, path);
        let attempts = MAX_ATTEMPTS.min(MAX_ATTEMPTED_BYTES.min(budget) / context.bytes().max(1));
        let mut file = File {
            path,
            family,
            project: &project,
            context: &context,
            source: source.into_owned(),
            secrets: Vec::new(),
            attempts,
            fixed: Vec::new(),
            rejected: Vec::new(),
        };
        file.fix(&fingerprints);
        // One look at what is there, and one for each attempt.
        budget = budget.saturating_sub((1 + attempts - file.attempts) * context.bytes());
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

/// A finding as the tree has it: fixes of the same file may move its code and change its fingerprint.
struct Asked {
    start: usize,
    line: u64,
    fingerprint: String,
}

/// One file on its way.
struct File<'a> {
    path: &'a str,
    family: Family,
    project: &'a Project,
    context: &'a Context<'a>,
    /// With the fixes so far.
    source: String,
    /// Texts that no result may show.
    secrets: Vec<String>,
    /// How many fixes may still be tried.
    attempts: usize,
    fixed: Vec<FunctionFixed>,
    rejected: Vec<RejectedFix>,
}

impl File<'_> {
    fn fix(&mut self, fingerprints: &BTreeSet<&str>) {
        let mut before = self.context.detect(&self.source);
        self.secrets = self.secrets_in(&before);
        let mut order: Vec<Asked> = before
            .iter()
            .filter(|finding| {
                finding.path == self.path && fingerprints.contains(finding.fingerprint.as_str())
            })
            .map(|finding| Asked {
                start: finding.range.start,
                line: finding.line,
                fingerprint: finding.fingerprint.clone(),
            })
            .collect();
        order.sort_by(|a, b| (b.start, &b.fingerprint).cmp(&(a.start, &a.fingerprint)));
        let known: BTreeMap<String, (String, String)> = before
            .iter()
            .filter(|finding| finding.path == self.path)
            .map(|f| (f.fingerprint.clone(), (f.about.id.clone(), f.function.clone())))
            .collect();
        for asked in order {
            let own = before.iter().find(|finding| finding.fingerprint == asked.fingerprint);
            // A fix of the same code gave it another fingerprint, or removed it too.
            let changed = || {
                before.iter().find(|f| {
                    f.path == self.path
                        && !known.contains_key(&f.fingerprint)
                        && known
                            .get(&asked.fingerprint)
                            .is_some_and(|(rule, function)| *rule == f.about.id && *function == f.function)
                })
            };
            let Some(finding) = own.or_else(changed) else { continue };
            if let Some(after) = self.solve(&asked, finding, &before) {
                before = after;
            }
        }
    }

    /// Tries the templates for a finding in their order; what is found after the first that holds.
    fn solve(&mut self, asked: &Asked, finding: &Finding, before: &[Finding]) -> Option<Vec<Finding>> {
        let mut failed: Option<(String, Vec<RungOutcome>)> = None;
        let mut refused: Option<Refused> = None;
        for proposal in propose::propose(self.path, &self.source, finding, self.project) {
            match proposal {
                Ok(_) if self.attempts == 0 => {
                    failed.get_or_insert_with(|| ("too many fixes to try".to_owned(), Vec::new()));
                }
                Ok(proposal) => {
                    self.attempts -= 1;
                    match self.try_out(asked, finding, before, &proposal) {
                        Ok(after) => return Some(after),
                        Err(reason) => failed = failed.or(Some(reason)),
                    }
                }
                // A shape says more than that there is no template.
                Err(why) if refused.is_none() || refused == Some(Refused::NoTemplate) => refused = Some(why),
                Err(_) => {}
            }
        }
        match (failed, refused) {
            (Some((reason, verification)), _) => self.reject(asked, finding, &reason, verification),
            (None, Some(Refused::NoTemplate)) if finding.confidence < WORTH_ADVICE => {}
            (None, Some(refused)) => self.reject(asked, finding, &refused.to_string(), Vec::new()),
            (None, None) => {}
        }
        None
    }

    /// What is found after the fix, or the rung that it failed.
    fn try_out(
        &mut self,
        asked: &Asked,
        finding: &Finding,
        before: &[Finding],
        proposal: &Proposal,
    ) -> Result<Vec<Finding>, (String, Vec<RungOutcome>)> {
        let after = edit::apply(&self.source, &proposal.edits);
        let diff = edit::diff(self.path, &self.source, &after);
        let attempt = Attempt {
            path: self.path,
            finding,
            before,
            proposal,
            after: &after,
            diff: &diff,
            project: self.project,
            context: self.context,
        };
        let (verification, found) = ladder::climb(&attempt);
        if let Some(failed) = verification.iter().find(|outcome| outcome.passed == Some(false)) {
            let rung = serde_json::to_value(failed.rung).ok();
            let name = rung.as_ref().and_then(|rung| rung.as_str()).unwrap_or("unknown").to_owned();
            return Err((name, verification));
        }
        self.fixed.push(FunctionFixed {
            function_name: finding.function.clone(),
            file_path: self.path.to_owned(),
            fix_type: proposal.fix_type.to_owned(),
            description: proposal.description.clone(),
            confidence_score: confidence::of(finding, self.family, proposal.doubt, diff.lines_changed),
            lines_changed: diff.lines_changed,
            line_number: asked.line,
            fingerprint: asked.fingerprint.clone(),
            rule_id: finding.about.id.clone(),
            // What is committed is whole; what people and logs are shown is not.
            diff: mask_text(&secret::masked(&diff.text, &self.secrets)),
            verification,
        });
        self.source = after;
        Ok(found)
    }

    fn secrets_in(&self, found: &[Finding]) -> Vec<String> {
        let Ok(Some(unit)) = Unit::read(self.path, self.source.as_bytes()) else { return Vec::new() };
        let Some(facts) = Facts::of(&unit) else { return Vec::new() };
        let own: Vec<Finding> = found.iter().filter(|finding| finding.path == self.path).cloned().collect();
        secret::texts(&facts, &own)
    }

    fn reject(&mut self, asked: &Asked, finding: &Finding, reason: &str, verification: Vec<RungOutcome>) {
        self.rejected.push(RejectedFix {
            file_path: self.path.to_owned(),
            line_number: asked.line,
            rule_id: finding.about.id.clone(),
            fingerprint: asked.fingerprint.clone(),
            reason: reason.to_owned(),
            verification,
        });
    }
}

/// An edit would have to be written in the file's own encoding, which is often no more than a guess.
fn of_another_encoding(path: &str, found: &AnalysisResults) -> impl Iterator<Item = RejectedFix> {
    let own = found.vulnerabilities.iter().filter(move |finding| finding.file_path == path);
    own.filter(|finding| finding.confidence_score >= WORTH_ADVICE).map(|finding| RejectedFix {
        file_path: finding.file_path.clone(),
        line_number: finding.line_number,
        rule_id: finding.rule_id.clone(),
        fingerprint: finding.fingerprint.clone(),
        reason: "the file is not UTF-8".to_owned(),
        verification: Vec::new(),
    })
}

#[expect(clippy::cast_precision_loss, reason = "far fewer fixes than 2^52")]
fn mean_confidence(fixed: &[FunctionFixed]) -> f64 {
    if fixed.is_empty() {
        return 0.0;
    }
    let sum: f64 = fixed.iter().map(|fixed| fixed.confidence_score).sum();
    (sum / fixed.len() as f64 * 1000.0).round() / 1000.0
}
