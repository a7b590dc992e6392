//! CWE-22: before a path is used, it must lead into the folder that it is put together from.
//!
//! Refused where no folder is named: nothing in the code says then where the file may be.

mod base;

use super::edit::Edit;
use super::import;
use super::place::{Place, Proposal, Refused};
use crate::analyze::unit::Node;
use crate::language::Family;

use base::Base;

const FIX: &str = "path_traversal_prevention";
const PATHS: &[&str] = &["file", "path", "filename", "path_or_file", "name"];
/// Names for a path that had none.
const NAMES: &[&str] = &["path", "file_path", "target_path", "checked_path"];

const SCRIPT_NAMES: &[&str] = &["filePath", "targetPath", "checkedPath"];

/// `if not os.path.realpath(p).startswith(..): raise` before the statement that uses the path.
pub(super) fn guard(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let path = used(place)?;
    let statement = guarded_statement(place, &path)?;
    let base =
        base::of(place, &path).ok_or(Refused::Shape("no folder is named that the path must stay in"))?;
    let mut edits = Vec::new();
    let mut lines = Vec::new();
    let simple = matches!(&*path.kind(), "identifier" | "attribute" | "member_expression");
    let name = if simple {
        path.text().into_owned()
    } else {
        let taken = place.names_in_function();
        let names = match place.family {
            Family::Python => NAMES,
            Family::JavaScript => SCRIPT_NAMES,
        };
        let free = names.iter().find(|name| !taken.iter().any(|other| other == *name));
        let name = free.ok_or(Refused::Shape("every name for the path is taken"))?;
        let declared = if place.family == Family::JavaScript { "const " } else { "" };
        let end = if place.family == Family::JavaScript { ";" } else { "" };
        lines.push(format!("{declared}{name} = {}{end}", path.text()));
        edits.push(Edit::replace(path.range(), *name));
        (*name).to_owned()
    };
    let at = statement.range().start;
    let check = match place.family {
        Family::Python => python(place, at, &name, &base)?,
        Family::JavaScript => script(place, at, &name, &base)?,
    };
    lines.extend(check.lines);
    edits.extend(check.imports);
    edits.push(place.before(&statement, &lines)?);
    let description =
        "Checks, before the path is used, that it leads into its own folder; another one raises an error.";
    let mut proposal = Proposal::new(FIX, edits, description).inferring(u32::from(!simple));
    proposal.uses = check.uses;
    Ok(proposal)
}

/// Code that ends the function where the path leads elsewhere.
struct Check {
    lines: Vec<String>,
    imports: Vec<Edit>,
    uses: Vec<String>,
}

fn python(place: &Place<'_, '_>, at: usize, name: &str, base: &Base) -> Result<Check, Refused> {
    let mut check = Check { lines: Vec::new(), imports: Vec::new(), uses: Vec::new() };
    if base.is_object {
        check.lines.push(format!("if not {name}.resolve().is_relative_to({}.resolve()):", base.code));
    } else {
        let realpath = import::function(place, at, "os", "path.realpath")?;
        // Both come by the same import.
        let join = realpath.code.strip_suffix("realpath").map(|prefix| format!("{prefix}join"));
        let join = join.filter(|join| join.contains('.'));
        let join = join.ok_or(Refused::Shape("the names that it needs mean something else here"))?;
        check.lines.push(format!(
            "if not {0}({name}).startswith({join}({0}({1}), \"\")):",
            realpath.code, base.code
        ));
        check.imports.extend(realpath.edits);
        check.uses.push(realpath.full);
    }
    check.lines.push("\traise PermissionError(\"the path leads outside its folder\")".to_owned());
    Ok(check)
}

fn script(place: &Place<'_, '_>, at: usize, name: &str, base: &Base) -> Result<Check, Refused> {
    let resolve = import::function(place, at, "path", "resolve")?;
    let separator = resolve.code.strip_suffix("resolve").filter(|prefix| prefix.ends_with('.'));
    let separator = match separator {
        Some(prefix) => format!("{prefix}sep"),
        None => return Err(Refused::Shape("the names that it needs mean something else here")),
    };
    let lines = vec![
        format!("if (!{0}({name}).startsWith({0}({1}) + {separator})) {{", resolve.code, base.code),
        "\tthrow new Error(\"the path leads outside its folder\");".to_owned(),
        "}".to_owned(),
    ];
    Ok(Check { lines, imports: resolve.edits, uses: vec![resolve.full] })
}

/// The expression that names the file.
fn used<'u>(place: &Place<'_, 'u>) -> Result<Node<'u>, Refused> {
    let call = place.call()?;
    if call.method() == "extractall" {
        return Err(Refused::NoTemplate);
    }
    let first = call.value(0, PATHS);
    let receiver = call.receiver();
    let is_on_way = |node: &Node<'u>| place.finding.way.is_empty() || place.is_on_way(node);
    let is_method = place.family == Family::Python
        && receiver.as_ref().is_some_and(|r| place.facts.names.imported(&r.text()).is_none() && is_on_way(r));
    if is_method && first.as_ref().is_none_or(|first| !place.is_on_way(first)) {
        return receiver.ok_or(Refused::NoTemplate);
    }
    first.ok_or(Refused::NoTemplate)
}

/// The statement that a check before it covers.
fn guarded_statement<'u>(place: &Place<'_, 'u>, path: &Node<'u>) -> Result<Node<'u>, Refused> {
    let statement = place.statement(path).ok_or(Refused::NoTemplate)?;
    let again = path.ancestors().take_while(|node| node.range() != statement.range()).any(|node| {
        matches!(
            &*node.kind(),
            "lambda"
                | "arrow_function"
                | "list_comprehension"
                | "generator_expression"
                | "set_comprehension"
                | "dictionary_comprehension"
        )
    });
    if again || matches!(&*statement.kind(), "while_statement" | "do_statement") {
        return Err(Refused::Shape("the path is made anew each time"));
    }
    Ok(statement)
}

/// `archive.extractall(folder)` to `archive.extractall(folder, filter="data")`.
pub(super) fn extraction(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let is_tar = call
        .receiver()
        .and_then(|r| place.facts.maker(&r))
        .is_some_and(|maker| maker.starts_with("tarfile."));
    if call.method() != "extractall" || !is_tar {
        return Err(Refused::NoTemplate);
    }
    let description = "Unpacks data only: names that lead outside the folder, links and devices are refused.";
    Ok(Proposal::new(FIX, vec![call.set("filter", &place.styled("\"data\""))], description)
        .changing_meaning())
}
