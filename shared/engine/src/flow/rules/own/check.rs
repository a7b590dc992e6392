//! What must hold of a file of users' rules before it is run: names, numbers, and how much of it there may be.

use std::collections::{BTreeMap, BTreeSet};

use toml::Value;

use super::super::super::lower::Language;
use super::super::file::{Literal, Rule, RuleFile, When};
use crate::rules::{Problem, check_id, check_regex};

/// Classes that the bits of a value have room for, the built-in ones counted.
const MAX_CLASSES: usize = 32;
/// Most conditions of one table: a call may meet all of them.
const MAX_CONDITIONS: usize = 8;
/// Longest list; lists of tables have limits of their own.
const MAX_LIST: usize = 100;
/// Longest text.
const MAX_TEXT_CHARS: usize = 500;

/// How much there is of what a run looks at, for one language.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    /// Sources, sinks, shapes and all else that is a table in a list.
    tables: usize,
    /// Texts that are compared with every name of some kind that a run comes by.
    words: usize,
    /// Conditions.
    conditions: usize,
    /// The most tables that match by the same name.
    same: usize,
}

impl Size {
    const MOST: Self = Self { tables: 500, words: 200, conditions: 500, same: 8 };

    pub(super) fn of(file: &RuleFile) -> Self {
        let literals = || file.rule.iter().flat_map(|rule| &rule.literal);
        let words = |l: &Literal| l.names.len() + l.except.len() + l.unlike.len();
        let uses: usize =
            file.rule.iter().map(|rule| rule.sink.len() + rule.shape.len() + rule.literal.len()).sum();
        let whole = [
            &file.private,
            &file.carriers,
            &file.secrets,
            &file.finished,
            &file.never,
            &file.markup,
            &file.checked,
            &file.vague,
            &file.provided,
            &file.plain,
        ];
        let mut names: BTreeMap<&str, usize> = BTreeMap::new();
        for name in patterns(file).flatten() {
            *names.entry(name).or_default() += 1;
        }
        Self {
            tables: uses
                + file.rule.len()
                + file.source.len()
                + file.param.len()
                + file.entry.len()
                + file.sanitiser.len()
                + file.propagator.len()
                + file.guard.len(),
            words: whole.iter().map(|list| list.len()).sum::<usize>()
                + file.param.iter().map(|param| param.names.len() + param.beside.len()).sum::<usize>()
                + file.sanitiser.iter().map(|s| s.like.len() + s.unlike.len()).sum::<usize>()
                + file.guard.iter().map(|g| g.like.len() + g.contains.len()).sum::<usize>()
                + literals().map(words).sum::<usize>(),
            conditions: conditions(file).map(Iterator::count).sum(),
            same: names.into_values().max().unwrap_or_default(),
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            tables: self.tables + other.tables,
            words: self.words + other.words,
            conditions: self.conditions + other.conditions,
            same: self.same + other.same,
        }
    }

    pub(super) fn check(self, text: &str) -> Result<(), Problem> {
        let most = Self::MOST;
        let too_many = |what: &str, most: usize| {
            Err(at(text, "language", "", format!("more than {most} {what} for one language; take some out")))
        };
        match self {
            Self { tables, .. } if tables > most.tables => {
                too_many("sources, sinks and other tables", most.tables)
            }
            Self { words, .. } if words > most.words => too_many("names and words to look for", most.words),
            Self { conditions, .. } if conditions > most.conditions => {
                too_many("conditions", most.conditions)
            }
            Self { same, .. } if same > most.same => too_many("tables that match the same name", most.same),
            Self { .. } => Ok(()),
        }
    }
}

/// The languages that the file is for, one of each family.
pub(super) fn languages(text: &str, file: &RuleFile) -> Result<BTreeSet<Language>, Problem> {
    let named = file.language.as_slice();
    if named.is_empty() {
        return Err(Problem::of(
            1,
            "it must name its `language`: \"python\", \"javascript\" or a list of them",
        ));
    }
    let known = |name: &String| match name.as_str() {
        "python" => Ok(Language::Python),
        "javascript" | "typescript" | "tsx" => Ok(Language::JavaScript),
        other => {
            let reason = format!("no data flow for {other:?}; there is python, javascript and typescript");
            Err(at(text, "language", other, reason))
        }
    };
    named.iter().map(known).collect()
}

