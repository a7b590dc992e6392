//! The ladder: what a fix must prove, in order, before it counts. The first rung that fails ends the climb.
//!
//! The repository's tests and the generated test of the weakness come later and elsewhere; they are not recorded here.

use std::collections::BTreeMap;

use quartet_domain::results::{Rung, RungOutcome};

use crate::analyze::Facts;
use crate::analyze::detect;
use crate::analyze::finding::Finding;
use crate::analyze::unit::Unit;
use crate::build::{Verdict, check_syntax};

use super::edit::{self, Diff};
use super::propose::{self, Project, Proposal};

/// Most lines, added and removed, that count as small.
const MAX_LINES: u64 = 40;

/// A fix that is tried.
pub(super) struct Attempt<'a> {
    pub(super) path: &'a str,
    /// The file as it is.
    pub(super) source: &'a str,
    pub(super) finding: &'a Finding,
    /// All findings of the file as it was.
    pub(super) before: &'a [Finding],
    pub(super) proposal: &'a Proposal,
    /// The file as it would be.
    pub(super) after: &'a str,
    pub(super) diff: &'a Diff,
    pub(super) project: &'a Project,
}

type Outcome = Result<String, String>;

pub(super) fn climb(attempt: &Attempt<'_>) -> Vec<RungOutcome> {
    let found = detect::file(attempt.path, attempt.after.as_bytes()).found;
    let rungs: [(Rung, &dyn Fn() -> Outcome); 5] = [
        (Rung::Parses, &|| attempt.parses()),
        (Rung::FindingGone, &|| attempt.finding_gone(&found)),
        (Rung::NothingNew, &|| attempt.nothing_new(&found)),
        (Rung::Contained, &|| attempt.contained(&found)),
        (Rung::ImportsResolve, &|| attempt.imports_resolve()),
    ];
    let mut outcomes = Vec::new();
    for (rung, proof) in rungs {
        let (passed, detail) = match proof() {
            Ok(detail) => (true, detail),
            Err(detail) => (false, detail),
        };
        outcomes.push(RungOutcome { rung, passed: Some(passed), detail });
        if !passed {
            break;
        }
    }
    outcomes
}

impl Attempt<'_> {
    fn parses(&self) -> Outcome {
        match check_syntax(self.path, self.after.as_bytes()) {
            Verdict::Parsed(errors) => match errors.first() {
                None => Ok("the changed file has no syntax error".to_owned()),
                Some(error) => Err(format!("line {}: {}", error.line_number, error.message)),
            },
            Verdict::NotParsed(reason) => Err(reason),
            Verdict::NotSource => Err("no exact parser for this file".to_owned()),
        }
    }

    fn finding_gone(&self, found: &[Finding]) -> Outcome {
        let count = |list: &[Finding]| list.iter().filter(|other| same_weakness(other, self.finding)).count();
        let (before, after) = (count(self.before), count(found));
        if after < before {
            Ok(format!("{} finding(s) of {} before, {after} after", before, self.finding.about.id))
        } else {
            Err(format!("{} is still found", self.finding.about.id))
        }
    }

    fn nothing_new(&self, found: &[Finding]) -> Outcome {
        let mut counts: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        for old in self.before {
            *counts.entry((&old.about.id, &old.function)).or_default() += 1;
        }
        for new in found {
            let count = counts.entry((&new.about.id, &new.function)).or_default();
            *count -= 1;
            if *count < 0 {
                return Err(format!("{} appeared at line {}", new.about.id, new.line));
            }
        }
        Ok(format!("{} finding(s) in the file before, {} after", self.before.len(), found.len()))
    }

    fn contained(&self, found: &[Finding]) -> Outcome {
        let function = &self.finding.function_range;
        for edit in &self.proposal.edits {
            let inside = function.start <= edit.range.start && edit.range.end <= function.end;
            if !inside && !self.is_import(edit.range.start) {
                return Err(format!("an edit at byte {} lies outside the function", edit.range.start));
            }
        }
        if self.diff.lines_changed > MAX_LINES {
            return Err(format!("{} lines changed", self.diff.lines_changed));
        }
        let places = edit::places(&self.proposal.edits);
        for again in found.iter().filter(|again| again.about.id == self.finding.about.id) {
            let touched =
                places.iter().any(|place| place.start < again.range.end && again.range.start < place.end);
            if touched && propose::propose(self.path, self.after, again, self.project).is_ok() {
                return Err("a second run would change it again".to_owned());
            }
        }
        Ok(format!("{} line(s) changed, a second run changes nothing", self.diff.lines_changed))
    }

    fn is_import(&self, at: usize) -> bool {
        let Ok(Some(unit)) = Unit::parse(self.path, self.source.as_bytes()) else { return false };
        unit.root().children().any(|statement| {
            let kind = statement.kind();
            let range = statement.range();
            range.start <= at
                && at <= range.end
                && (kind == "import_from_statement" || kind == "import_statement")
        })
    }

    fn imports_resolve(&self) -> Outcome {
        let Ok(Some(unit)) = Unit::parse(self.path, self.after.as_bytes()) else {
            return Err("the changed file cannot be read".to_owned());
        };
        let facts = Facts::of(&unit);
        let mut missing: Vec<&str> = self.proposal.uses.iter().map(String::as_str).collect();
        let places = edit::places(&self.proposal.edits);
        let root = unit.root();
        for node in
            root.dfs().filter(|node| matches!(&*node.kind(), "call" | "call_expression" | "attribute"))
        {
            let callee = node.field("function").unwrap_or_else(|| node.clone());
            let edited = places
                .iter()
                .any(|place| place.start < callee.range().end && callee.range().start < place.end);
            if edited && let Some(name) = facts.names.dotted(&callee) {
                missing.retain(|wanted| *wanted != name);
            }
        }
        match missing.first() {
            None => Ok("every name of the edit is known in the file".to_owned()),
            Some(name) => Err(format!("`{name}` is not imported")),
        }
    }
}

fn same_weakness(a: &Finding, b: &Finding) -> bool {
    a.about.id == b.about.id && a.function == b.function
}
