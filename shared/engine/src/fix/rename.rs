//! Calling another function of the same module: `hashlib.md5(x)` to `hashlib.sha256(x)`, `md5(x)` to `sha256(x)` with
//! the import that this needs.

use crate::analyze::unit::Node;

use super::edit::Edit;
use super::place::{Place, Refused};

/// Edits that make `callee` mean `new`, where it means a function of the same module now.
pub(super) fn callee(place: &Place<'_, '_>, callee: &Node<'_>, new: &str) -> Result<Vec<Edit>, Refused> {
    if let Some(last) = callee.field("attribute").or_else(|| callee.field("property")) {
        return Ok(vec![Edit::replace(last.range(), new)]);
    }
    name(place, callee, new)
}

/// The same for a bare name that an import brings in, an alias excepted.
pub(super) fn name(place: &Place<'_, '_>, old: &Node<'_>, new: &str) -> Result<Vec<Edit>, Refused> {
    let text = old.text();
    let names = &place.facts.names;
    let full = names.imported(&text).ok_or(Refused::NoTemplate)?;
    if !full.ends_with(&*text) {
        return Err(Refused::Shape("the function is imported under another name"));
    }
    let mut edits = vec![Edit::replace(old.range(), new)];
    let root = place.facts.unit.root();
    let mut import = None;
    let mut uses = 0;
    for node in root.dfs().filter(|node| node.kind() == "identifier" && node.text() == text) {
        uses += 1;
        if node.parent().is_some_and(|parent| parent.kind() == "dotted_name") {
            import.get_or_insert(node);
        }
    }
    let import = import.ok_or(Refused::Shape("the import was not found"))?;
    // The import and this use: nobody else needs the old name.
    let is_last = uses == 2;
    match (is_last, names.imported(new).is_some()) {
        (true, false) => edits.push(Edit::replace(import.range(), new)),
        (false, false) => edits.push(Edit::insert(import.range().end, format!(", {new}"))),
        (true, true) => edits.extend(without(place.facts.unit.source(), &import)),
        (false, true) => {}
    }
    Ok(edits)
}

/// Takes one of several names out of an import.
fn without(source: &str, name: &Node<'_>) -> Option<Edit> {
    let rest = &source[name.range().end..];
    let comma = rest.strip_prefix(',')?;
    let spaces = comma.len() - comma.trim_start_matches(' ').len();
    Some(Edit::replace(name.range().start..name.range().end + 1 + spaces, ""))
}
