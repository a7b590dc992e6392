//! How each language writes a call, a member and a name: the only place of this stage that knows their node kinds.
//!
//! Kinds of one name mean the same in all of them, so that one table serves all.

use super::field::Field;
use super::unit::Node;

/// Longest written name that is read as one.
const MAX_NAME_BYTES: usize = 120;

/// `object.name(arguments)`.
pub(crate) struct Call<'u> {
    pub(crate) function: Function<'u>,
    pub(crate) arguments: Option<Node<'u>>,
}

pub(crate) enum Function<'u> {
    /// An expression that is called.
    Expression(Node<'u>),
    /// The name of a method, and what it is called on.
    Method(Node<'u>, Option<Node<'u>>),
}

/// Whether nodes of this kind may be calls.
pub(crate) fn is_call(kind: &str) -> bool {
    matches!(
        kind,
        "call"
            | "call_expression"
            | "invocation_expression"
            | "function_call_expression"
            | "new_expression"
            | "object_creation_expression"
            | "method_invocation"
            | "member_call_expression"
            | "nullsafe_member_call_expression"
            | "scoped_call_expression"
    )
}

pub(crate) fn of<'u>(node: &Node<'u>) -> Option<Call<'u>> {
    let kind = node.kind();
    let function = match &*kind {
        "call" | "call_expression" | "invocation_expression" | "function_call_expression" => {
            match Field::Function.of(node) {
                Some(function) => Function::Expression(function),
                // Ruby's.
                None => Function::Method(Field::Method.of(node)?, Field::Receiver.of(node)),
            }
        }
        "new_expression" => Function::Expression(Field::Constructor.of(node)?),
        "object_creation_expression" => {
            let named =
                Field::Type.of(node).or_else(|| node.named_children().find(|part| is_name(&part.kind())));
            Function::Expression(named?)
        }
        "method_invocation" | "member_call_expression" | "nullsafe_member_call_expression" => {
            Function::Method(Field::Name.of(node)?, Field::Object.of(node))
        }
        "scoped_call_expression" => Function::Method(Field::Name.of(node)?, Field::Scope.of(node)),
        _ => return None,
    };
    let arguments =
        Field::Arguments.of(node).or_else(|| node.named_children().find(|part| part.kind() == "arguments"));
    Some(Call { function, arguments })
}

/// The parts of `object.name`.
pub(crate) fn member<'u>(node: &Node<'u>) -> Option<(Node<'u>, Option<Node<'u>>)> {
    let (name, object) = match &*node.kind() {
        "attribute" => (Field::Attribute, Field::Object),
        "member_expression" => (Field::Property, Field::Object),
        "field_access" => (Field::Member, Field::Object),
        "selector_expression" => (Field::Member, Field::Operand),
        "member_access_expression" if Field::Expression.of(node).is_some() => {
            (Field::Name, Field::Expression)
        }
        "member_access_expression" => (Field::Name, Field::Object),
        _ => return None,
    };
    Some((name.of(node)?, object.of(node)))
}

/// A name as it is written, whatever separates its parts.
pub(crate) fn written(node: &Node<'_>) -> Option<String> {
    let text = node.text();
    if !is_name(&node.kind()) || text.len() > MAX_NAME_BYTES {
        return None;
    }
    Some(text.trim_start_matches('\\').replace("::", ".").replace('\\', "."))
}

fn is_name(kind: &str) -> bool {
    matches!(
        kind,
        "identifier"
            | "this"
            | "super"
            | "type_identifier"
            | "scoped_type_identifier"
            | "field_identifier"
            | "constant"
            | "scope_resolution"
            | "instance_variable"
            | "global_variable"
            | "name"
            | "qualified_name"
            | "variable_name"
            | "word"
    )
}

impl<'u> Call<'u> {
    pub(crate) fn object(&self) -> Option<Node<'u>> {
        match &self.function {
            Function::Expression(function) => member(function).and_then(|(_, object)| object),
            Function::Method(_, object) => object.clone(),
        }
    }

    /// The node whose place is the call's place.
    pub(crate) fn name(&self) -> Node<'u> {
        match &self.function {
            Function::Expression(function) => {
                member(function).map_or_else(|| function.clone(), |(name, _)| name)
            }
            Function::Method(name, _) => name.clone(),
        }
    }
}

/// A part of a node by the word that a rule has for it: `itself`, `object`, `arguments`, a number from 1 for a call's
/// argument or any other node's child, or the grammar's name of a field.
pub(crate) fn part<'u>(node: &Node<'u>, word: &str) -> Option<Node<'u>> {
    let call = of(node);
    match word {
        "itself" => Some(node.clone()),
        "object" => call?.object(),
        "arguments" => call?.arguments,
        _ => {
            let Ok(place) = word.parse::<usize>() else { return node.field(word) };
            let place = place.checked_sub(1)?;
            let list = if call.is_some() { call?.arguments? } else { node.clone() };
            list.named_children().filter(|part| !part.kind().contains("comment")).nth(place)
        }
    }
}
