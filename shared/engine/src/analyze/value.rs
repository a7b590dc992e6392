//! Where a value comes from, as far as one function's assignments tell: a constant, something unknown, a parameter or
//! the outside.
//!
//! It looks through names, text building and calls, takes the worst of what it finds, and stops at its fuel. No order of
//! branches, no guards, nothing across functions: that is the data flow's work.

use std::cell::{Cell, LazyCell};
use std::rc::Rc;

use serde::Deserialize;

use super::names::Names;
use super::outline::Outline;
use super::question;
use super::scope::{Meaning, Scopes};
use super::unit::{Node, Unit};
use crate::rules::Sources;

/// Nodes that all questions on one file may visit.
const FUEL_PER_FILE: u32 = 1_000_000;
/// Longest constant text that is kept.
const MAX_TEXT_BYTES: usize = 2000;

/// From harmless to hostile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Origin {
    #[default]
    Constant,
    Unknown,
    /// A parameter of the function, or what the user of a command line types.
    Parameter,
    /// A request, or another thing that strangers write.
    Input,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Value {
    pub(crate) origin: Origin,
    /// Text put together from constant and other parts.
    pub(crate) built: bool,
    /// The constant parts, one after another.
    pub(crate) text: String,
    /// The expression that brings in the worst part, as `request.args`.
    pub(crate) source: String,
}

/// What is known about one file.
pub(crate) struct Facts<'u> {
    pub(crate) unit: &'u Unit,
    pub(crate) names: Names,
    /// Made when first asked for: in most files nothing asks.
    pub(crate) scopes: LazyCell<Scopes<'u>, Box<dyn FnOnce() -> Scopes<'u> + 'u>>,
    pub(crate) sources: &'static Sources,
    pub(crate) outline: Rc<Outline<'u>>,
    fuel: Cell<u32>,
}

impl<'u> Facts<'u> {
    /// `None` for a tree too deep to be walked.
    pub(crate) fn of(unit: &'u Unit) -> Option<Self> {
        Outline::of(unit).map(|outline| Self::with(unit, outline))
    }

    pub(crate) fn with(unit: &'u Unit, outline: Outline<'u>) -> Self {
        let outline = Rc::new(outline);
        let names = Names::of(unit.language.family(), &outline);
        let marked = Rc::clone(&outline);
        let scopes: Box<dyn FnOnce() -> Scopes<'u>> = Box::new(move || Scopes::of(unit, &marked));
        let scopes = LazyCell::new(scopes);
        let fuel = Cell::new(FUEL_PER_FILE);
        Self { unit, names, scopes, sources: Sources::of(unit.language), outline, fuel }
    }

    pub(crate) fn value(&self, node: &Node<'u>, clean: &[String]) -> Value {
        let (value, spent) = question::answer(self, node, clean, self.fuel.get());
        self.fuel.set(self.fuel.get() - spent);
        value
    }

    /// Whether the file used up its work limit, so that later answers were `Unknown`.
    pub(crate) fn is_out_of_fuel(&self) -> bool {
        self.fuel.get() == 0
    }

    /// The call that made this value, looked for through one name: `c = sqlite3.connect(p); c.cursor()` asks for `c`.
    pub(crate) fn maker(&self, node: &Node<'u>) -> Option<String> {
        let node = unwrapped(node);
        match &*node.kind() {
            "identifier" => match self.scopes.meaning(&node.text(), node.range().start) {
                Meaning::Values(values) => {
                    let value = unwrapped(&values.first()?.value);
                    self.names.callee(&value)
                }
                Meaning::Parameter(_) | Meaning::Unknown => None,
            },
            _ => self.names.callee(&node),
        }
    }
}

impl Value {
    pub(crate) fn of(origin: Origin) -> Self {
        Self { origin, ..Self::default() }
    }

    pub(super) fn constant(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    /// Either of two.
    pub(super) fn or(mut self, other: Self) -> Self {
        if other.origin > self.origin {
            self.source = other.source;
        }
        self.origin = self.origin.max(other.origin);
        self.built |= other.built;
        self.add_text(&other.text);
        self
    }

    /// One after the other; text as soon as one of them is.
    pub(super) fn then(self, other: Self, is_text: bool) -> Self {
        let mixed = is_text && (self.origin > Origin::Constant || other.origin > Origin::Constant);
        let mut whole = self.or(other);
        whole.built |= mixed;
        whole
    }

    fn add_text(&mut self, text: &str) {
        if !text.is_empty() && self.text.len() + text.len() < MAX_TEXT_BYTES {
            self.text.push(' ');
            self.text.push_str(text);
        }
    }
}

/// Whether a dotted name is the one that a rule means: `*.execute` is any method of that name.
pub(crate) fn is_name(name: &str, wanted: &str) -> bool {
    match wanted.strip_prefix('*') {
        Some(end) => name.ends_with(end),
        None => name == wanted,
    }
}

pub(crate) fn is_constant_name(name: &str) -> bool {
    name.len() > 1 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

fn unwrapped<'u>(node: &Node<'u>) -> Node<'u> {
    let mut node = node.clone();
    while matches!(
        &*node.kind(),
        "parenthesized_expression" | "await" | "await_expression" | "non_null_expression"
    ) {
        let inner = node.named_children().next();
        match inner {
            Some(inner) => node = inner,
            None => break,
        }
    }
    node
}
