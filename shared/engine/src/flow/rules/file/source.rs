//! Where outside values come in: reads, parameters, functions that a framework calls.

use serde::Deserialize;

use super::On;

/// Where values that an outsider controls come from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Source {
    #[serde(rename = "match")]
    pub(in crate::flow) matches: Vec<String>,
    #[serde(default)]
    pub(in crate::flow) on: On,
    /// In words, as `the request's query`.
    pub(in crate::flow) what: String,
    /// 0 to 1: how surely an outsider controls it.
    pub(in crate::flow) strength: f64,
    #[serde(default = "every")]
    pub(in crate::flow) classes: Vec<String>,
}

/// A parameter whose name says its type.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Param {
    pub(in crate::flow) names: Vec<String>,
    #[serde(rename = "type")]
    pub(in crate::flow) ty: String,
    #[serde(default)]
    pub(in crate::flow) position: Option<usize>,
    /// Only in a function with one of these parameters too.
    #[serde(default)]
    pub(in crate::flow) beside: Vec<String>,
}

/// Functions that a framework calls with outside values.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Entry {
    /// Calls that register a function argument.
    #[serde(default)]
    pub(in crate::flow) calls: Vec<String>,
    #[serde(default)]
    pub(in crate::flow) decorators: Vec<String>,
    /// Classes whose methods are called so.
    #[serde(default)]
    pub(in crate::flow) bases: Vec<String>,
    /// Only these methods of such classes; all when empty.
    #[serde(default)]
    pub(in crate::flow) methods: Vec<String>,
    /// Types of the parameters, in order; `""` for none in particular.
    #[serde(default)]
    pub(in crate::flow) params: Vec<String>,
    /// All other parameters come from outside.
    #[serde(default)]
    pub(in crate::flow) source: bool,
    /// Only when the first argument is text that begins so.
    #[serde(default)]
    pub(in crate::flow) path: Option<String>,
    #[serde(default)]
    pub(in crate::flow) what: String,
    /// What they return is the argument of this sink.
    #[serde(default)]
    pub(in crate::flow) returns: Option<String>,
}

fn every() -> Vec<String> {
    vec!["*".to_owned()]
}
