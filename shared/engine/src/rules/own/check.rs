//! What must hold of a user's rule before it is compiled: names, lengths, and what its matching may cost.

use std::fmt;

use regex::RegexBuilder;
use serde_json::Value;

use crate::language::Language;
use crate::rules::About;

/// Most levels of `inside`, `has`, `precedes` and `follows` within each other.
const MAX_REACH: u32 = 3;
/// Deepest nesting of the file.
const MAX_DEPTH: usize = 24;
/// Longest text that people read.
const MAX_TEXT_CHARS: usize = 500;
/// Longest regular expression, and the memory that it may compile to.
const MAX_REGEX_CHARS: usize = 1000;
const MAX_REGEX_BYTES: usize = 256 * 1024;
const MAX_CONFIDENCE: f64 = 0.95;

/// Why a rule cannot be used, and the line of the file.
#[derive(Debug)]
pub(crate) struct Problem {
    line: usize,
    reason: String,
}

impl Problem {
    pub(crate) fn of(line: usize, reason: impl Into<String>) -> Self {
        let reason: String = reason.into();
        let first = reason.lines().next().unwrap_or_default();
        Self { line, reason: first.chars().filter(|c| !c.is_control()).take(MAX_TEXT_CHARS).collect() }
    }

    /// At the line of this key.
    pub(super) fn at(text: &str, key: &str, reason: impl Into<String>) -> Self {
        let starts = |line: &str| line.trim_start_matches([' ', '-']).starts_with(&format!("{key}:"));
        Self::of(text.lines().position(starts).map_or(1, |at| at + 1), reason)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: not a usable rule: {}", self.line, self.reason)
    }
}

/// The reader's own words for what is wrong, which name the line; a wrong value is of the key that holds it.
pub(super) fn located(text: &str, message: &str) -> Problem {
    let message = message.trim_start_matches("not a rule: ").trim_start_matches("error: ");
    let line = message.split_once("line ").and_then(|(_, rest)| {
        rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok())
    });
    match line {
        Some(line) => Problem::of(line, message),
        None => Problem::at(text, "match", message),
    }
}

/// The file as plain data, read under limits, with every regular expression tried.
pub(super) fn sketch(text: &str) -> Result<Value, Problem> {
    let mut options = serde_saphyr::Options::default();
    if let Some(budget) = &mut options.budget {
        budget.max_depth = MAX_DEPTH;
    }
    let value: Value = serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| located(text, &error.to_string()))?;
    if reach(&value) > MAX_REACH {
        return Err(Problem::at(text, "match", format!("looks around more than {MAX_REACH} levels deep")));
    }
    regexes(text, &value)?;
    Ok(value)
}

fn regexes(text: &str, value: &Value) -> Result<(), Problem> {
    match value {
        Value::Object(fields) => fields.iter().try_for_each(|(key, value)| match value.as_str() {
            Some(value) if key == "regex" || key == "text" => {
                regex(value).map_err(|reason| Problem::at(text, key, reason))
            }
            _ => regexes(text, value),
        }),
        Value::Array(items) => items.iter().try_for_each(|item| regexes(text, item)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

/// Whether the expression compiles, and to something small.
pub(crate) fn regex(regex: &str) -> Result<(), String> {
    if regex.chars().count() > MAX_REGEX_CHARS {
        return Err(format!("longer than {MAX_REGEX_CHARS} characters"));
    }
    let tried = RegexBuilder::new(regex).size_limit(MAX_REGEX_BYTES).build();
    tried.map(drop).map_err(|error| {
        let reason = error.to_string();
        let last = reason.lines().last().unwrap_or_default();
        format!("its regular expression does not compile: {last}")
    })
}

/// How many looks around stand within each other.
pub(super) fn reach(value: &Value) -> u32 {
    match value {
        Value::Object(fields) => {
            let of = |(key, value): (&String, &Value)| {
                let looks = matches!(key.as_str(), "inside" | "has" | "precedes" | "follows" | "matches");
                u32::from(looks) + reach(value)
            };
            fields.iter().map(of).max().unwrap_or_default()
        }
        Value::Array(items) => items.iter().map(reach).max().unwrap_or_default(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// `language: java`, or several in a list.
pub(super) fn languages(text: &str, sketch: &Value) -> Result<Vec<Language>, Problem> {
    let named: Vec<&str> = match sketch.get("language") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if named.is_empty() {
        return Err(Problem::at(text, "language", "it must name its `language`"));
    }
    let known = |name: &&str| {
        Language::named(name).ok_or_else(|| {
            let all: Vec<String> = Language::ALL.iter().map(|l| format!("{l:?}").to_lowercase()).collect();
            let name: String = name.chars().take(40).collect();
            Problem::at(text, "language", format!("no language {name:?}; there are {}", all.join(", ")))
        })
    };
    named.iter().map(known).collect()
}

/// Whether a user's rule may have this name.
pub(crate) fn id(id: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    if id.len() < 3 || id.len() > 80 || !id.chars().all(plain) {
        return Err("3 to 80 of a-z, 0-9, `.`, `-` and `_`".to_owned());
    }
    if is_built_in(id) {
        let first = id.split('.').next().unwrap_or_default();
        return Err(format!("names that begin with `{first}.` are built in; begin with your own"));
    }
    Ok(())
}

/// Whether only a rule of ours has such a name.
pub(crate) fn is_built_in(id: &str) -> bool {
    let first = id.split('.').next().unwrap_or_default();
    first == "secret" || Language::named(first).is_some()
}

pub(super) fn about(text: &str, about: &mut About) -> Result<(), Problem> {
    id(&about.id).map_err(|reason| Problem::at(text, "id", reason))?;
    let number = about.cwe.strip_prefix("CWE-").unwrap_or_default();
    if number.is_empty() || number.len() > 5 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::at(text, "cwe", "as `CWE-89`"));
    }
    if !about.link.starts_with("https://") {
        return Err(Problem::at(text, "link", "an address that begins with https://"));
    }
    for (key, value) in [
        ("type", &about.kind),
        ("description", &about.description),
        ("advice", &about.advice),
        ("link", &about.link),
    ] {
        if value.is_empty() || value.chars().count() > MAX_TEXT_CHARS || value.contains(char::is_control) {
            return Err(Problem::at(text, key, format!("one line of 1 to {MAX_TEXT_CHARS} characters")));
        }
    }
    if !matches!(about.category.as_str(), "security" | "secret" | "quality") {
        return Err(Problem::at(text, "category", "`security`, `secret` or `quality`"));
    }
    if !(0.0..=1.0).contains(&about.confidence) {
        return Err(Problem::at(text, "confidence", "0 to 1"));
    }
    about.confidence = about.confidence.min(MAX_CONFIDENCE);
    Ok(())
}
