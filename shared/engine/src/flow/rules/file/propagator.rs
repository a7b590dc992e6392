//! What a call does with the values that it is given.

use serde::Deserialize;

use super::When;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Propagator {
    #[serde(rename = "match")]
    pub(in crate::flow) matches: Vec<String>,
    pub(in crate::flow) effect: Effect,
    /// Positions that count, where the effect has any.
    #[serde(default)]
    pub(in crate::flow) args: Vec<usize>,
    #[serde(default)]
    pub(in crate::flow) when: Vec<When>,
    /// The type that the receiver or the result has afterwards.
    #[serde(default)]
    pub(in crate::flow) becomes: String,
    /// The position of the callback.
    #[serde(default)]
    pub(in crate::flow) callback: Option<usize>,
}

/// What a call does to its receiver, arguments and result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::flow) enum Effect {
    /// Adds the arguments at the end.
    Push,
    /// Adds them at the front.
    Unshift,
    /// Adds at a position.
    Insert,
    /// Takes the last one, or that at a position.
    Pop,
    /// Takes the first one.
    Shift,
    /// All arguments but the last are the key of the last.
    Store,
    /// The arguments in `args` (all by default) are a key; further ones a default.
    Load,
    /// Takes over the elements of the arguments.
    Extend,
    /// The first argument takes over the elements of the others, and is the result.
    Assign,
    /// The result holds the first argument, and nothing else, as often as the receiver is long.
    Fill,
    /// The arguments flow into the receiver.
    Absorb,
    /// The receiver is the result.
    Receiver,
    /// Only the arguments in `args` flow into the result.
    Args,
    /// Nothing flows.
    Nothing,
    /// The callback gets the receiver's elements; its results are the elements of the result.
    Map,
    /// The callback gets the receiver's elements; so does the result.
    Filter,
    /// The callback gets what the receiver gives in the end; its result is the result.
    Then,
    /// The callback gets the tainted receiver itself, as data events do.
    Event,
    /// The callback gets the first argument's elements.
    MapArg,
    /// The same, and so does the result.
    FilterArg,
    /// Text functions, evaluated where all is constant.
    Lower,
    Upper,
    Trim,
    Replace,
    Length,
    Join,
    Split,
    Format,
    StartsWith,
    EndsWith,
    Contains,
    IndexOf,
    /// The receiver has the type `becomes` from here on.
    Mark,
    /// So has the result.
    Become,
    Keys,
    /// Marks keys and elements of a mapping as pairs.
    Pairs,
    Values,
    /// A new sequence of the arguments.
    List,
    /// The keyword arguments (or the first argument) as a mapping.
    Dict,
}
