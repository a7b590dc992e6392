//! Constants that are weaknesses by the name they are given.

use serde::Deserialize;

use super::sure;

/// A constant that is wrong by the name it is given.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Literal {
    /// Words in the name, in lower case.
    pub(in crate::flow) names: Vec<String>,
    /// Words that say it is something else.
    #[serde(default)]
    pub(in crate::flow) except: Vec<String>,
    /// Only values that look drawn at random.
    #[serde(default)]
    pub(in crate::flow) random: bool,
    /// Values that nobody would take for real.
    #[serde(default)]
    pub(in crate::flow) unlike: Vec<String>,
    #[serde(default = "some")]
    pub(in crate::flow) least: usize,
    #[serde(default = "sure")]
    pub(in crate::flow) certainty: f64,
}

fn some() -> usize {
    3
}
