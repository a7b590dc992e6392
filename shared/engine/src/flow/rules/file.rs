//! The form of a rule file. Field names are what a rule's author writes; an unknown one is an error.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use quartet_domain::results::Severity;
use serde::Deserialize;

use super::super::lower::Language;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RuleFile {
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

/// Where values that an outsider controls come from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Source {
    #[serde(rename = "match")]
    pub(in super::super) matches: Vec<String>,
    #[serde(default)]
    pub(in super::super) on: On,
    /// In words, as `the request's query`.
    pub(in super::super) what: String,
    /// 0 to 1: how surely an outsider controls it.
    pub(in super::super) strength: f64,
    #[serde(default = "every")]
    pub(in super::super) classes: Vec<String>,
}

/// A parameter whose name says its type.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Param {
    pub(in super::super) names: Vec<String>,
    #[serde(rename = "type")]
    pub(in super::super) ty: String,
    #[serde(default)]
    pub(in super::super) position: Option<usize>,
    /// Only in a function with one of these parameters too.
    #[serde(default)]
    pub(in super::super) beside: Vec<String>,
}

/// Functions that a framework calls with outside values.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Entry {
    /// Calls that register a function argument.
    #[serde(default)]
    pub(in super::super) calls: Vec<String>,
    #[serde(default)]
    pub(in super::super) decorators: Vec<String>,
    /// Classes whose methods are called so.
    #[serde(default)]
    pub(in super::super) bases: Vec<String>,
    /// Only these methods of such classes; all when empty.
    #[serde(default)]
    pub(in super::super) methods: Vec<String>,
    /// Types of the parameters, in order; `""` for none in particular.
    #[serde(default)]
    pub(in super::super) params: Vec<String>,
    /// All other parameters come from outside.
    #[serde(default)]
    pub(in super::super) source: bool,
    /// Only when the first argument is text that begins so.
    #[serde(default)]
    pub(in super::super) path: Option<String>,
    #[serde(default)]
    pub(in super::super) what: String,
    /// What they return is the argument of this sink.
    #[serde(default)]
    pub(in super::super) returns: Option<String>,
}

/// What makes a value harmless for some classes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Sanitiser {
    #[serde(rename = "match", default)]
    pub(in super::super) matches: Vec<String>,
    /// Parts of a name that say so, for functions of which nothing else is known.
    #[serde(default)]
    pub(in super::super) like: Vec<String>,
    /// Parts of a name that say otherwise.
    #[serde(default)]
    pub(in super::super) unlike: Vec<String>,
    #[serde(default)]
    pub(in super::super) classes: Vec<String>,
    #[serde(default)]
    pub(in super::super) when: Vec<When>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Propagator {
    #[serde(rename = "match")]
    pub(in super::super) matches: Vec<String>,
    pub(in super::super) effect: Effect,
    /// Positions that count, where the effect has any.
    #[serde(default)]
    pub(in super::super) args: Vec<usize>,
    #[serde(default)]
    pub(in super::super) when: Vec<When>,
    /// The type that the receiver or the result has afterwards.
    #[serde(default)]
    pub(in super::super) becomes: String,
    /// The position of the callback.
    #[serde(default)]
    pub(in super::super) callback: Option<usize>,
}

/// What a call does to its receiver, arguments and result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum Effect {
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

/// What, when true (or false), says that a value is harmless.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Guard {
    #[serde(rename = "match", default)]
    pub(in super::super) matches: Vec<String>,
    /// Parts of a name, for functions of which nothing else is known.
    #[serde(default)]
    pub(in super::super) like: Vec<String>,
    /// Text whose presence in the value is tested.
    #[serde(default)]
    pub(in super::super) contains: Vec<String>,
    pub(in super::super) classes: Vec<String>,
    /// The outcome that says harmless.
    #[serde(default = "yes")]
    pub(in super::super) when_true: bool,
    /// The arguments that are tested; none for the receiver.
    #[serde(default)]
    pub(in super::super) args: Vec<usize>,
    #[serde(default)]
    pub(in super::super) when: Vec<When>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Rule {
    /// As `python.sql-injection`.
    pub(in super::super) id: String,
    /// The class of its sinks; none for a rule of call shapes only.
    #[serde(default)]
    pub(in super::super) class: String,
    pub(in super::super) cwe: u32,
    /// The weakness in words, as `SQL Injection`.
    pub(in super::super) kind: String,
    pub(in super::super) severity: Severity,
    /// What is wrong, in one sentence.
    pub(in super::super) description: String,
    /// What to do, in one sentence.
    pub(in super::super) advice: String,
    pub(in super::super) link: String,
    /// Whether a parameter that reaches a sink is told of, with low confidence.
    #[serde(default)]
    pub(in super::super) weak: bool,
    #[serde(default)]
    pub(in super::super) sink: Vec<Sink>,
    #[serde(default)]
    pub(in super::super) shape: Vec<ShapeRule>,
    #[serde(default)]
    pub(in super::super) literal: Vec<Literal>,
    /// Code that it must find something in.
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "for the test that runs it"))]
    pub(in super::super) bad: Vec<String>,
    /// Code that it must find nothing in.
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "for the test that runs it"))]
    pub(in super::super) good: Vec<String>,
}

