//! CWE-78: a command is a list of arguments, and no shell reads it; where a shell must, each value is quoted.
//!
//! Both speak only of a command that is known whole, and of values that are a word, or part of one, of a program's
//! arguments.

mod line;
mod programs;
mod script;
mod shell;
mod value;
mod words;

use super::call::Call;
use super::edit::Edit;
use super::import;
use super::place::{Place, Proposal, Refused};
use super::value::{is_number, is_text, unwrapped};
use crate::analyze::unit::Node;

use line::Line;
use programs::Kind;
pub(super) use script::exec_file;
use shell::{Simple, Word};
use words::Words;

const FIX: &str = "command_injection_prevention";

/// `run(f"ping {host}", shell=True)` to `run(["ping", host])`, `os.system(..)` to `subprocess.run([..])`.
pub(super) fn argument_list(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let command = command(&call)?;
    let words = Words::of(place, &command)?;
    let list = place.styled(&format!("[{}]", words.code.join(", ")));
    let description = "Runs the program with a list of arguments and without a shell. \
                       A value with spaces is one argument now, and so is an empty one.";
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

/// The command, where no other argument says what runs it.
fn command<'u>(call: &Call<'u>) -> Result<Node<'u>, Refused> {
    let command = call.value(0, &["args", "cmd", "command"]).ok_or(Refused::NoTemplate)?;
    let is_hidden = |a: &Node<'u>| matches!(&*a.kind(), "list_splat" | "dictionary_splat");
    if call.keyword("executable").is_some() || call.arguments.iter().any(is_hidden) {
        return Err(Refused::Shape("another argument may name the program"));
    }
    let positional = call.arguments.iter().filter(|a| a.kind() != "keyword_argument").count();
    if positional > 1 || call.named("shell").is_some_and(|shell| !matches!(&*shell.text(), "True" | "1")) {
        return Err(Refused::Shape("other arguments decide how the command is run"));
    }
    Ok(command)
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

/// Whether values may be arguments of this program, and what program it is.
fn weigh(simple: &Simple<'_, '_>) -> Result<Kind, Refused> {
    let program = simple.words.first().ok_or(Refused::NoTemplate)?;
    let program = program.text().ok_or(Refused::Shape("the program is a value too"))?;
    let kind = programs::kind(&program);
    match kind {
        Kind::Runs => Err(Refused::Shape("the program may run its arguments or its input as code")),
        Kind::Unclear => Err(Refused::Shape("the program is not plainly named")),
        Kind::RunsByOption => {
            let before_options_end =
                simple.words[1..].iter().take_while(|w| w.text().as_deref() != Some("--"));
            let is_risk = |word: &Word<'_, '_>| word.may_be_option() && word.values().next().is_some();
            if before_options_end.into_iter().any(is_risk) {
                return Err(Refused::Shape("a value may become an option by which the program runs another"));
            }
            Ok(kind)
        }
        Kind::Plain | Kind::BuiltIn => Ok(kind),
    }
}

/// Python: quotes the values, where the command needs its shell.
pub(super) fn quote(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let command = command(&call)?;
    let line = Line::of(place, &shell_text(place, &call, &command)?)?;
    let script = shell::read(&line.stretches)?;
    let mut edits: Vec<Edit> = Vec::new();
    let mut uses = None;
    let mut inferred = 1;
    for simple in &script.commands {
        weigh(simple)?;
        for word in simple.words.iter().chain(&simple.targets) {
            for value in word.values().filter(|value| !is_number(place, &value.node, false)) {
                if word.quotes_value {
                    return Err(Refused::Shape("a value stands within quotes"));
                }
                if value::is_quoted(place, &value.node) {
                    continue;
                }
                let imported = import::function(place, value.node.range().start, "shlex", "quote")?;
                for edit in imported.edits {
                    if !edits.contains(&edit) {
                        edits.push(edit);
                    }
                }
                let code = value.node.text();
                let is_text = !value.formatted || is_text(place, &value.node);
                let code = if is_text { code.into_owned() } else { format!("str({code})") };
                edits.push(Edit::replace(value.node.range(), format!("{}({code})", imported.code)));
                uses = Some(imported.full);
                inferred = inferred.max(1 + u32::from(!place.is_on_way(&value.node)));
            }
        }
    }
    if uses.is_none() {
        return Err(Refused::Shape("the value's place in the text was not found"));
    }
    let description =
        "Quoted the values in the command, so that each is one argument of a POSIX shell's command.";
    let mut proposal = Proposal::new(FIX, edits, description).inferring(inferred);
    proposal.uses.extend(uses);
    Ok(proposal)
}

/// The text that a shell reads: the command itself, or the last word of `["sh", "-c", text]`.
fn shell_text<'u>(place: &Place<'_, 'u>, call: &Call<'u>, command: &Node<'u>) -> Result<Node<'u>, Refused> {
    if call.name.starts_with("os.") || call.keyword("shell").is_some() || call.method() == "getoutput" {
        return Ok(command.clone());
    }
    let list = place.written(command).filter(|list| list.kind() == "list");
    let words: Vec<_> = list.iter().flat_map(Node::named_children).collect();
    let is_one = |node: &Node<'u>, among: &[&str]| {
        let text = unwrapped(node).text().trim_matches(['"', '\'']).to_owned();
        among.contains(&&*text)
    };
    match &words[..] {
        [shell, option, text]
            if is_one(shell, &["sh", "bash", "/bin/sh", "/bin/bash"]) && is_one(option, &["-c"]) =>
        {
            Ok(text.clone())
        }
        _ => Err(Refused::Shape("what reads the command is not known")),
    }
}
