//! One question about a value, followed through names, text building and calls until its fuel is gone.

use std::cell::Cell;

use super::call::{self, Function};
use super::field::Field;
use super::scope::{Meaning, Parameter};
use super::unit::Node;
use super::value::{Facts, Origin, Value, is_constant_name, is_name};

/// Nodes that one question may visit.
const FUEL_PER_VALUE: u32 = 400;

/// How many names and expressions deep one question goes.
const MAX_DEPTH: u32 = 40;

/// The value of `node`, and the fuel spent on it; `clean` names calls that make a value harmless for the rule that asks.
pub(super) fn answer<'u>(facts: &Facts<'u>, node: &Node<'u>, clean: &[String], fuel: u32) -> (Value, u32) {
    let granted = FUEL_PER_VALUE.min(fuel);
    let question = Question { facts, clean, fuel: Cell::new(granted) };
    let value = question.of(node, node.range().start, 0);
    (value, granted - question.fuel.get())
}

struct Question<'f, 'u> {
    facts: &'f Facts<'u>,
    /// Calls that make a value harmless for the rule that asks.
    clean: &'f [String],
    fuel: Cell<u32>,
}

impl<'u> Question<'_, 'u> {
    fn of(&self, node: &Node<'u>, at: usize, depth: u32) -> Value {
        let Some(fuel) = self.fuel.get().checked_sub(1).filter(|_| depth < MAX_DEPTH) else {
            return Value::of(Origin::Unknown);
        };
        self.fuel.set(fuel);
        let deeper = |child: &Node<'u>| self.of(child, at, depth + 1);
        let first = || node.named_children().next().map_or_else(Value::default, |child| deeper(&child));
        let field = |field: Field| field.of(node).map_or_else(Value::default, |child| deeper(&child));
        match &*node.kind() {
            kind if is_text(kind) => self.text(node, at, depth),
            kind if is_text_content(kind) => Value::constant(&node.text()),
            kind if is_harmless(kind) => Value::default(),
            "binary_operator" | "binary_expression" | "binary" => self.binary(node, at, depth),
            "boolean_operator" => field(Field::Left).or(field(Field::Right)),
            "conditional_expression" => {
                let branches: Vec<_> = node.named_children().collect();
                match &branches[..] {
                    [yes, _, no] => deeper(yes).or(deeper(no)),
                    _ => Value::of(Origin::Unknown),
                }
            }
            "ternary_expression" => field(Field::Consequence).or(field(Field::Alternative)),
            _ if call::of(node).is_some() => self.call(node, at, depth),
            _ if call::member(node).is_some() => self.member(node, at, depth),
            "subscript" | "subscript_expression" => {
                match Field::Value.of(node).or_else(|| Field::Object.of(node)) {
                    Some(object) => deeper(&object),
                    None => first(),
                }
            }
            "element_reference" | "element_access_expression" | "index_expression" => first(),
            "identifier" | "shorthand_property_identifier" | "variable_name" | "instance_variable" => {
                self.name(node, at, depth)
            }
            "keyword_argument" | "pair" => field(Field::Value),
            "parenthesized_expression"
            | "await"
            | "await_expression"
            | "as_expression"
            | "satisfies_expression"
            | "non_null_expression"
            | "template_substitution"
            | "jsx_expression" => first(),
            _ => node.named_children().fold(Value::default(), |all, child| all.or(deeper(&child))),
        }
    }

    /// A literal, with what is put into it.
    fn text(&self, node: &Node<'u>, at: usize, depth: u32) -> Value {
        let mut whole = Value::default();
        for part in node.named_children() {
            let value = self.of(&part, at, depth + 1);
            whole = whole.then(value, /* is_literal_text */ true);
        }
        whole
    }

    fn binary(&self, node: &Node<'u>, at: usize, depth: u32) -> Value {
        let (Some(left), Some(right)) = (Field::Left.of(node), Field::Right.of(node)) else {
            return Value::of(Origin::Unknown);
        };
        let operator =
            Field::Operator.of(node).map(|operator| operator.text().into_owned()).unwrap_or_default();
        let side = |side: &Node<'u>| self.of(side, at, depth + 1);
        match operator.as_str() {
            "+" | "." | "%" | "/" => {
                let left = side(&left);
                // Python's `%` takes the text on its left; a plain division has none.
                let is_text = !left.text.is_empty() || left.built;
                let right = side(&right);
                let is_text = is_text || !right.text.is_empty() || right.built;
                left.then(right, is_text)
            }
            "||" | "??" | "|" | "or" | "&&" => side(&left).or(side(&right)),
            _ => Value::default(),
        }
    }

    fn call(&self, node: &Node<'u>, at: usize, depth: u32) -> Value {
        let Some(call) = call::of(node) else { return Value::of(Origin::Unknown) };
        let name = self.facts.names.callee(node).unwrap_or_default();
        let sources = self.facts.sources;
        if sources.is_clean(&name) || self.clean.iter().any(|clean| is_name(&name, clean)) {
            return Value::default();
        }
        if let Some(origin) = sources.origin_of(&name, self.function(at)) {
            let called = match &call.function {
                Function::Expression(function) => function.text(),
                Function::Method(..) => name.as_str().into(),
            };
            return Value { source: short(&called), ..Value::of(origin) };
        }
        let method = name.rsplit('.').next().unwrap_or(&name);
        let receiver = call.object().map(|object| self.of(&object, at, depth + 1));
        if sources.formats(&name) {
            return call.arguments.map_or_else(Value::default, |list| self.text(&list, at, depth));
        }
        let arguments = call.arguments.map_or_else(Value::default, |list| {
            list.named_children()
                .fold(Value::default(), |all, argument| all.or(self.of(&argument, at, depth + 1)))
        });
        let builds = matches!(method, "format" | "concat" | "join" | "replace" | "format_map");
        match receiver {
            Some(receiver) if builds && !receiver.text.is_empty() => receiver.then(arguments, true),
            Some(receiver) if sources.passes(&name, method) => receiver.or(arguments),
            None if sources.passes(&name, method) => arguments,
            receiver => {
                let inner = receiver.unwrap_or_default().or(arguments);
                Value {
                    text: String::new(),
                    built: false,
                    origin: inner.origin.max(Origin::Unknown),
                    ..inner
                }
            }
        }
    }

    fn member(&self, node: &Node<'u>, at: usize, depth: u32) -> Value {
        let dotted = self.facts.names.dotted(node).unwrap_or_default();
        if let Some(origin) = self.facts.sources.origin_of(&dotted, self.function(at)) {
            return Value { source: short(&node.text()), ..Value::of(origin) };
        }
        let last = dotted.rsplit('.').next().unwrap_or_default();
        if is_constant_name(last) || last == "length" {
            return Value::default();
        }
        let Some((_, Some(object))) = call::member(node) else { return Value::of(Origin::Unknown) };
        let object = self.of(&object, at, depth + 1);
        Value { origin: object.origin.max(Origin::Unknown), text: String::new(), built: false, ..object }
    }

    fn function(&self, at: usize) -> &str {
        &self.facts.scopes.function_at(at).name
    }

    fn name(&self, node: &Node<'u>, at: usize, depth: u32) -> Value {
        let name = node.text();
        if self.facts.names.imported(&name).is_some() && !is_constant_name(&name) {
            return self.facts.sources.named(self.facts.names.imported(&name).unwrap_or_default());
        }
        match self.facts.scopes.meaning(&name, at) {
            Meaning::Values(values) => {
                let mut whole = Value::default();
                for binding in values.iter().rev() {
                    // What a value is made of was read where it was assigned.
                    let value = self.of(&binding.value, binding.value.range().start, depth + 1);
                    whole = if binding.adds { whole.then(value, true) } else { whole.or(value) };
                }
                whole
            }
            Meaning::Parameter(Parameter::Number) => Value::default(),
            Meaning::Parameter(Parameter::Routed) if name != "request" => {
                Value { source: name.into_owned(), ..Value::of(Origin::Input) }
            }
            Meaning::Parameter(_) if matches!(&*name, "self" | "cls") => Value::of(Origin::Unknown),
            Meaning::Parameter(_) => Value { source: name.into_owned(), ..Value::of(Origin::Parameter) },
            Meaning::Unknown if is_constant_name(&name) || name == "undefined" => Value::default(),
            Meaning::Unknown => {
                let origin =
                    self.facts.sources.origin_of(&name, self.function(at)).unwrap_or(Origin::Unknown);
                Value { source: name.into_owned(), ..Value::of(origin) }
            }
        }
    }
}

