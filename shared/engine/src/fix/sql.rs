//! SQL text that is put together from values becomes constant text with placeholders, and the values become parameters.
//!
//! Refused where meaning could change: a value in the place of a table, a column or a keyword, a statement that is put
//! together in several steps or used twice, parameters that are there already, a driver that cannot be told.

mod driver;
mod parameters;
mod statement;

use crate::analyze::unit::Node;
use crate::analyze::{Meaning, is_logging};
use crate::language::Family;

use super::edit::Edit;
use super::propose::{Place, Proposal, Refused};

pub(super) use driver::Drivers;
use driver::{Passing, Style};
use parameters::Parameters;
use statement::Statement;

const CONFIDENCE: f64 = 0.92;
/// For each thing that had to be inferred.
const INFERRED: f64 = 0.05;

pub(super) fn propose(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let family = place.facts.unit.language.family().ok_or(Refused::NoTemplate)?;
    let query = place.part("QUERY")?;
    let (callee, arguments) = place.call()?;
    let name = place.facts.names.dotted(&callee).unwrap_or_default();
    let method = name.rsplit('.').next().unwrap_or(&name);
    let (style, is_sure) = place.project.drivers.of_call(place.facts, &name)?;
    let takes_more = arguments.len() > 1 && !(family == Family::JavaScript && is_callback(&arguments[1..]));
    if takes_more {
        return Err(Refused::Shape("the call passes other arguments already"));
    }
    let (written, at_a_distance) = text_of(place, &query)?;
    let statement =
        Statement::read(&written, family).ok_or(Refused::Shape("the text is put together in another way"))?;
    let parameters = Parameters::of(&statement, style.placeholder, family).map_err(Refused::Shape)?;
    if at_a_distance {
        unchanged_between(place, &written, &statement)?;
    }
    let mut edits = vec![Edit::replace(written.range(), statement.with(&parameters.texts))];
    edits.push(pass(place, &style, method, &query, &parameters)?);
    let mut confidence = CONFIDENCE;
    for inferred in [!is_sure, at_a_distance, parameters.composed] {
        confidence -= if inferred { INFERRED } else { 0.0 };
    }
    Ok(Proposal {
        edits,
        fix_type: "sql_injection_prevention",
        description: format!(
            "Replaced {} value(s) in the SQL text with placeholders and passed them as parameters.",
            parameters.values.len()
        ),
        confidence: (confidence * 100.0).round() / 100.0,
        uses: Vec::new(),
    })
}

/// The edit that hands the values over.
fn pass(
    place: &Place<'_, '_>,
    style: &Style,
    method: &str,
    query: &Node<'_>,
    parameters: &Parameters,
) -> Result<Edit, Refused> {
    let list = parameters.values.join(", ");
    let after_query = query.range().end;
    Ok(match style.passing {
        Passing::Tuple if parameters.values.len() == 1 => Edit::insert(after_query, format!(", ({list},)")),
        Passing::Tuple => Edit::insert(after_query, format!(", ({list})")),
        Passing::Array => Edit::insert(after_query, format!(", [{list}]")),
        Passing::Spread => Edit::insert(after_query, format!(", {list}")),
        Passing::Replacements => Edit::insert(after_query, format!(", {{ replacements: [{list}] }}")),
        Passing::Bound => {
            let bound: Vec<_> = parameters
                .names
                .iter()
                .zip(&parameters.values)
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            Edit::insert(place.sink.range().end, format!(".bindparams({})", bound.join(", ")))
        }
        Passing::Chained => {
            let arguments = chained(&place.sink, method)
                .ok_or(Refused::Shape("the prepared statement is run elsewhere"))?;
            Edit::insert(arguments.range().start + 1, list)
        }
    })
}

/// The empty argument list of `db.prepare(..).get()`.
fn chained<'u>(prepare: &Node<'u>, method: &str) -> Option<Node<'u>> {
    let member =
        prepare.parent().filter(|parent| method == "prepare" && parent.kind() == "member_expression")?;
    let run = member.field("property")?;
    matches!(&*run.text(), "get" | "all" | "run" | "iterate").then_some(())?;
    let arguments = member.parent().filter(|call| call.kind() == "call_expression")?.field("arguments")?;
    let is_empty = arguments.named_children().next().is_none();
    is_empty.then_some(arguments)
}

fn is_callback(arguments: &[Node<'_>]) -> bool {
    let [only] = arguments else { return false };
    match &*only.kind() {
        "arrow_function" | "function_expression" => true,
        "identifier" => matches!(&*only.text(), "callback" | "cb" | "done" | "next" | "handler"),
        _ => false,
    }
}

/// Where the text is written: in the call, or in the one assignment of the name that the call is given.
fn text_of<'u>(place: &Place<'_, 'u>, query: &Node<'u>) -> Result<(Node<'u>, bool), Refused> {
    if query.kind() != "identifier" {
        return Ok((query.clone(), false));
    }
    let name = query.text();
    let at = query.range().start;
    let scopes = &place.facts.scopes;
    let Meaning::Values(values) = scopes.meaning(&name, at) else {
        return Err(Refused::Shape("the text comes from elsewhere"));
    };
    let [binding] = &values[..] else { return Err(Refused::Shape("the text is assigned in several places")) };
    let function = scopes.function_at(at);
    let is_here = function.range.start <= binding.at && binding.at <= function.range.end;
    if binding.adds || !is_here || scopes.assignments_at(&name, at) != 1 {
        return Err(Refused::Shape("the text is put together in several steps"));
    }
    let root = place.facts.unit.root();
    let uses = root.dfs().filter(|node| {
        node.kind() == "identifier"
            && function.range.start <= node.range().start
            && node.range().end <= function.range.end
            && node.text() == name
            && !is_logging(place.facts, node)
    });
    // The assignment and the call.
    if uses.count() != 2 {
        return Err(Refused::Shape("the text is used elsewhere too"));
    }
    Ok((binding.value.clone(), true))
}

/// The values must be at the call what they were where the text was written.
fn unchanged_between(
    place: &Place<'_, '_>,
    written: &Node<'_>,
    statement: &Statement,
) -> Result<(), Refused> {
    let (from, to) = (written.range().end, place.sink.range().start);
    for hole in &statement.holes {
        for node in hole.dfs().filter(|node| node.kind() == "identifier") {
            if place.facts.scopes.is_assigned_between(&node.text(), from, to) {
                return Err(Refused::Shape("a value changes between the text and the call"));
            }
        }
        let calls = hole.dfs().any(|node| matches!(&*node.kind(), "call" | "call_expression" | "await"));
        if calls && to - from > 400 {
            return Err(Refused::Shape("a call would move too far"));
        }
    }
    Ok(())
}