/// Lengths of texts and lists, wherever they stand.
pub(super) fn values(text: &str) -> Result<(), Problem> {
    let table: toml::Table = toml::from_str(text).map_err(|error| super::unread(text, &error))?;
    table.iter().try_for_each(|(key, value)| short(text, key, value))
}

fn short(text: &str, key: &str, value: &Value) -> Result<(), Problem> {
    match value {
        // Examples are code.
        Value::Array(_) if key == "good" || key == "bad" => Ok(()),
        Value::Array(items) => {
            if items.len() > MAX_LIST && !items.iter().all(Value::is_table) {
                return Err(at(text, key, "", format!("more than {MAX_LIST} in the list `{key}`; split it")));
            }
            items.iter().try_for_each(|item| short(text, key, item))
        }
        Value::Table(fields) => fields.iter().try_for_each(|(key, value)| short(text, key, value)),
        Value::String(value) => {
            let is_plain = matches!(key, "is" | "among" | "begins" | "holds" | "matches" | "contains");
            let is_named =
                matches!(key, "match" | "like" | "spelled" | "near" | "called" | "names" | "contains");
            if value.chars().count() > MAX_TEXT_CHARS {
                Err(at(text, key, value, format!("`{key}` is longer than {MAX_TEXT_CHARS} characters")))
            } else if value.contains(char::is_control) && !is_plain {
                Err(at(text, key, value, format!("`{key}` must be one line without control characters")))
            } else if value.trim_matches(['*', '.']).is_empty() && is_named {
                Err(at(text, key, value, format!("`{key}` holds an empty name; say which")))
            } else if key == "matches" {
                check_regex(value).map_err(|reason| at(text, key, value, reason))
            } else {
                Ok(())
            }
        }
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => Ok(()),
    }
}

pub(super) fn rules(text: &str, file: &RuleFile) -> Result<(), Problem> {
    let mut seen = BTreeSet::new();
    for rule in &file.rule {
        about(text, rule)?;
        if !seen.insert(&rule.id) {
            return Err(at(text, "id", &rule.id, format!("there is a rule {} already", rule.id)));
        }
    }
    if conditions(file).any(|of_one| of_one.count() > MAX_CONDITIONS) {
        let reason = format!("more than {MAX_CONDITIONS} conditions on one table; make several of it");
        return Err(at(text, "when", "", reason));
    }
    file.source.iter().try_for_each(|source| share(text, "strength", source.strength))
}

/// A class is that of a rule in the same file or in one of `others`, the first of which is built in.
pub(super) fn classes(text: &str, file: &RuleFile, others: [Option<&RuleFile>; 2]) -> Result<(), Problem> {
    let of = |file: &RuleFile| -> BTreeSet<String> {
        let classes = file.rule.iter().map(|rule| rule.class.clone()).chain(file.private.iter().cloned());
        classes.filter(|class| !class.is_empty()).collect()
    };
    let built_in = others[0].map(of).unwrap_or_default();
    let mut known: BTreeSet<String> = others.into_iter().flatten().flat_map(of).collect();
    known.extend(file.rule.iter().map(|rule| rule.class.clone()));
    let named = file.source.iter().map(|s| &s.classes).chain(file.sanitiser.iter().map(|s| &s.classes));
    let named = named.chain(file.guard.iter().map(|g| &g.classes)).chain([&file.private]);
    let raw = conditions(file).flatten().filter_map(|when| when.raw.as_ref());
    let unknown = named.flatten().chain(raw).find(|class| *class != "*" && !known.contains(*class));
    if let Some(class) = unknown {
        let all: Vec<&str> = built_in.iter().map(String::as_str).collect();
        let reason = format!("no rule has the class {class:?}; built in are {}", all.join(", "));
        return Err(at(text, "classes", class, reason));
    }
    if known.iter().filter(|class| !class.is_empty()).count() > MAX_CLASSES {
        let most = MAX_CLASSES - built_in.len();
        return Err(at(
            text,
            "class",
            "",
            format!("more than {most} classes of your own; let rules share some"),
        ));
    }
    Ok(())
}

