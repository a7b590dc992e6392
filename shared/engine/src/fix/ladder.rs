//! The ladder: what a fix must prove, in order, before it counts. The first rung that fails ends the climb.
//!
//! The repository's tests and the generated test of the weakness come later and elsewhere; they are not recorded here.

use std::collections::BTreeMap;
use std::ops::Range;

use quartet_domain::results::{Rung, RungOutcome};

use crate::analyze::Facts;
use crate::analyze::finding::Finding;
use crate::analyze::unit::{Node, Unit};
use crate::build::{Verdict, check_syntax};

use super::context::Context;
use super::edit::{self, Diff, Edit};
use super::place::{Proposal, within};
use super::project::Project;
use super::propose;

/// Most lines, added and removed, that count as small.
const MAX_LINES: u64 = 40;

/// A fix that is tried.
pub(super) struct Attempt<'a> {
    pub(super) path: &'a str,
    pub(super) finding: &'a Finding,
    /// All findings as they were, of this file and of those that call into it.
    pub(super) before: &'a [Finding],
    pub(super) proposal: &'a Proposal,
    /// The file as it would be.
    pub(super) after: &'a str,
    pub(super) diff: &'a Diff,
    pub(super) project: &'a Project,
    pub(super) context: &'a Context<'a>,
}

type Outcome = Result<String, String>;

/// The rungs climbed and, when it was read, what is found in the file as it would be.
pub(super) fn climb(attempt: &Attempt<'_>) -> (Vec<RungOutcome>, Vec<Finding>) {
    let mut climb = Climb { outcomes: Vec::new() };
    let mut found = Vec::new();
    if climb.step(Rung::Parses, attempt.parses()) {
        found = attempt.context.detect(attempt.after);
        let _ = climb.step(Rung::FindingGone, attempt.finding_gone(&found))
            && climb.step(Rung::NothingNew, attempt.nothing_new(&found))
            && climb.step(Rung::Contained, attempt.contained(&found))
            && climb.step(Rung::ImportsResolve, attempt.imports_resolve());
    }
    (climb.outcomes, found)
}

struct Climb {
    outcomes: Vec<RungOutcome>,
}

impl Climb {
    fn step(&mut self, rung: Rung, outcome: Outcome) -> bool {
        let (passed, detail) = match outcome {
            Ok(detail) => (true, detail),
            Err(detail) => (false, detail),
        };
        self.outcomes.push(RungOutcome { rung, passed: Some(passed), detail });
        passed
    }
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
            Ok(format!(
                "{before} finding(s) of {} in the function before, {after} after",
                self.finding.about.cwe
            ))
        } else {
            Err(format!("{} is still found", self.finding.about.cwe))
        }
    }

    fn nothing_new(&self, found: &[Finding]) -> Outcome {
        let mut counts: BTreeMap<(&str, &str, &str), i64> = BTreeMap::new();
        for old in self.before {
            *counts.entry((&old.path, &old.about.cwe, &old.function)).or_default() += 1;
        }
        for new in found {
            let count = counts.entry((&new.path, &new.about.cwe, &new.function)).or_default();
            *count -= 1;
            if *count < 0 {
                return Err(format!("{} appeared at line {} of {}", new.about.id, new.line, new.path));
            }
        }
        Ok(format!(
            "{} finding(s) before, {} after; {} other file(s) read along",
            self.before.len(),
            found.len(),
            self.context.others()
        ))
    }

    fn contained(&self, found: &[Finding]) -> Outcome {
        let function = &self.finding.function_range;
        let mut edits: Vec<&Edit> = self.proposal.edits.iter().collect();
        edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let places = edit::places(&self.proposal.edits);
        for (edit, place) in edits.into_iter().zip(&places) {
            let line = edit.text.trim_start_matches(['\r', '\n']);
            let is_inside = within(function, &edit.range) || line.is_empty();
            if !is_inside && !self.is_import(place) {
                return Err(format!("an edit at byte {} lies outside the function", edit.range.start));
            }
        }
        if self.diff.lines_changed > MAX_LINES {
            return Err(format!("{} lines changed", self.diff.lines_changed));
        }
        let again = found.iter().filter(|again| {
            again.path == self.path
                && again.about.cwe == self.finding.about.cwe
                && places.iter().any(|place| place.start < again.range.end && again.range.start < place.end)
        });
        for again in again {
            let proposals = propose::propose(self.path, self.after, again, self.project);
            if proposals.iter().any(Result::is_ok) {
                return Err("a second run would change it again".to_owned());
            }
        }
        Ok(format!("{} line(s) changed, a second run changes nothing", self.diff.lines_changed))
    }

    /// Whether the place, in the file as it would be, is an import at its top level and nothing else.
    fn is_import(&self, place: &Range<usize>) -> bool {
        let Ok(Some(unit)) = Unit::read(self.path, self.after.as_bytes()) else { return false };
        let text = self.after.get(place.clone()).unwrap_or_default();
        let start = place.start + text.len() - text.trim_start().len();
        let inside = start..start + text.trim().len();
        unit.root().children().any(|statement| is_import(&statement) && within(&statement.range(), &inside))
    }

    fn imports_resolve(&self) -> Outcome {
        let Ok(Some(unit)) = Unit::read(self.path, self.after.as_bytes()) else {
            return Err("the changed file cannot be read".to_owned());
        };
        let Some(facts) = Facts::of(&unit) else {
            return Err("the changed file is nested too deeply to be read".to_owned());
        };
        let Some(family) = unit.language.family() else {
            return Err("no template knows this language".to_owned());
        };
        let mut missing: Vec<&str> = self.proposal.uses.iter().map(String::as_str).collect();
        let places = edit::places(&self.proposal.edits);
        let root = unit.root();
        let named =
            ["call", "call_expression", "new_expression", "attribute", "member_expression", "identifier"];
        for node in root.dfs().filter(|node| named.contains(&&*node.kind())) {
            let callee = node.field("function").or_else(|| node.field("constructor"));
            let callee = callee.unwrap_or_else(|| node.clone());
            let edited = places
                .iter()
                .any(|place| place.start < callee.range().end && callee.range().start < place.end);
            if edited && let Some(name) = facts.names.dotted(&callee) {
                missing.retain(|wanted| *wanted != name);
            }
        }
        if let Some(name) = missing.first() {
            return Err(format!("`{name}` is not imported"));
        }
        let foreign = self.proposal.uses.iter().find(|name| {
            let module = name.rsplit_once('.').map_or(name.as_str(), |(module, _)| module);
            !self.project.has(family, module) && !self.project.has(family, name)
        });
        match foreign {
            None => {
                Ok("every name of the edit is known in the file, its library in the repository".to_owned())
            }
            Some(name) => Err(format!("the repository does not have the library of `{name}`")),
        }
    }
}

fn is_import(statement: &Node<'_>) -> bool {
    match &*statement.kind() {
        "import_statement" | "import_from_statement" => true,
        "lexical_declaration" | "variable_declaration" => statement.text().contains("require("),
        _ => false,
    }
}

/// Whichever rule speaks: a change of one line can leave the weakness to another rule.
fn same_weakness(a: &Finding, b: &Finding) -> bool {
    a.path == b.path && a.about.cwe == b.about.cwe && a.function == b.function
}
