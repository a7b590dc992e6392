//! Conditions on the arguments of a use.

use serde::Deserialize;

/// A condition on one argument.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct When {
    #[serde(default)]
    pub(in crate::flow) arg: Option<usize>,
    #[serde(default)]
    pub(in crate::flow) name: Option<String>,
    /// An entry of the argument, by key; `a.b` for one of an entry.
    #[serde(default)]
    pub(in crate::flow) key: Option<String>,
    #[serde(default)]
    pub(in crate::flow) is: Option<Literally>,
    #[serde(default)]
    pub(in crate::flow) among: Vec<Literally>,
    /// Its name or type is one of these.
    #[serde(default)]
    pub(in crate::flow) named: Vec<String>,
    /// It is text that begins with one of these.
    #[serde(default)]
    pub(in crate::flow) begins: Vec<String>,
    /// It is text that contains one of these, whatever the case.
    #[serde(default)]
    pub(in crate::flow) holds: Vec<String>,
    /// It is text that this matches.
    #[serde(default)]
    pub(in crate::flow) matches: Option<String>,
    #[serde(default)]
    pub(in crate::flow) below: Option<f64>,
    /// There is no such argument.
    #[serde(default)]
    pub(in crate::flow) absent: bool,
    /// There is one, whatever it is.
    #[serde(default)]
    pub(in crate::flow) present: bool,
    /// It is (or is not) a constant.
    #[serde(default)]
    pub(in crate::flow) constant: Option<bool>,
    /// It is a number with one of these bits.
    #[serde(default)]
    pub(in crate::flow) bits: Option<i64>,
    /// It is text put together from parts.
    #[serde(default)]
    pub(in crate::flow) built: bool,
    /// It is text put together from parts, one of which is neither a constant nor made harmless for this class.
    #[serde(default)]
    pub(in crate::flow) raw: Option<String>,
    /// It is no constant and no container whose keys are all known.
    #[serde(default)]
    pub(in crate::flow) open: bool,
    /// It is put together from constants only, whichever they are.
    #[serde(default)]
    pub(in crate::flow) fixed: Option<bool>,
    /// It (any argument, where none is named) mentions a variable, field or key with one of these words.
    #[serde(default)]
    pub(in crate::flow) spelled: Vec<String>,
    /// With none of these words in it.
    #[serde(default)]
    pub(in crate::flow) unlike: Vec<String>,
    /// The text of the receiver (or target) holds one of these words.
    #[serde(default)]
    pub(in crate::flow) near: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub(in crate::flow) enum Literally {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
}
