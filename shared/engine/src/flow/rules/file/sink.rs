//! Uses that are weaknesses: by the value that reaches them, or by their constants.

use serde::Deserialize;

use super::{On, When, sure};

/// Where a tainted value does harm.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Sink {
    #[serde(rename = "match")]
    pub(in crate::flow) matches: Vec<String>,
    #[serde(default)]
    pub(in crate::flow) on: On,
    /// Positions of the dangerous arguments; all when both lists are empty.
    #[serde(default)]
    pub(in crate::flow) args: Vec<usize>,
    /// Names of the dangerous arguments.
    #[serde(default)]
    pub(in crate::flow) names: Vec<String>,
    /// Keys of an option object at the positions that are dangerous; empty for all of it.
    #[serde(default)]
    pub(in crate::flow) keys: Vec<String>,
    /// Entries of mappings in an argument that do no harm.
    #[serde(default)]
    pub(in crate::flow) except_keys: Vec<String>,
    /// Only what is spread into the call counts.
    #[serde(default)]
    pub(in crate::flow) spread: bool,
    /// Text that begins with a host, or a path of one's own, is harmless.
    #[serde(default)]
    pub(in crate::flow) anchored: bool,
    /// A container goes out as data, not as text.
    #[serde(default)]
    pub(in crate::flow) text: bool,
    /// Only the source as it came in counts, not one field of it.
    #[serde(default)]
    pub(in crate::flow) whole: bool,
    /// A sequence that begins with a constant program is harmless.
    #[serde(default)]
    pub(in crate::flow) program: bool,
    /// Of a sequence, only the first element is dangerous.
    #[serde(default)]
    pub(in crate::flow) first: bool,
    /// The receiver is dangerous too.
    #[serde(default)]
    pub(in crate::flow) receiver: bool,
    /// What the receiver of a method of unknown type may be called (a part of it); any when empty.
    #[serde(default)]
    pub(in crate::flow) called: Vec<String>,
    /// Only text put together from parts counts, not a value passed on whole.
    #[serde(default)]
    pub(in crate::flow) built: bool,
    #[serde(default)]
    pub(in crate::flow) when: Vec<When>,
    #[serde(default)]
    pub(in crate::flow) unless: Vec<When>,
    /// 0 to 1: how surely it is what its name says.
    #[serde(default = "sure")]
    pub(in crate::flow) certainty: f64,
}

/// A call (or other use) that is wrong by its constants.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct ShapeRule {
    #[serde(rename = "match")]
    pub(in crate::flow) matches: Vec<String>,
    #[serde(default)]
    pub(in crate::flow) on: On,
    #[serde(default)]
    pub(in crate::flow) called: Vec<String>,
    /// All must hold.
    #[serde(default)]
    pub(in crate::flow) when: Vec<When>,
    /// None may hold.
    #[serde(default)]
    pub(in crate::flow) unless: Vec<When>,
    #[serde(default = "sure")]
    pub(in crate::flow) certainty: f64,
}