/// A literal that may hold parts.
fn is_text(kind: &str) -> bool {
    matches!(
        kind,
        "string"
            | "concatenated_string"
            | "template_string"
            | "string_literal"
            | "interpreted_string_literal"
            | "raw_string_literal"
            | "encapsed_string"
            | "interpolated_string_expression"
            | "heredoc_body"
            | "subshell"
    )
}

fn is_text_content(kind: &str) -> bool {
    matches!(
        kind,
        "string_content"
            | "string_fragment"
            | "multiline_string_fragment"
            | "string_literal_content"
            | "interpreted_string_literal_content"
            | "raw_string_literal_content"
            | "verbatim_string_literal"
            | "escape_sequence"
    )
}

/// Literals, truth values, functions and whatever else brings no text of anybody's.
fn is_harmless(kind: &str) -> bool {
    matches!(
        kind,
        "integer"
            | "float"
            | "true"
            | "false"
            | "none"
            | "number"
            | "null"
            | "undefined"
            | "regex"
            | "comment"
            | "comparison_operator"
            | "not_operator"
            | "lambda"
            | "arrow_function"
            | "function_expression"
            | "string_start"
            | "string_end"
            | "ellipsis"
            | "class"
            | "type_annotation"
            | "format_specifier"
            | "type_conversion"
            | "jsx_text"
            | "decimal_integer_literal"
            | "integer_literal"
            | "boolean_literal"
            | "null_literal"
            | "nil"
            | "simple_symbol"
            | "lambda_expression"
            | "func_literal"
            | "class_literal"
    )
}

fn short(text: &str) -> String {
    text.chars().take(60).take_while(|c| *c != '\n').collect()
}
