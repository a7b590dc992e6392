//! SQL text that is put together from values becomes constant text with placeholders, and the values become parameters.
//!
//! Refused where meaning could change: a value in the place of a table, a column or a keyword, a statement that depends
//! on branches or is used twice, parameters that are there already or text that looks like them, a value that is escaped
//! or may be SQL, a driver that cannot be told.

mod driver;
mod parameters;
mod position;
mod scan;
mod statement;
pub(super) mod steps;
mod value;

use crate::analyze::unit::Node;
use crate::language::Family;

use super::call::Call;
use super::edit::Edit;
use super::place::{Place, Proposal, Refused};

pub(super) use driver::Drivers;
use driver::{Passing, Style};
use parameters::Parameters;
use statement::Statement;

pub(super) fn propose(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let family = place.family;
    let outer = place.call()?;
    let first = outer.value(0, &["sql", "query", "statement", "operation"]).ok_or(Refused::NoTemplate)?;
    // `session.execute(text(..))`: the text is what takes parameters.
    let call = Call::of(place.facts, &first)
        .filter(|inner| inner.name.ends_with("sqlalchemy.text") || inner.name == "sqlalchemy.sql.text")
        .unwrap_or(outer);
    let query =
        call.value(0, &["text", "sql", "query", "statement", "operation"]).ok_or(Refused::NoTemplate)?;
    let method = call.method();
    let takes_more = |arguments: &[Node<'_>]| {
        arguments.len() > 1 && !(family == Family::JavaScript && is_callback(&arguments[1..]))
    };
    if takes_more(&call.arguments) || takes_more(&beside(&call)) {
        return Err(Refused::Shape("the call passes other arguments already"));
    }
    let (style, is_sure) = driver::of_call(place, &call)?;
    let steps = steps::of(place, &query)?;
    let at_a_distance = query.kind() == "identifier";
    let statement = Statement::read(&steps, &query.text(), family)
        .ok_or(Refused::Shape("the text is put together in another way"))?;
    let parameters = Parameters::of(place, &statement, &style).map_err(Refused::Shape)?;
    if at_a_distance {
        unchanged_between(place, steps[0].range().end, &statement)?;
    }
    let mut edits = statement.with(&parameters.texts);
    edits.push(pass(&call.node, &style, method, &query, &parameters)?);
    let inferred = [!is_sure, at_a_distance, parameters.composed];
    let description = format!(
        "Replaced {} value(s) in the SQL text with placeholders and passed them as parameters.",
        parameters.values.len()
    );
    let inferred = inferred.iter().map(|inferred| u32::from(*inferred)).sum();
    Ok(Proposal::new("sql_injection_prevention", edits, &description).inferring(inferred))
}

/// The arguments of the call that is given `text(..)` itself, the text among them.
fn beside<'u>(call: &Call<'u>) -> Vec<Node<'u>> {
    let is_text = call.name.ends_with(".text");
    let list = call.node.parent().filter(|list| is_text && list.kind() == "argument_list");
    list.iter().flat_map(Node::named_children).filter(|argument| argument.kind() != "comment").collect()
}

/// The edit that hands the values over.
fn pass(
    call: &Node<'_>,
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
            Edit::insert(call.range().end, format!(".bindparams({})", bound.join(", ")))
        }
        Passing::Chained => {
            let arguments =
                chained(call, method).ok_or(Refused::Shape("the prepared statement is run elsewhere"))?;
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

/// The values must be at the call what they were where the text was written.
fn unchanged_between(place: &Place<'_, '_>, from: usize, statement: &Statement<'_>) -> Result<(), Refused> {
    let to = place.sink.range().start;
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
