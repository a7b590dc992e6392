//! CWE-78: a command is a list of arguments, and no shell reads it; where a shell must, each value is quoted.

mod script;
mod words;

use super::call::Call;
use super::edit::Edit;
use super::enclose::{self, Escape, Which};
use super::holes::{self, Hole, Part};
use super::import;
use super::place::{Place, Proposal, Refused};
use crate::analyze::unit::Node;

pub(super) use script::exec_file;
use words::Words;

const FIX: &str = "command_injection_prevention";
/// A text with a space in it is a command, not a word.
const MARKS: &[char] = &[' '];
/// What only a shell understands.
pub(super) const SHELL: &[char] =
    &['|', '&', ';', '<', '>', '(', ')', '$', '`', '*', '?', '[', ']', '~', '#', '{', '}', '!', '\n', '\\'];

/// `run(f"ping {host}", shell=True)` to `run(["ping", host])`, `os.system(..)` to `subprocess.run([..])`.
pub(super) fn argument_list(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let command = call.value(0, &["args", "cmd", "command"]).ok_or(Refused::NoTemplate)?;
    let words = Words::of(place, &command)?;
    let list = place.styled(&format!("[{}]", words.code.join(", ")));
    let description = "Runs the program with a list of arguments and without a shell. \
                       A value with spaces is one argument now.";
    let mut edits = vec![Edit::replace(command.range(), list.clone())];
    let uses = match &*call.name {
        "os.system" | "subprocess.getoutput" | "os.popen" => {
            let (function, rest, whole) = replaced(&call).ok_or(Refused::Shape("the result is used"))?;
            let imported = import::function(place, call.node.range().start, "subprocess", function)?;
            edits = imported.edits;
            edits.push(Edit::replace(whole.range(), format!("{}({list}{rest}", imported.code)));
            Some(imported.full)
        }
        name if name.starts_with("subprocess.") => {
            let shell = call.keyword("shell").ok_or(Refused::Shape("no shell is named"))?;
            edits.push(call.without(&shell, place.source()));
            None
        }
        _ => return Err(Refused::NoTemplate),
    };
    let mut proposal = Proposal::new(FIX, edits, description);
    proposal.uses.extend(uses);
    Ok(proposal)
}

/// For a function that has a shell built in: which one comes instead, its other arguments, and the node that it replaces.
fn replaced<'u>(call: &Call<'u>) -> Option<(&'static str, &'static str, Node<'u>)> {
    let parent = call.node.parent()?;
    match &*call.name {
        "os.system" if parent.kind() == "expression_statement" => Some(("run", ")", call.node.clone())),
        // `os.popen(..).read()`
        "os.popen" if parent.kind() == "attribute" && parent.field("attribute")?.text() == "read" => {
            let whole = parent.parent().filter(|read| read.kind() == "call")?;
            Some(("run", ", stdout=subprocess.PIPE, text=True).stdout", whole))
        }
        _ => None,
    }
}

/// Python: quotes the values that the flow names.
pub(super) fn quote_tainted(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    quote(place, Which::Tainted)
}

/// Python: quotes every value in the command.
pub(super) fn quote_all(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    quote(place, Which::All)
}

/// A command that needs no shell is split instead of being read by one.
fn quote(place: &Place<'_, '_>, which: Which) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let command = call.value(0, &["args", "cmd", "command"]).ok_or(Refused::NoTemplate)?;
    let escape = Escape { module: "shlex", function: "quote", text_only: true, marks: MARKS };
    let found = enclose::values(place, &command, &escape, which)?;
    if is_within_quotes(place, &command, &found.holes) {
        return Err(Refused::Shape("a value stands within quotes"));
    }
    if found.holes.iter().any(|hole| hole.before.is_empty()) {
        return Err(Refused::Shape("the program is a value too"));
    }
    let mut edits = found.edits;
    let mut uses = vec![found.uses];
    if let Some(shell) = call.keyword("shell")
        && call.name.starts_with("subprocess.")
        && needs_no_shell(place, &command, found.holes.len())
    {
        let split = import::function(place, call.node.range().start, "shlex", "split")?;
        edits.push(Edit::replace(command.range(), format!("{}({})", split.code, command.text())));
        edits.push(call.without(&shell, place.source()));
        for edit in split.edits {
            if !edits.contains(&edit) {
                edits.push(edit);
            }
        }
        uses.push(split.full);
    }
    let description =
        "Quoted the values in the command, so that each is one argument of a POSIX shell's command.";
    let inferred = 1 + u32::from(which == Which::All);
    let mut proposal = Proposal::new(FIX, edits, description).inferring(inferred);
    proposal.uses = uses;
    Ok(proposal)
}

/// Whether a value stands in the shell's own quotes, where one more pair would end them.
fn is_within_quotes<'u>(place: &Place<'_, 'u>, command: &Node<'u>, holes: &[Hole<'u>]) -> bool {
    let written = place.written(command);
    let Some(parts) = written.and_then(|written| holes::parts(place.family, &written)) else {
        let is_open = |text: &str| ['\'', '"'].iter().any(|quote| text.matches(*quote).count() % 2 == 1);
        return holes.iter().any(|hole| is_open(&hole.before) || is_open(&hole.after));
    };
    let mut open = None;
    parts.iter().any(|part| match part {
        Part::Hole(_) => open.is_some(),
        Part::Text(text) => {
            for c in text.chars().filter(|c| matches!(c, '\'' | '"')) {
                open = if open == Some(c) { None } else { open.or(Some(c)) };
            }
            false
        }
    })
}

/// Whether the text, put together in several steps, has nothing that only a shell understands: its constants are words
/// and all of its values are quoted.
fn needs_no_shell<'u>(place: &Place<'_, 'u>, command: &Node<'u>, quoted: usize) -> bool {
    let all = holes::of(place, command, MARKS).map_or(0, |holes| holes.len());
    command.kind() == "identifier"
        && all == quoted
        && holes::constants(place, command)
            .is_some_and(|texts| texts.iter().all(|text| !text.contains(SHELL)))
}
