//! What becomes of a temporary file's name: whether a new, empty file of it, or a new folder for it, serves as well.

use crate::analyze::unit::Node;

use super::super::call::{Call, property};
use super::super::place::{Place, is_call, within};

/// Python's functions that take the name of a file that is there.
const TAKE_A_FILE: &[&str] = &[
    "basename", "chmod", "close", "copy", "copy2", "copyfile", "dirname", "exists", "getsize", "isfile",
    "print", "remove", "repr", "replace", "stat", "str", "unlink",
];
/// JavaScript's that write a file from its beginning.
const WRITE: &[&str] = &["writeFile", "writeFileSync", "createWriteStream", "outputFile", "outputFileSync"];
const LOOPS: &[&str] = &["for_statement", "for_in_statement", "while_statement", "do_statement"];
/// Methods that call a function again and again.
const REPEAT: &[&str] = &["forEach", "map", "filter", "reduce", "setInterval"];

/// Python: whether all that uses the name finds, or makes, an empty file there.
pub(super) fn take_a_file<'u>(place: &Place<'_, 'u>, name: &Node<'u>) -> bool {
    let function = place.facts.scopes.function_at(name.range().start).range.clone();
    let root = place.facts.unit.root();
    let text = name.text();
    let mut uses = root.dfs().filter(|node| {
        let counts = name.kind() == "attribute" || within(&function, &node.range());
        counts && node.kind() == name.kind() && node.range() != name.range() && node.text() == text
    });
    uses.all(|node| {
        // In a text, a condition or an answer the name is no more than a name.
        let statement = |node: &Node<'_>| node.kind().ends_with("statement") || node.kind() == "block";
        let outer = node.ancestors().take_while(|outer| !statement(outer));
        let Some(call) = outer.filter_map(|outer| Call::of(place.facts, &outer)).next() else { return true };
        match call.method() {
            "open" => call.value(1, &["mode"]).is_none_or(|mode| is_mode(&mode, "rwa")),
            method => TAKE_A_FILE.contains(&method),
        }
    })
}

/// Whether a mode is written down and begins with one of `letters`.
pub(super) fn is_mode(mode: &Node<'_>, letters: &str) -> bool {
    let text = mode.text();
    let inner = text.trim_matches(['"', '\'']);
    mode.kind() == "string"
        && inner.len() + 2 == text.len()
        && inner.starts_with(|c| letters.contains(c))
        && !inner.contains('x')
}

/// JavaScript: whether a call writes a file from its beginning, whatever was there.
pub(super) fn writes_anew(call: &Call<'_>) -> bool {
    let method = call.method();
    if matches!(method, "open" | "openSync") {
        return call.positional(1).is_some_and(|mode| is_mode(&mode, "w"));
    }
    let options = call.arguments.iter().skip(1);
    let is_plain = |options: &Node<'_>| match &*options.kind() {
        "object" => {
            let is_known = options.named_children().all(|part| part.kind() == "pair");
            is_known && property(options, "flag").is_none() && property(options, "flags").is_none()
        }
        _ => true,
    };
    WRITE.contains(&method) && options.clone().all(is_plain)
}

/// JavaScript: whether the name is made again and again.
pub(super) fn is_repeated<'u>(place: &Place<'_, 'u>, written: &Node<'u>) -> bool {
    written.ancestors().any(|outer| {
        LOOPS.contains(&&*outer.kind())
            || Call::of(place.facts, &outer).filter(|_| is_call(&outer.kind())).is_some_and(|call| {
                REPEAT.contains(&call.method()) && within(&call.list.range(), &written.range())
            })
    })
}

/// JavaScript: whether nothing uses the name of the file before it is written, or where the order is not known.
pub(super) fn is_written_first<'u>(place: &Place<'_, 'u>, path: &Node<'u>) -> bool {
    if path.kind() != "identifier" {
        return true;
    }
    let name = path.text();
    let function = place.facts.scopes.function_at(path.range().start).range.clone();
    let root = place.facts.unit.root();
    let mut others = root.dfs().filter(|node| {
        let is_declared = node.parent().is_some_and(|parent| parent.kind() == "variable_declarator");
        node.kind() == "identifier" && node.text() == name && node.range() != path.range() && !is_declared
    });
    others.all(|node| within(&function, &node.range()) && node.range().start > path.range().start)
}
