//! JavaScript: `exec` of a text to `execFile` of a program and its arguments.

use super::super::call::{self, Call};
use super::super::edit::Edit;
use super::super::import;
use super::super::place::{Place, Proposal, Refused};
use super::FIX;
use super::words::Words;
use crate::analyze::unit::Node;

pub(in super::super) fn exec_file(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let command = call.positional(0).ok_or(Refused::NoTemplate)?;
    options_are_known(&call)?;
    let words = Words::of(place, &command)?;
    let (program, arguments) = words.code.split_first().ok_or(Refused::NoTemplate)?;
    let text = place.styled(&format!("{program}, [{}]", arguments.join(", ")));
    let description = "Runs the program with a list of arguments and without a shell. \
                       A value with spaces is one argument now, and so is an empty one.";
    let mut edits = vec![Edit::replace(command.range(), text)];
    let uses = match &*call.name {
        "child_process.exec" => Some(rename(place, &call, "execFile", &mut edits)?),
        "child_process.execSync" => Some(rename(place, &call, "execFileSync", &mut edits)?),
        "child_process.spawn" | "child_process.spawnSync" => {
            let options = call.arguments.iter().find(|a| a.kind() == "object");
            let shell = options.and_then(|options| call::property(options, "shell"));
            let shell = shell.ok_or(Refused::Shape("no shell is named"))?;
            edits.push(Edit::replace(shell.range(), "false"));
            None
        }
        _ => return Err(Refused::Shape("another function runs the command")),
    };
    let mut proposal = Proposal::new(FIX, edits, description);
    proposal.uses.extend(uses);
    Ok(proposal)
}

/// Whether the arguments behind the command are written here, and none of them brings a shell back.
fn options_are_known(call: &Call<'_>) -> Result<(), Refused> {
    let Some(options) = call.arguments.get(1) else { return Ok(()) };
    let is_shell = call.method().starts_with("spawn");
    match &*options.kind() {
        "arrow_function" | "function_expression" | "function" => Ok(()),
        "object" => {
            let hidden = |part: Node<'_>| !matches!(&*part.kind(), "pair" | "comment" | "method_definition");
            if options.named_children().any(hidden) || !is_shell && call::property(options, "shell").is_some()
            {
                return Err(Refused::Shape("the options may name a shell"));
            }
            Ok(())
        }
        _ => Err(Refused::Shape("the options are not written here")),
    }
}

fn rename(
    place: &Place<'_, '_>,
    call: &Call<'_>,
    new: &str,
    edits: &mut Vec<Edit>,
) -> Result<String, Refused> {
    let full = format!("child_process.{new}");
    if let Some(property) = call.callee.field("property") {
        edits.push(Edit::replace(property.range(), new));
        return Ok(full);
    }
    let imported = import::function(place, call.node.range().start, "child_process", new)?;
    edits.extend(imported.edits);
    edits.push(Edit::replace(call.callee.range(), imported.code));
    Ok(full)
}
