//! What makes a value harmless: calls that change it, and tests of it.

use serde::Deserialize;

use super::When;

/// What makes a value harmless for some classes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Sanitiser {
    #[serde(rename = "match", default)]
    pub(in crate::flow) matches: Vec<String>,
    /// Parts of a name that say so, for functions of which nothing else is known.
    #[serde(default)]
    pub(in crate::flow) like: Vec<String>,
    /// Parts of a name that say otherwise.
    #[serde(default)]
    pub(in crate::flow) unlike: Vec<String>,
    #[serde(default)]
    pub(in crate::flow) classes: Vec<String>,
    #[serde(default)]
    pub(in crate::flow) when: Vec<When>,
}

/// What, when true (or false), says that a value is harmless.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Guard {
    #[serde(rename = "match", default)]
    pub(in crate::flow) matches: Vec<String>,
    /// Parts of a name, for functions of which nothing else is known.
    #[serde(default)]
    pub(in crate::flow) like: Vec<String>,
    /// Text whose presence in the value is tested.
    #[serde(default)]
    pub(in crate::flow) contains: Vec<String>,
    pub(in crate::flow) classes: Vec<String>,
    /// The outcome that says harmless.
    #[serde(default = "yes")]
    pub(in crate::flow) when_true: bool,
    /// The arguments that are tested; none for the receiver.
    #[serde(default)]
    pub(in crate::flow) args: Vec<usize>,
    #[serde(default)]
    pub(in crate::flow) when: Vec<When>,
}

fn yes() -> bool {
    true
}