fn about(text: &str, rule: &Rule) -> Result<(), Problem> {
    check_id(&rule.id).map_err(|reason| at(text, "id", &rule.id, reason))?;
    if rule.cwe == 0 || rule.cwe > 99_999 {
        return Err(at(text, "cwe", &rule.cwe.to_string(), "the number of a weakness, as 89 for CWE-89"));
    }
    if !rule.link.starts_with("https://") {
        return Err(at(text, "link", &rule.link, "an address that begins with https://"));
    }
    for (key, value) in [("kind", &rule.kind), ("description", &rule.description), ("advice", &rule.advice)] {
        if value.trim().is_empty() {
            return Err(at(text, key, value, format!("`{key}` is empty; say it in a sentence")));
        }
    }
    if !rule.sink.is_empty() && rule.class.is_empty() {
        return Err(at(text, "id", &rule.id, "a rule with sinks needs a `class`, a built-in one or its own"));
    }
    if rule.sink.is_empty() && rule.shape.is_empty() && rule.literal.is_empty() {
        return Err(at(text, "id", &rule.id, "a rule needs a `sink`, a `shape` or a `literal`"));
    }
    let certainties = rule.sink.iter().map(|sink| sink.certainty);
    let certainties = certainties.chain(rule.shape.iter().map(|shape| shape.certainty));
    for certainty in certainties.chain(rule.literal.iter().map(|literal| literal.certainty)) {
        share(text, "certainty", certainty)?;
    }
    Ok(())
}

fn share(text: &str, key: &str, value: f64) -> Result<(), Problem> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(at(text, key, &value.to_string(), format!("`{key}` is a number from 0 to 1")))
}

/// At the first line that has the key and the value or, where the value stands apart, the first with one of them.
pub(super) fn at(text: &str, key: &str, value: &str, reason: impl Into<String>) -> Problem {
    let has = |word: &str| text.lines().position(|line| !word.is_empty() && line.contains(word));
    let first = value.lines().next().unwrap_or_default();
    let both = text.lines().position(|line| line.contains(key) && line.contains(first));
    Problem::of(both.or_else(|| has(first)).or_else(|| has(key)).map_or(1, |at| at + 1), reason)
}

/// The names that each table matches by.
fn patterns(file: &RuleFile) -> impl Iterator<Item = BTreeSet<&str>> {
    let sinks = file.rule.iter().flat_map(|rule| rule.sink.iter().map(|sink| &sink.matches));
    let shapes = file.rule.iter().flat_map(|rule| rule.shape.iter().map(|shape| &shape.matches));
    let entries = file.entry.iter().flat_map(|e| [&e.calls, &e.decorators, &e.bases]);
    sinks
        .chain(shapes)
        .chain(file.source.iter().map(|source| &source.matches))
        .chain(file.sanitiser.iter().map(|sanitiser| &sanitiser.matches))
        .chain(file.propagator.iter().map(|propagator| &propagator.matches))
        .chain(file.guard.iter().map(|guard| &guard.matches))
        .chain(entries)
        .map(|names| names.iter().map(String::as_str).collect())
}

/// The conditions of each table.
fn conditions(file: &RuleFile) -> impl Iterator<Item = impl Iterator<Item = &When>> {
    let none: &[When] = &[];
    let sinks =
        file.rule.iter().flat_map(|rule| rule.sink.iter().map(|sink| (&sink.when[..], &sink.unless[..])));
    let shapes = file.rule.iter().flat_map(|rule| rule.shape.iter().map(|s| (&s.when[..], &s.unless[..])));
    let others = file.sanitiser.iter().map(|sanitiser| &sanitiser.when);
    let others = others.chain(file.propagator.iter().map(|propagator| &propagator.when));
    let others = others.chain(file.guard.iter().map(|guard| &guard.when)).map(move |when| (&when[..], none));
    sinks.chain(shapes).chain(others).map(|(when, unless)| when.iter().chain(unless))
}