/// Where a tainted value does harm.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Sink {
    #[serde(rename = "match")]
    pub(in super::super) matches: Vec<String>,
    #[serde(default)]
    pub(in super::super) on: On,
    /// Positions of the dangerous arguments; all when both lists are empty.
    #[serde(default)]
    pub(in super::super) args: Vec<usize>,
    /// Names of the dangerous arguments.
    #[serde(default)]
    pub(in super::super) names: Vec<String>,
    /// Keys of an option object at the positions that are dangerous; empty for all of it.
    #[serde(default)]
    pub(in super::super) keys: Vec<String>,
    /// Entries of mappings in an argument that do no harm.
    #[serde(default)]
    pub(in super::super) except_keys: Vec<String>,
    /// Only what is spread into the call counts.
    #[serde(default)]
    pub(in super::super) spread: bool,
    /// Text that begins with a host, or a path of one's own, is harmless.
    #[serde(default)]
    pub(in super::super) anchored: bool,
    /// A container goes out as data, not as text.
    #[serde(default)]
    pub(in super::super) text: bool,
    /// Only the source as it came in counts, not one field of it.
    #[serde(default)]
    pub(in super::super) whole: bool,
    /// A sequence that begins with a constant program is harmless.
    #[serde(default)]
    pub(in super::super) program: bool,
    /// Of a sequence, only the first element is dangerous.
    #[serde(default)]
    pub(in super::super) first: bool,
    /// The receiver is dangerous too.
    #[serde(default)]
    pub(in super::super) receiver: bool,
    /// What the receiver of a method of unknown type may be called (a part of it); any when empty.
    #[serde(default)]
    pub(in super::super) called: Vec<String>,
    /// Only text put together from parts counts, not a value passed on whole.
    #[serde(default)]
    pub(in super::super) built: bool,
    #[serde(default)]
    pub(in super::super) when: Vec<When>,
    #[serde(default)]
    pub(in super::super) unless: Vec<When>,
    /// 0 to 1: how surely it is what its name says.
    #[serde(default = "sure")]
    pub(in super::super) certainty: f64,
}

/// A call (or other use) that is wrong by its constants.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ShapeRule {
    #[serde(rename = "match")]
    pub(in super::super) matches: Vec<String>,
    #[serde(default)]
    pub(in super::super) on: On,
    #[serde(default)]
    pub(in super::super) called: Vec<String>,
    /// All must hold.
    #[serde(default)]
    pub(in super::super) when: Vec<When>,
    /// None may hold.
    #[serde(default)]
    pub(in super::super) unless: Vec<When>,
    #[serde(default = "sure")]
    pub(in super::super) certainty: f64,
}

/// A condition on one argument.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct When {
    #[serde(default)]
    pub(in super::super) arg: Option<usize>,
    #[serde(default)]
    pub(in super::super) name: Option<String>,
    /// An entry of the argument, by key; `a.b` for one of an entry.
    #[serde(default)]
    pub(in super::super) key: Option<String>,
    #[serde(default)]
    pub(in super::super) is: Option<Literally>,
    #[serde(default)]
    pub(in super::super) among: Vec<Literally>,
    /// Its name or type is one of these.
    #[serde(default)]
    pub(in super::super) named: Vec<String>,
    /// It is text that begins with one of these.
    #[serde(default)]
    pub(in super::super) begins: Vec<String>,
    /// It is text that contains one of these, whatever the case.
    #[serde(default)]
    pub(in super::super) holds: Vec<String>,
    /// It is text that this matches.
    #[serde(default)]
    pub(in super::super) matches: Option<String>,
    #[serde(default)]
    pub(in super::super) below: Option<f64>,
    /// There is no such argument.
    #[serde(default)]
    pub(in super::super) absent: bool,
    /// There is one, whatever it is.
    #[serde(default)]
    pub(in super::super) present: bool,
    /// It is (or is not) a constant.
    #[serde(default)]
    pub(in super::super) constant: Option<bool>,
    /// It is a number with one of these bits.
    #[serde(default)]
    pub(in super::super) bits: Option<i64>,
    /// It is text put together from parts.
    #[serde(default)]
    pub(in super::super) built: bool,
    /// It is no constant and no container whose keys are all known.
    #[serde(default)]
    pub(in super::super) open: bool,
    /// It is put together from constants only, whichever they are.
    #[serde(default)]
    pub(in super::super) fixed: Option<bool>,
    /// It (any argument, where none is named) mentions a variable, field or key with one of these words.
    #[serde(default)]
    pub(in super::super) spelled: Vec<String>,
    /// With none of these words in it.
    #[serde(default)]
    pub(in super::super) unlike: Vec<String>,
    /// The text of the receiver (or target) holds one of these words.
    #[serde(default)]
    pub(in super::super) near: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub(in super::super) enum Literally {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
}

/// A constant that is wrong by the name it is given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Literal {
    /// Words in the name, in lower case.
    pub(in super::super) names: Vec<String>,
    /// Words that say it is something else.
    #[serde(default)]
    pub(in super::super) except: Vec<String>,
    /// Only values that look drawn at random.
    #[serde(default)]
    pub(in super::super) random: bool,
    /// Values that nobody would take for real.
    #[serde(default)]
    pub(in super::super) unlike: Vec<String>,
    #[serde(default = "some")]
    pub(in super::super) least: usize,
    #[serde(default = "sure")]
    pub(in super::super) certainty: f64,
}

fn every() -> Vec<String> {
    vec!["*".to_owned()]
}

fn yes() -> bool {
    true
}

fn sure() -> f64 {
    1.0
}

fn some() -> usize {
    3
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
