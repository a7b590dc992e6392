//! CWE-377: a temporary file is made with its name, not after it.

use super::edit::Edit;
use super::import;
use super::place::{Place, Proposal, Refused};
use super::rename;

const FIX: &str = "temporary_file_creation";

/// `name = tempfile.mktemp(..)` to `handle, name = tempfile.mkstemp(..)` and `os.close(handle)`.
pub(super) fn mkstemp(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    if call.name != "tempfile.mktemp" {
        return Err(Refused::Shape("the file's name is fixed"));
    }
    if let Some(opened) = opened(place)? {
        return Ok(opened);
    }
    let assignment = call.node.parent().filter(|parent| parent.kind() == "assignment");
    let left = assignment.as_ref().and_then(|assignment| assignment.field("left"));
    let left = left
        .filter(|left| matches!(&*left.kind(), "identifier" | "attribute"))
        .ok_or(Refused::Shape("the name is not kept in a variable"))?;
    let name = left.text();
    if place.source().contains(&format!("mkdir({name}"))
        || place.source().contains(&format!("makedirs({name}"))
    {
        return Err(Refused::Shape("a folder is made of the name"));
    }
    let taken = place.names_in_function();
    let free = ["handle", "descriptor", "temporary_handle"].iter().find(|n| !taken.iter().any(|t| t == *n));
    let handle = free.ok_or(Refused::Shape("every name for the handle is taken"))?;
    let statement = place.statement(&call.node).ok_or(Refused::NoTemplate)?;
    let start = statement.range().start;
    let line = place.source()[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let indent = &place.source()[line..start];
    if !indent.trim().is_empty() || place.source()[statement.range().end..].starts_with(';') {
        return Err(Refused::Shape("the statement shares its line"));
    }
    let close = import::function(place, start, "os", "close")?;
    let mut edits = rename::callee(place, &call.callee, "mkstemp")?;
    edits.extend(close.edits);
    edits.push(Edit::insert(left.range().start, format!("{handle}, ")));
    let text = format!("{}{indent}{}({handle})", place.newline(), close.code);
    edits.push(Edit::insert(statement.range().end, text));
    let description = "The temporary file is made, empty, together with its name.";
    Ok(Proposal::new(FIX, edits, description).using("tempfile.mkstemp").using(close.full).changing_meaning())
}

/// `open(tempfile.mktemp(), "w")` to `tempfile.NamedTemporaryFile("w", delete=False)`.
fn opened(place: &Place<'_, '_>) -> Result<Option<Proposal>, Refused> {
    let call = place.call()?;
    let outer = call.node.parent().and_then(|list| list.parent());
    let Some(outer) = outer.and_then(|node| super::call::Call::of(place.facts, &node)) else {
        return Ok(None);
    };
    if outer.name != "open" {
        return Ok(None);
    }
    let mode = outer.value(1, &["mode"]).ok_or(Refused::Shape("the file is read before it is written"))?;
    if !call.arguments.is_empty() || outer.arguments.len() != 2 {
        return Err(Refused::Shape("the call passes other arguments too"));
    }
    let made = import::function(place, outer.node.range().start, "tempfile", "NamedTemporaryFile")?;
    let mut edits = made.edits;
    edits.push(Edit::replace(outer.node.range(), format!("{}({}, delete=False)", made.code, mode.text())));
    let description = "The temporary file is made together with its name.";
    Ok(Some(Proposal::new(FIX, edits, description).using(made.full)))
}
