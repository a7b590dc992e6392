//! CWE-377: a temporary file is made with its name, not after it.

mod uses;

use super::call::Call;
use super::edit::Edit;
use super::import;
use super::place::{Place, Proposal, Refused};
use super::rename;

const FIX: &str = "temporary_file_creation";
const MOVED: &str = "The file is made in a new folder that no other user can write to; programs that look for it by its old name will not find it.";

/// `name = tempfile.mktemp(..)` to `handle, name = tempfile.mkstemp(..)` and `os.close(handle)`.
pub(super) fn mkstemp(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    if call.name != "tempfile.mktemp" {
        return Err(Refused::Shape("the file's name is fixed"));
    }
    if let Some(opened) = opened(place)? {
        return Ok(opened);
    }
    let assignment = call.node.parent().filter(|parent| {
        let is_plain = parent.kind() == "assignment" && parent.field("type").is_none();
        is_plain && parent.parent().is_some_and(|outer| outer.kind() == "expression_statement")
    });
    let left = assignment.as_ref().and_then(|assignment| assignment.field("left"));
    let left = left
        .filter(|left| matches!(&*left.kind(), "identifier" | "attribute"))
        .ok_or(Refused::Shape("the name is not kept in a variable of its own"))?;
    if !uses::take_a_file(place, &left) {
        return Err(Refused::Shape("what uses the name may need that no file has it yet"));
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

/// `"/tmp/report.txt"` or `path.join(os.tmpdir(), "report.txt")`, written to, becomes a file of that name in a folder that
/// is made for it, whose name nobody knows.
pub(super) fn mkdtemp(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let path = call.positional(0).ok_or(Refused::NoTemplate)?;
    if !uses::writes_anew(&call) {
        return Err(Refused::Shape("the file may be one that is there already"));
    }
    let written = place.written(&path).ok_or(Refused::Shape("the file's name is put together"))?;
    if uses::is_repeated(place, &written) {
        return Err(Refused::Shape("each turn of a loop would get a file of its own"));
    }
    if !uses::is_written_first(place, &path) {
        return Err(Refused::Shape("the file is looked for before it is written"));
    }
    if let Some(joined) = Call::of(place.facts, &written) {
        return in_own_folder(place, &joined);
    }
    if written.kind() != "string" {
        return Err(Refused::Shape("the file's name is put together"));
    }
    let text = written.text();
    let (quote, text) = (&text[..1], text.trim_matches(['"', '\'']));
    let name = text.strip_prefix("/tmp/").or_else(|| text.strip_prefix("/var/tmp/")).unwrap_or_default();
    let stem = stem(name)?;
    if place.source().matches(text).count() > 1 {
        return Err(Refused::Shape("the file is named elsewhere too"));
    }
    let at = written.range().start;
    let join = import::function(place, at, "path", "join")?;
    let tmpdir = import::function(place, at, "os", "tmpdir")?;
    let make = import::function(place, at, "fs", "mkdtempSync")?;
    let code = format!(
        "{0}({1}({0}({2}(), {quote}{stem}-{quote})), {quote}{name}{quote})",
        join.code, make.code, tmpdir.code
    );
    let mut edits = vec![Edit::replace(written.range(), code)];
    edits.extend([join.edits, tmpdir.edits, make.edits].into_iter().flatten());
    let proposal = Proposal::new(FIX, edits, MOVED).changing_meaning();
    Ok(proposal.using(join.full).using(tmpdir.full).using(make.full))
}

/// In `path.join(os.tmpdir(), "report.txt")`, a new folder takes the place of `os.tmpdir()`.
fn in_own_folder<'u>(place: &Place<'_, 'u>, joined: &Call<'u>) -> Result<Proposal, Refused> {
    let [folder, file] = &joined.arguments[..] else {
        return Err(Refused::Shape("the file lies in a folder of its own"));
    };
    let is_shared = Call::of(place.facts, folder).is_some_and(|folder| folder.name == "os.tmpdir");
    if !is_shared || !joined.name.ends_with(".join") || file.kind() != "string" {
        return Err(Refused::Shape("the file's name is put together"));
    }
    let text = file.text();
    let (quote, name) = (&text[..1], text.trim_matches(['"', '\'']));
    let stem = stem(name)?;
    if place.source().matches(name).count() > 1 {
        return Err(Refused::Shape("the file is named elsewhere too"));
    }
    let make = import::function(place, folder.range().start, "fs", "mkdtempSync")?;
    let (join, shared) = (joined.callee.text(), folder.text());
    let code = format!("{}({join}({shared}, {quote}{stem}-{quote}))", make.code);
    let mut edits = vec![Edit::replace(folder.range(), code)];
    edits.extend(make.edits);
    Ok(Proposal::new(FIX, edits, MOVED).changing_meaning().using(make.full))
}

/// What the folder's name begins with.
fn stem(name: &str) -> Result<&str, Refused> {
    let stem = name.split('.').next().unwrap_or_default();
    if stem.is_empty() || name.contains(['/', '\\']) {
        return Err(Refused::Shape("the file lies in a folder of its own"));
    }
    if [".lock", ".pid", ".sock"].iter().any(|end| name.ends_with(end)) {
        return Err(Refused::Shape("other programs look for the file by its name"));
    }
    Ok(stem)
}

/// `open(tempfile.mktemp(), "w")` to `tempfile.NamedTemporaryFile("w", delete=False)`.
fn opened(place: &Place<'_, '_>) -> Result<Option<Proposal>, Refused> {
    let call = place.call()?;
    let outer = call.node.parent().and_then(|list| list.parent());
    let Some(outer) = outer.and_then(|node| Call::of(place.facts, &node)) else {
        return Ok(None);
    };
    if outer.name != "open" {
        return Ok(None);
    }
    let mode = outer.value(1, &["mode"]).ok_or(Refused::Shape("the file is read before it is written"))?;
    if !uses::is_mode(&mode, "w") {
        return Err(Refused::Shape("the file may have to be there, or not to be there"));
    }
    if !call.arguments.is_empty() || outer.arguments.len() != 2 {
        return Err(Refused::Shape("the call passes other arguments too"));
    }
    let made = import::function(place, outer.node.range().start, "tempfile", "NamedTemporaryFile")?;
    let mut edits = made.edits;
    edits.push(Edit::replace(outer.node.range(), format!("{}({}, delete=False)", made.code, mode.text())));
    let description = "The temporary file is made together with its name.";
    Ok(Some(Proposal::new(FIX, edits, description).using(made.full)))
}
