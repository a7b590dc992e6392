//! What a value is, as far as its code tells: a number, text, what a request gives. Templates ask it here and decide
//! themselves what they make of it; where the code does not tell, the answer is no.

use crate::analyze::unit::Node;
use crate::analyze::{Meaning, Parameter};
use crate::language::Family;

use super::call::Call;
use super::place::Place;

/// How many names one is looked through.
const MAX_DEPTH: u8 = 3;
/// What gives a number whatever it is given.
const PYTHON_NUMBERS: &[&str] = &["int", "float", "len", "os.getpid"];
const SCRIPT_NUMBERS: &[&str] =
    &["Number", "parseInt", "parseFloat", "Number.parseInt", "Number.parseFloat", "Math.floor"];
/// Methods whose result is text.
const OF_TEXT: &[&str] = &["strip", "decode", "lower", "upper", "replace", "trim", "toString", "toLowerCase"];
/// Parts of a request that hold text, in Flask, Django and aiohttp.
const PYTHON_PARTS: &[&str] =
    &["args", "form", "values", "cookies", "headers", "GET", "POST", "COOKIES", "query", "params"];
/// In Express, where `?a[b]=c` gives an object.
const SCRIPT_PARTS: &[&str] = &["query", "params", "cookies", "headers"];

/// The value without the parentheses around it.
pub(super) fn unwrapped<'u>(node: &Node<'u>) -> Node<'u> {
    let mut node = node.clone();
    while node.kind() == "parenthesized_expression" {
        let Some(inner) = node.named_children().next() else { break };
        node = inner;
    }
    node
}

/// Whether the value is a number. `annotated`: a parameter's annotation is believed, although nothing holds callers to it.
pub(super) fn is_number<'u>(place: &Place<'_, 'u>, node: &Node<'u>, annotated: bool) -> bool {
    is_number_within(place, node, annotated, MAX_DEPTH)
}

fn is_number_within<'u>(place: &Place<'_, 'u>, node: &Node<'u>, annotated: bool, depth: u8) -> bool {
    let node = unwrapped(node);
    match &*node.kind() {
        "integer" | "float" | "number" => true,
        "call" | "call_expression" => Call::of(place.facts, &node).is_some_and(|call| {
            let known = match place.family {
                Family::Python => PYTHON_NUMBERS,
                Family::JavaScript => SCRIPT_NUMBERS,
            };
            known.contains(&&*call.name)
        }),
        "unary_expression" => node.text().starts_with('+'),
        "binary_operator" | "binary_expression" => {
            let is_arithmetic =
                node.field("operator").is_some_and(|o| matches!(&*o.text(), "+" | "-" | "*" | "//"));
            let both = [node.field("left"), node.field("right")];
            let mut sides = both.iter().flatten();
            is_arithmetic && sides.all(|side| is_number_within(place, side, annotated, depth))
        }
        "identifier" => match place.facts.scopes.meaning(&node.text(), node.range().start) {
            Meaning::Parameter(parameter) => annotated && parameter == Parameter::Number,
            Meaning::Values(_) if depth > 0 => written_alone(place, &node)
                .is_some_and(|value| is_number_within(place, &value, annotated, depth - 1)),
            Meaning::Values(_) | Meaning::Unknown => false,
        },
        _ => false,
    }
}

/// Whether the value is text, and never nothing.
pub(super) fn is_text<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> bool {
    is_text_within(place, node, MAX_DEPTH)
}

fn is_text_within<'u>(place: &Place<'_, 'u>, node: &Node<'u>, depth: u8) -> bool {
    let node = unwrapped(node);
    match &*node.kind() {
        "string" | "concatenated_string" | "template_string" => !node.text().starts_with(['b', 'B']),
        "identifier" if depth > 0 => {
            written_alone(place, &node).is_some_and(|value| is_text_within(place, &value, depth - 1))
        }
        "subscript" => place.family == Family::Python && is_given(place, &node),
        "call" | "call_expression" => {
            let callee = node.field("function").map(|callee| callee.text().into_owned()).unwrap_or_default();
            match callee.rsplit_once('.') {
                Some((_, method)) => OF_TEXT.contains(&method),
                None => matches!(&*callee, "str" | "String" | "input"),
            }
        }
        _ => false,
    }
}

/// Whether a request, the command line or the environment gives the value: text, or nothing; in JavaScript a request may
/// give an object too.
pub(super) fn is_given<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> bool {
    let node = unwrapped(node);
    let holder = match &*node.kind() {
        // `request.form.get("a", "")`; a default of another kind is given too.
        "call" => Call::of(place.facts, &node)
            .filter(|call| {
                let is_text = |part: &Node<'_>| matches!(&*part.kind(), "string" | "none" | "identifier");
                call.method() == "get" && call.arguments.iter().all(is_text)
            })
            .and_then(|call| call.callee.field("object")),
        "subscript" => node.field("value"),
        "member_expression" | "subscript_expression" => node.field("object"),
        _ => None,
    };
    let Some(holder) = holder else { return false };
    let full = place.facts.names.dotted(&holder).unwrap_or_else(|| holder.text().into_owned());
    let part_of = |object: &str| full.rsplit_once('.').filter(|(rest, _)| ends_with(rest, object));
    match place.family {
        Family::Python => {
            matches!(&*full, "sys.argv" | "os.environ")
                || part_of("request").is_some_and(|(_, part)| PYTHON_PARTS.contains(&part))
        }
        Family::JavaScript => {
            full == "process.env"
                || part_of("req")
                    .or_else(|| part_of("request"))
                    .is_some_and(|(_, part)| SCRIPT_PARTS.contains(&part))
        }
    }
}

/// Whether a dotted name is `last`, or ends with it.
fn ends_with(name: &str, last: &str) -> bool {
    name.strip_suffix(last).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The only value that a name has, given to it alone and not to several names at once.
fn written_alone<'u>(place: &Place<'_, 'u>, name: &Node<'u>) -> Option<Node<'u>> {
    let value = place.written(name)?;
    let holder = value.parent()?;
    let target = holder.field("left").or_else(|| holder.field("name"))?;
    (target.kind() == "identifier" && !is_assigned_again(place, &name.text(), &holder)).then_some(value)
}

/// Whether something else than `holder` assigns to the name: in JavaScript a function may to what is not its own.
pub(super) fn is_assigned_again<'u>(place: &Place<'_, 'u>, name: &str, holder: &Node<'u>) -> bool {
    place.family == Family::JavaScript
        && place.facts.unit.root().dfs().any(|node| {
            let assigns =
                matches!(&*node.kind(), "assignment_expression" | "augmented_assignment_expression");
            assigns
                && node.range() != holder.range()
                && node.field("left").is_some_and(|target| {
                    target.dfs().any(|part| part.is_named_leaf() && part.text() == name)
                })
        })
}
