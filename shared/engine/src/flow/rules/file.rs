//! The form of a rule file. Field names are what a rule's author writes; an unknown one is an error.

mod literal;
mod propagator;
mod rule;
mod sanitiser;
mod sink;
mod source;
mod when;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::super::lower::Language;

pub(in super::super) use literal::Literal;
pub(in super::super) use propagator::{Effect, Propagator};
pub(in super::super) use rule::Rule;
pub(in super::super) use sanitiser::{Guard, Sanitiser};
pub(in super::super) use sink::{ShapeRule, Sink};
pub(in super::super) use source::{Entry, Param, Source};
pub(in super::super) use when::{Literally, When};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RuleFile {
    /// Of a user's file: what it is for.
    #[serde(default)]
    pub(in super::super) language: Named,
    /// Classes that flow only from sources that name them.
    #[serde(default)]
    pub(in super::super) private: Vec<String>,
    /// A type, and the names by which its values are had.
    #[serde(default)]
    pub(in super::super) types: BTreeMap<String, Vec<String>>,
    /// Types whose values, handed to an unknown function, bring all that their sources hold.
    #[serde(default)]
    pub(in super::super) carriers: Vec<String>,
    /// Words in the names of variables that hold secrets.
    #[serde(default)]
    pub(in super::super) secrets: Vec<String>,
    /// Types whose values were judged when they were made.
    #[serde(default)]
    pub(in super::super) finished: Vec<String>,
    /// Calls that do not come back.
    #[serde(default)]
    pub(in super::super) never: Vec<String>,
    /// Types whose operators and `format` escape for HTML what they are joined with.
    #[serde(default)]
    pub(in super::super) markup: Vec<String>,
    /// Types that let only values of the declared type into their fields.
    #[serde(default)]
    pub(in super::super) checked: Vec<String>,
    /// Types that say nothing of what a value holds, as text.
    #[serde(default)]
    pub(in super::super) vague: Vec<String>,
    /// Defaults of parameters by which a framework brings something of its own making.
    #[serde(default)]
    pub(in super::super) provided: Vec<String>,
    /// Types whose values hold no text that could hurt, as numbers.
    #[serde(default)]
    pub(in super::super) plain: Vec<String>,
    #[serde(default)]
    pub(in super::super) source: Vec<Source>,
    #[serde(default)]
    pub(in super::super) param: Vec<Param>,
    #[serde(default)]
    pub(in super::super) entry: Vec<Entry>,
    #[serde(default)]
    pub(in super::super) sanitiser: Vec<Sanitiser>,
    #[serde(default)]
    pub(in super::super) propagator: Vec<Propagator>,
    #[serde(default)]
    pub(in super::super) guard: Vec<Guard>,
    #[serde(default)]
    pub(in super::super) rule: Vec<Rule>,
}

/// One name, or several in a list.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(in super::super) enum Named {
    One(String),
    Several(Vec<String>),
}

impl Default for Named {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl Named {
    pub(in super::super) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

/// What a name must be doing to match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum On {
    #[default]
    Call,
    /// Being evaluated.
    Read,
    /// Being assigned to.
    Set,
    /// Decorating a function or class.
    Decorator,
    /// Being derived from.
    Base,
}

fn sure() -> f64 {
    1.0
}

/// The rules that come with the engine; they are read at the language's first file.
pub(in super::super) fn builtin(language: Language) -> &'static RuleFile {
    static PYTHON: OnceLock<RuleFile> = OnceLock::new();
    static SCRIPT: OnceLock<RuleFile> = OnceLock::new();
    match language {
        Language::Python => PYTHON.get_or_init(|| read(include_str!("../../../rules/flow/python.toml"))),
        Language::JavaScript | Language::TypeScript | Language::Tsx => {
            SCRIPT.get_or_init(|| read(include_str!("../../../rules/flow/javascript.toml")))
        }
    }
}

/// A built-in file that does not read is a fault of this crate, which a test finds.
#[expect(clippy::expect_used, reason = "the text is part of the program and a test reads it")]
fn read(text: &str) -> RuleFile {
    toml::from_str(text).expect("a built-in rule file is valid")
}
