//! A value that goes into a command: whether it is one word's text, and not several words or quoted already.

use crate::analyze::Meaning;
use crate::analyze::unit::Node;

use super::super::call::Call;
use super::super::holes::{self, Piece};
use super::super::place::{Place, Refused};
use super::super::value::{self, unwrapped};

/// How many names deep a value is followed.
const MAX_DEPTH: u32 = 4;
/// Names of values that are often several words.
const SEVERAL: &[&str] = &[
    "flags",
    "flag",
    "args",
    "arg",
    "arguments",
    "argv",
    "argc",
    "opts",
    "options",
    "params",
    "parameters",
    "switches",
    "cmd",
    "cmds",
    "command",
    "commands",
    "cmdline",
    "commandline",
    "script",
    "code",
    "pipeline",
    "shell",
    "words",
    "extra",
    "extras",
    "rest",
    "files",
    "paths",
    "filenames",
    "names",
    "hosts",
    "targets",
    "sources",
    "packages",
    "modules",
    "dirs",
    "directories",
    "tests",
    "urls",
    "items",
    "list",
    "suffixes",
    "expr",
    "redirect",
];

/// `Err` says why the value must not be taken for one word.
pub(super) fn check<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> Result<(), Refused> {
    follow(place, node, 0)
}

fn follow<'u>(place: &Place<'_, 'u>, node: &Node<'u>, depth: u32) -> Result<(), Refused> {
    let node = unwrapped(node);
    if value::is_number(place, &node, false) || is_quoted(place, &node) && depth == 0 {
        return Ok(());
    }
    for inner in node.dfs() {
        if inner.kind().starts_with("call")
            && let Some(callee) = inner.field("function")
        {
            let callee = callee.text().to_ascii_lowercase();
            if ["eval", "exec"].contains(&&*callee) {
                return Err(Refused::Shape("the value is code that ran; that comes first"));
            }
            if ["quote", "escape", "list2cmdline", "shlex"].iter().any(|part| callee.contains(part)) {
                return Err(Refused::Shape("a value is quoted already"));
            }
        }
    }
    if says_several(&node) {
        return Err(Refused::Shape("a value's name says that it may be several words"));
    }
    if let Some(pieces) = holes::pieces(place.family, &node) {
        let pieces = pieces.ok_or(Refused::Shape("the command is put together in another way"))?;
        return pieces.iter().try_for_each(|piece| match piece {
            Piece::Text(text) if is_part_of_word(text) => Ok(()),
            Piece::Text(_) => Err(Refused::Shape("a value is text of several words")),
            Piece::Hole(inner, _) if depth < MAX_DEPTH => follow(place, inner, depth + 1),
            Piece::Hole(..) => Ok(()),
        });
    }
    match &*node.kind() {
        "identifier" => {
            let Meaning::Values(values) = place.facts.scopes.meaning(&node.text(), node.range().start) else {
                return Ok(());
            };
            if values.iter().any(|value| value.adds) || depth == MAX_DEPTH {
                return Err(Refused::Shape("a value is put together in several steps"));
            }
            values.iter().try_for_each(|value| follow(place, &value.value, depth + 1))
        }
        "conditional_expression" | "ternary_expression" => {
            Err(Refused::Shape("a value is one of two; whether each is one word is not sure"))
        }
        "boolean_operator" | "binary_expression" => node.named_children().try_for_each(|side| {
            if holes::pieces(place.family, &side).is_some_and(|pieces| pieces.is_none_or(|p| p.is_empty())) {
                return Err(Refused::Shape("a value may be no word at all"));
            }
            if depth == MAX_DEPTH { Ok(()) } else { follow(place, &side, depth + 1) }
        }),
        "attribute" | "member_expression" | "subscript" | "subscript_expression" | "await" | "await_expression"
        | "call" | "call_expression" | "integer" | "float" | "number" | "non_null_expression" | "as_expression"
        // Several names are given several values at once.
        | "expression_list" | "tuple" => Ok(()),
        _ => Err(Refused::Shape("a value has a form of its own")),
    }
}

/// Quoted where it stands.
pub(super) fn is_quoted<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> bool {
    let name = Call::of(place.facts, node).map(|call| call.name);
    matches!(name.as_deref(), Some("shlex.quote" | "pipes.quote"))
}

/// Whether a text stays within a word that it is part of.
fn is_part_of_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "_-./:@%+,=".contains(c))
}

/// By the last name in it, as of `options.extra_args` or `request.args["flags"]`.
fn says_several(node: &Node<'_>) -> bool {
    let name = match &*node.kind() {
        "identifier" => Some(node.clone()),
        "attribute" => node.field("attribute"),
        "member_expression" => node.field("property"),
        "subscript" | "subscript_expression" => node.field("subscript").or_else(|| node.field("index")),
        "call" | "call_expression" => {
            let method = node.field("function");
            let method =
                method.and_then(|callee| callee.field("attribute").or_else(|| callee.field("property")));
            if method
                .is_some_and(|method| matches!(&*method.text(), "join" | "getlist" | "getall" | "get_all"))
            {
                return true;
            }
            node.field("arguments")
                .and_then(|list| list.named_children().next())
                .filter(|a| a.kind() == "string")
        }
        _ => None,
    };
    name.is_some_and(|name| {
        let text = name.text();
        let mut word = String::new();
        let mut words = Vec::new();
        let mut was_lower = false;
        for c in text.chars().chain([' ']) {
            if !c.is_ascii_alphabetic() || c.is_ascii_uppercase() && was_lower {
                words.push(std::mem::take(&mut word));
            }
            if c.is_ascii_alphabetic() {
                word.push(c.to_ascii_lowercase());
            }
            was_lower = c.is_ascii_lowercase();
        }
        words.iter().any(|word| {
            SEVERAL.contains(&&**word) || ["flags", "args", "opts"].iter().any(|end| word.ends_with(end))
        })
    })
}
