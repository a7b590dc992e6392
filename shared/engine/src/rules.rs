//! The rules: data in `rules/`, read once per language, on first use.
//!
//! A rule says what a weakness looks like (an ast-grep rule over the syntax tree), what must hold of the parts that the
//! shape captured (`where`), and what to tell people. Invariant: a rule comes with examples of both kinds, and one test
//! runs them all; a rule that does not compile fails that test and can reach no user.

mod data;
mod load;
mod own;
mod sources;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use ast_grep_config::RuleCore;
use quartet_domain::results::Severity;
use regex::Regex;
use serde::Deserialize;

use crate::analyze::Origin;

pub(crate) use load::RuleSet;
pub(crate) use own::{Budget, OwnRules, Problem, check_id, check_regex, is_built_in};
pub(crate) use sources::Sources;
#[cfg(test)]
use tests::Examples;

/// What people read about a weakness, shared by every finding of it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct About {
    /// As `python.sql-injection`.
    pub(crate) id: String,
    /// In words, as `SQL Injection`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// As `CWE-89`.
    pub(crate) cwe: String,
    pub(crate) severity: Severity,
    /// 0 to 1, for a value of which nothing is known but that it is a parameter.
    pub(crate) confidence: f64,
    #[serde(default = "security")]
    pub(crate) category: String,
    /// What is wrong, in one sentence.
    pub(crate) description: String,
    /// What to do, in one sentence.
    pub(crate) advice: String,
    pub(crate) link: String,
}

pub(crate) struct Rule {
    pub(crate) about: Arc<About>,
    pub(crate) shapes: Vec<Shape>,
}

/// One way that the weakness is written.
pub(crate) struct Shape {
    /// Full names of what is called, `*.name` for any method; empty for a shape that is no call.
    pub(crate) callee: Vec<String>,
    /// Absent where the callee says all.
    pub(crate) matcher: Option<RuleCore>,
    /// By what the shape captured, or by the words of [`part`](crate::analyze::call::part).
    pub(crate) conditions: BTreeMap<String, Condition>,
    /// In place of the rule's own.
    pub(crate) confidence: Option<f64>,
}

/// What must hold of a captured part, looked at through local assignments.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Condition {
    pub(crate) at_least: Origin,
    /// Text put together from constant and other parts.
    pub(crate) built: bool,
    /// Input as it came suffices too, whatever else is asked.
    pub(crate) as_is: bool,
    /// Must be found in the constant parts, where there are any.
    #[serde(deserialize_with = "sources::regex")]
    pub(crate) text: Option<Regex>,
    /// Calls that make the value harmless here.
    pub(crate) clean: Vec<String>,
    /// The call that made the value, as `tarfile.open`.
    pub(crate) made_by: Vec<String>,
    /// Full names, one of which it must be.
    pub(crate) names: Vec<String>,
}

fn security() -> String {
    "security".to_owned()
}
