//! CWE-601: only a path on the same host is a target; any other leads to the start page.
//!
//! The path begins with one slash and has neither backslash nor white space in it: browsers read `//`, `/\` and a slash,
//! a tab and a slash as the start of another host (the URL standard's "special authority slashes" states).

use super::call::Call;
use super::edit::Edit;
use super::import;
use super::place::{Place, Proposal, Refused};
use crate::analyze::unit::Node;
use crate::language::Family;

const FIX: &str = "open_redirect_prevention";
const TARGETS: &[&str] = &["location", "url", "to", "redirect_to"];
const NAMES: &[&str] = &["target", "redirect_target", "next_url"];

pub(super) fn own_host(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let target = target(place)?;
    let mut edits = Vec::new();
    let is_simple = matches!(
        &*target.kind(),
        "identifier" | "attribute" | "member_expression" | "subscript" | "subscript_expression"
    );
    let name = if is_simple {
        target.text().into_owned()
    } else {
        let statement = place.statement(&target).ok_or(Refused::NoTemplate)?;
        let taken = place.names_in_function();
        let free = NAMES.iter().find(|name| !taken.iter().any(|other| other == *name));
        let name = free.ok_or(Refused::Shape("every name for the target is taken"))?;
        let line = match place.family {
            Family::Python => format!("{name} = {}", target.text()),
            Family::JavaScript => format!("const {name} = {};", target.text()),
        };
        edits.push(place.before(&statement, &[line])?);
        (*name).to_owned()
    };
    let mut uses = Vec::new();
    let code = match place.family {
        Family::Python => {
            let matcher = import::function(place, target.range().start, "re", "fullmatch")?;
            edits.extend(matcher.edits);
            uses.push(matcher.full);
            format!(r#"{name} if {}(r"/(?![/\\])[^\s\\]*", {name}) else "/""#, matcher.code)
        }
        Family::JavaScript => format!(r#"/^\/(?![/\\])[^\s\\]*$/.test({name}) ? {name} : "/""#),
    };
    edits.push(Edit::replace(target.range(), place.styled(&code)));
    let description = "Redirects to paths of the same host only; any other target leads to the start page.";
    let mut proposal = Proposal::new(FIX, edits, description).changing_meaning();
    proposal.uses = uses;
    Ok(proposal)
}

fn target<'u>(place: &Place<'_, 'u>) -> Result<Node<'u>, Refused> {
    let Some(call) = Call::of(place.facts, &place.sink) else {
        // `window.location = x`, `response.headers["Location"] = x`
        let is_assignment = |node: &Node<'u>| matches!(&*node.kind(), "assignment" | "assignment_expression");
        let own = is_assignment(&place.sink).then(|| place.sink.clone());
        let assignment = own.or_else(|| place.sink.ancestors().take(3).find(is_assignment));
        return assignment.and_then(|a| a.field("right")).ok_or(Refused::NoTemplate);
    };
    let header = matches!(call.method(), "setHeader" | "set" | "header" | "send_header" | "add");
    let places = if header { 1..2 } else { 0..call.arguments.len() };
    let mut given = places.filter_map(|at| call.positional(at));
    let on_way = given.find(|argument| place.is_on_way(argument));
    on_way.or_else(|| TARGETS.iter().find_map(|name| call.named(name))).ok_or(Refused::NoTemplate)
}
