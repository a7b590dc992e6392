//! Rules that users bring: `.quartet/rules/*.yml` of the repository, and those of a folder they name.
//!
//! They have the schema of ours and say their `language`. Invariants: they add findings and nothing else (they cannot take
//! the name of a built-in rule, replace its findings or bring a fix); a rule that cannot be used is named with its file,
//! line and reason; and what they cost is bounded, for a repository's rules are a stranger's input.

mod check;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::load::{RuleSet, compile_all, parse};
use super::{Rule, Shape};
use crate::flow::OwnFlows;
use crate::language::Language;
use crate::tree::Tree;

pub(crate) use check::{Problem, id as check_id, is_built_in, regex as check_regex};

/// Where a repository keeps its own rules.
pub(crate) const FOLDER: &str = ".quartet/rules/";
/// Most files that are read.
const MAX_FILES: usize = 100;
/// Largest file that is read.
const MAX_FILE_BYTES: usize = 32 * 1024;
/// What the rules of one run may cost on one file, in bytes walked.
const FUEL_PER_FILE: u64 = 50_000_000;
/// What each further level of looking around costs.
const FACTOR_PER_LEVEL: u64 = 8;

#[derive(Default)]
pub(crate) struct OwnRules {
    sets: BTreeMap<Language, RuleSet>,
    /// How far around a node the rule looks, by id.
    reach: BTreeMap<String, u32>,
    /// Rules for data flow.
    pub(crate) flows: OwnFlows,
    /// Files of the repository that could not be used, with line and reason.
    pub(crate) rejected: Vec<String>,
    /// The same of those that the user named.
    pub(crate) unusable: Vec<String>,
}

/// What is left of a file's fuel.
pub(crate) struct Budget {
    left: u64,
    file: u64,
}

impl OwnRules {
    /// The repository's and the user's, in the order of their paths.
    pub(crate) fn read(tree: &Tree, named: &Tree) -> Self {
        let own = tree.iter().filter(|(path, _)| path.starts_with(FOLDER)).map(|file| (file, false));
        let is_rules = |path: &str| [".yml", ".yaml", ".toml"].iter().any(|end| path.ends_with(end));
        let files = own.chain(named.iter().map(|file| (file, true)));
        let files = files.filter(|((path, _), _)| is_rules(path));
        let mut rules = Self::default();
        let mut ids = BTreeSet::new();
        let mut by_language: BTreeMap<Language, Vec<Rule>> = BTreeMap::new();
        for (n, ((path, bytes), is_named)) in files.enumerate() {
            if n == MAX_FILES {
                rules.reject(is_named, format!(
                    "{path}: more than {MAX_FILES} files of rules; this one and those after it are not read"
                ));
                break;
            }
            if path.ends_with(".toml") {
                let added = text(bytes).and_then(|text| rules.flows.add(text, &mut ids));
                if let Err(problem) = added {
                    rules.reject(is_named, format!("{path}:{problem}"));
                }
                continue;
            }
            match one(bytes, &mut ids) {
                Ok(read) => {
                    for (language, rule, reach) in read {
                        rules.reach.insert(rule.about.id.clone(), reach);
                        by_language.entry(language).or_default().push(rule);
                    }
                }
                Err(problem) => rules.reject(is_named, format!("{path}:{problem}")),
            }
        }
        rules.sets =
            by_language.into_iter().map(|(language, rules)| (language, RuleSet::index(rules))).collect();
        rules
    }

    fn reject(&mut self, is_named: bool, why: String) {
        if is_named { self.unusable.push(why) } else { self.rejected.push(why) }
    }

    pub(crate) fn of(&self, language: Language) -> Option<&RuleSet> {
        self.sets.get(&language)
    }

    /// Takes the cost of one look at a node of `bytes` length; false when nothing is left.
    pub(crate) fn pay(&self, rule: &Rule, shape: &Shape, bytes: usize, budget: &mut Budget) -> bool {
        let cost = match (self.reach.get(&rule.about.id).copied().unwrap_or_default(), &shape.matcher) {
            (_, None) | (0, _) => 1,
            (1, _) => bytes as u64,
            (levels, _) => budget.file * FACTOR_PER_LEVEL.pow(levels - 2),
        };
        budget.left = budget.left.saturating_sub(cost.max(1));
        budget.left > 0
    }
}

impl Budget {
    pub(crate) fn of(file: &str) -> Self {
        Self { left: FUEL_PER_FILE, file: file.len() as u64 }
    }
}

fn text(bytes: &[u8]) -> Result<&str, Problem> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(Problem::of(1, format!("larger than {MAX_FILE_BYTES} bytes; split it")));
    }
    str::from_utf8(bytes).map_err(|_| Problem::of(1, "not UTF-8"))
}

/// One file's rule, for each language that it names.
fn one(bytes: &[u8], ids: &mut BTreeSet<String>) -> Result<Vec<(Language, Rule, u32)>, Problem> {
    let text = text(bytes)?;
    let sketch = check::sketch(text)?;
    let languages = check::languages(text, &sketch)?;
    let mut rules = Vec::new();
    for language in languages {
        let mut file = parse(text).map_err(|error| check::located(text, &error.to_string()))?;
        check::about(text, &mut file.about)?;
        let id = file.about.id.clone();
        let rule =
            compile_all(file, language).map_err(|error| Problem::at(text, "match", error.to_string()))?;
        rules.push((language, rule, check::reach(&sketch)));
        if !ids.insert(format!("{language:?} {id}")) {
            return Err(Problem::at(text, "id", format!("there is a rule {id} already")));
        }
    }
    Ok(rules)
}
