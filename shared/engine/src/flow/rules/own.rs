//! Rules for data flow that users bring: `.quartet/rules/*.toml`, in the form of ours.
//!
//! Invariant: they run beside the built-in rules, in a run of their own ([`OwnFlows::beside`]), and only what that run finds
//! is taken from it. So nothing that a user writes, a sanitiser or a guard or the name of a type, can take back what the
//! built-in rules find alone. What they cost is bounded by what they may say: every step of a run looks at some of it.

mod check;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::super::lower::Language;
use super::file::{RuleFile, builtin};
use crate::rules::Problem;
use check::Size;

/// The rules that were brought, by the language that stands for its family.
#[derive(Debug, Default)]
pub(crate) struct OwnFlows {
    files: BTreeMap<Language, (RuleFile, Size)>,
}

impl OwnFlows {
    /// Takes over the rules of one file; nothing of it where something is wrong. `ids` are those taken already.
    pub(crate) fn add(&mut self, text: &str, ids: &mut BTreeSet<String>) -> Result<(), Problem> {
        let file: RuleFile = toml::from_str(text).map_err(|error| unread(text, &error))?;
        let languages = check::languages(text, &file)?;
        check::values(text)?;
        for language in &languages {
            check::rules(text, &file)?;
            check::classes(text, &file, [Some(builtin(*language)), self.files.get(language).map(|f| &f.0)])?;
        }
        if let Some(rule) = file.rule.iter().find(|rule| ids.contains(&rule.id)) {
            return Err(check::at(text, "id", &rule.id, format!("there is a rule {} already", rule.id)));
        }
        let size = Size::of(&file);
        for language in &languages {
            let sum = self.files.get(language).map_or(size, |(_, known)| known.plus(size));
            sum.check(text)?;
        }
        ids.extend(file.rule.iter().map(|rule| rule.id.clone()));
        for language in languages {
            let (all, sum) = self.files.entry(language).or_default();
            *sum = sum.plus(size);
            all.extend(&file);
        }
        Ok(())
    }

    /// The built-in rules of a language with those brought for it; nothing where there are none.
    pub(in crate::flow) fn beside(&self, language: Language) -> Option<RuleFile> {
        let (brought, _) = self.files.get(&language)?;
        let mut all = builtin(language).clone();
        all.extend(brought);
        Some(all)
    }
}

impl RuleFile {
    fn extend(&mut self, other: &Self) {
        for (name, from) in &other.types {
            self.types.entry(name.clone()).or_default().extend_from_slice(from);
        }
        self.private.extend_from_slice(&other.private);
        self.carriers.extend_from_slice(&other.carriers);
        self.secrets.extend_from_slice(&other.secrets);
        self.finished.extend_from_slice(&other.finished);
        self.never.extend_from_slice(&other.never);
        self.markup.extend_from_slice(&other.markup);
        self.checked.extend_from_slice(&other.checked);
        self.vague.extend_from_slice(&other.vague);
        self.provided.extend_from_slice(&other.provided);
        self.plain.extend_from_slice(&other.plain);
        self.source.extend_from_slice(&other.source);
        self.param.extend_from_slice(&other.param);
        self.entry.extend_from_slice(&other.entry);
        self.sanitiser.extend_from_slice(&other.sanitiser);
        self.propagator.extend_from_slice(&other.propagator);
        self.guard.extend_from_slice(&other.guard);
        self.rule.extend_from_slice(&other.rule);
    }
}

fn unread(text: &str, error: &toml::de::Error) -> Problem {
    let start = error.span().map_or(0, |span| span.start);
    let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
    Problem::of(line, error.message())
}
