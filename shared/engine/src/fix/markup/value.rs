//! What a value in JavaScript's HTML is: a plain read, which is escaped; harmless already; or perhaps markup.

use crate::analyze::unit::Node;
use crate::analyze::{Meaning, Origin, Parameter};

use super::super::call::Call;
use super::super::holes::{self, Piece};
use super::super::place::{Place, is_call};
use super::super::value;
use super::whole::{is_marked, unescaped as text_of, written_once};

const MAX_DEPTH: u32 = 8;
/// Parts of names of what holds markup on purpose.
const MARKUP: &[&str] =
    &["html", "markup", "svg", "render", "template", "layout", "partial", "fragment", "snippet", "rows"];
/// What a page is put together from, where it is no request's.
const PARTS: &[&str] = &["body", "content", "footer", "header", "page"];
/// Methods of a text that give plain text of plain text.
const OF_TEXT: &[&str] = &[
    "trim",
    "trimStart",
    "trimEnd",
    "toLowerCase",
    "toUpperCase",
    "toString",
    "slice",
    "substring",
    "normalize",
];
/// Functions that do.
const TO_TEXT: &[&str] = &["String", "decodeURIComponent", "encodeURIComponent"];

/// Whether the value is written down as plain text that somebody else wrote.
pub(super) fn is_plain<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> bool {
    plain(place, node, 0)
}

/// A number, or what a function of that name escaped.
pub(super) fn is_harmless<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> bool {
    let escapes =
        |call: &Call<'u>| ["escape", "htmlEscape"].iter().any(|name| call.method().starts_with(name));
    let value = written_once(place, node).unwrap_or_else(|| node.clone());
    value::is_number(place, node, true) || Call::of(place.facts, &value).is_some_and(|call| escapes(&call))
}

fn plain<'u>(place: &Place<'_, 'u>, node: &Node<'u>, depth: u32) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    let inner = |node: Option<Node<'u>>| node.is_some_and(|node| plain(place, &node, depth + 1));
    match &*node.kind() {
        "parenthesized_expression" | "as_expression" | "non_null_expression" => {
            inner(node.named_children().next())
        }
        "string" | "template_string" => is_plain_text(place, node, depth),
        "binary_expression" => {
            match node.field("operator").map(|operator| operator.text().into_owned()).as_deref() {
                Some("||" | "??") => {
                    inner(node.field("left")) && node.field("right").is_some_and(|right| is_constant(&right))
                }
                Some("+") => is_plain_text(place, node, depth),
                _ => false,
            }
        }
        "member_expression" | "subscript_expression" => {
            let property = node.field("property").or_else(|| node.field("index"));
            property.is_some_and(|property| {
                let name = property.text();
                !says_markup(&name)
                    && (is_read(place, node) || !PARTS.contains(&&*name) && inner(node.field("object")))
            })
        }
        "identifier" => !says_markup(&node.text()) && is_plain_name(place, node, depth),
        _ => Call::of(place.facts, node).is_some_and(|call| is_plain_call(place, &call, depth)),
    }
}

/// What the rules know as the outside, without a call.
fn is_read<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> bool {
    !node.dfs().any(|part| is_call(&part.kind())) && place.facts.value(node, &[]).origin == Origin::Input
}

fn is_plain_name<'u>(place: &Place<'_, 'u>, node: &Node<'u>, depth: u32) -> bool {
    match place.facts.scopes.meaning(&node.text(), node.range().start) {
        Meaning::Parameter(Parameter::Plain) => is_given_plain(place, node, depth),
        Meaning::Parameter(_) => true,
        Meaning::Values(_) => written_once(place, node).is_some_and(|value| plain(place, &value, depth + 1)),
        Meaning::Unknown => is_read(place, node),
    }
}

fn is_plain_call<'u>(place: &Place<'_, 'u>, call: &Call<'u>, depth: u32) -> bool {
    let plain = |node: Option<Node<'u>>| node.is_some_and(|node| plain(place, &node, depth + 1));
    if TO_TEXT.contains(&call.name.as_str()) {
        return plain(call.positional(0));
    }
    let Some(receiver) = call.receiver() else { return false };
    match call.method() {
        "get" | "header" | "param" => {
            let is_named =
                call.positional(0).is_some_and(|name| name.kind() == "string" && !says_markup(&name.text()));
            is_named && (is_query(place, &receiver) || is_object(place, &receiver))
        }
        method => OF_TEXT.contains(&method) && plain(Some(receiver)),
    }
}

/// An address's query.
fn is_query<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> bool {
    node.text().ends_with("searchParams")
        || place.facts.maker(node).is_some_and(|maker| maker.ends_with("URLSearchParams"))
}

/// The request's own object, as far as a parameter tells.
fn is_object<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> bool {
    let meaning = place.facts.scopes.meaning(&node.text(), node.range().start);
    node.kind() == "identifier" && matches!(meaning, Meaning::Parameter(_))
}

/// Whether each caller in the file passes plain text for a parameter; a member of an object is the object's.
fn is_given_plain<'u>(place: &Place<'_, 'u>, name: &Node<'u>, depth: u32) -> bool {
    let is_member = name
        .parent()
        .is_some_and(|parent| parent.field("object").is_some_and(|object| object.range() == name.range()));
    if is_member {
        return true;
    }
    let text = name.text();
    let taken = name.ancestors().find_map(|function| {
        let list = function.field("parameters")?;
        let parameters: Vec<_> = list.named_children().collect();
        let at = parameters
            .iter()
            .position(|one| one.dfs().find(Node::is_named_leaf).is_some_and(|first| first.text() == text))?;
        (!parameters[at].text().contains('<')).then_some((function, at))
    });
    let Some((function, at)) = taken else { return false };
    let declared = function.parent().filter(|parent| parent.kind() == "variable_declarator");
    let Some(called) = function.field("name").or_else(|| declared?.field("name")) else { return false };
    let root = place.facts.unit.root();
    let mut calls = root.dfs().filter(|node| {
        let callee = node.field("function").map(|callee| callee.field("property").unwrap_or(callee));
        is_call(&node.kind()) && callee.is_some_and(|callee| callee.text() == called.text())
    });
    let mut is_called = false;
    let all = calls.all(|node| {
        is_called = true;
        let argument = Call::of(place.facts, &node).and_then(|call| call.positional(at));
        argument.is_some_and(|argument| plain(place, &argument, depth + 1))
    });
    is_called && all
}

fn says_markup(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    MARKUP.iter().any(|part| name.contains(part))
}

/// A literal without marks.
fn is_constant(node: &Node<'_>) -> bool {
    node.kind() == "number"
        || node.kind() == "string" && text_of(&node.text()).is_some_and(|it| !is_marked(&it))
}

/// Text of plain values, without marks of its own.
fn is_plain_text<'u>(place: &Place<'_, 'u>, node: &Node<'u>, depth: u32) -> bool {
    let pieces = holes::pieces(place.family, node).flatten().unwrap_or_default();
    !pieces.is_empty()
        && pieces.iter().all(|piece| match piece {
            Piece::Text(text) => text_of(text).is_some_and(|text| !is_marked(&text)),
            Piece::Hole(value, _) => plain(place, value, depth + 1),
        })
}
