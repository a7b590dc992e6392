//! The rules of secrets, and the index of their keywords.

use std::sync::{Arc, OnceLock};

use aho_corasick::{AhoCorasick, MatchKind};
use quartet_domain::results::Severity;
use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::rules::About;

const ADVICE: &str =
    "Revoke it, for it is known, and read the new one from the environment or a secrets manager.";
const LINK: &str = "https://cwe.mitre.org/data/definitions/798.html";
/// Largest compiled shape.
const MAX_SHAPE_BYTES: usize = 4 * 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    keywords: Vec<String>,
    regex: String,
    entropy: f64,
    #[serde(default = "high")]
    severity: Severity,
    confidence: f64,
    /// The secret is chosen by a person, so that words may be in it.
    #[serde(default)]
    password: bool,
    /// The secret is drawn at random, and looks so.
    #[serde(default)]
    random: bool,
}

fn high() -> Severity {
    Severity::High
}

pub(super) struct Rule {
    pub(super) about: Arc<About>,
    /// Its position among the rules.
    pub(super) place: usize,
    pub(super) entropy: f64,
    pub(super) password: bool,
    pub(super) random: bool,
    text: String,
    shape: OnceLock<Option<Regex>>,
}

pub(super) struct Rules {
    rules: Vec<Rule>,
    pub(super) keywords: AhoCorasick,
    owners: Vec<usize>,
}

impl Rules {
    pub(super) fn all() -> Option<&'static Self> {
        static ALL: OnceLock<Option<Rules>> = OnceLock::new();
        // A test loads the file and compiles every shape, so that nothing is left out here.
        ALL.get_or_init(|| Self::read(include_str!("../../../rules/secrets.toml")).ok()).as_ref()
    }

    pub(super) fn read(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut words = Vec::new();
        let mut owners = Vec::new();
        let mut rules = Vec::new();
        for (place, entry) in file.rule.into_iter().enumerate() {
            owners.extend(entry.keywords.iter().map(|_| place));
            words.extend(entry.keywords.iter().cloned());
            rules.push(Rule::of(place, entry));
        }
        let keywords = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(aho_corasick::AhoCorasickKind::DFA))
            .build(&words)
            .map_err(|error| error.to_string())?;
        Ok(Self { rules, keywords, owners })
    }

    pub(super) fn of_keyword(&self, keyword: usize) -> &Rule {
        &self.rules[self.owners[keyword]]
    }

    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }
}

impl Rule {
    fn of(place: usize, entry: Entry) -> Self {
        let about = About {
            id: entry.id,
            description: format!("{} stands in the repository, for everyone who can read it.", entry.kind),
            kind: entry.kind,
            cwe: "CWE-798".to_owned(),
            severity: entry.severity,
            confidence: entry.confidence,
            category: "secret".to_owned(),
            advice: ADVICE.to_owned(),
            link: LINK.to_owned(),
        };
        Self {
            about: Arc::new(about),
            place,
            entropy: entry.entropy,
            password: entry.password,
            random: entry.random,
            text: entry.regex,
            shape: OnceLock::new(),
        }
    }

    /// Compiled on first use: most repositories meet few of them.
    pub(super) fn shape(&self) -> Option<&Regex> {
        let compile = || {
            RegexBuilder::new(&self.text)
                .unicode(false)
                .multi_line(true)
                .size_limit(MAX_SHAPE_BYTES)
                .build()
                .ok()
        };
        self.shape.get_or_init(compile).as_ref()
    }
}
