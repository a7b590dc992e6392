//! How the code hands a value over, so that the database sees what it saw when the value was part of the text.

use crate::analyze::Meaning;
use crate::analyze::unit::Node;
use crate::language::Family;

use super::super::call::Call;
use super::super::place::{Place, is_call};
use super::super::value;
use super::driver::{Style, Values};
use super::position::Position;

/// How many names one is looked through.
const MAX_DEPTH: u8 = 3;
/// Words of functions that make a value fit to stand in SQL: as a parameter it would be escaped twice.
const ESCAPES: &[&str] =
    &["escape", "quote", "sanitiz", "mogrify", "addslashes", "literal", "adapt", "replace", "translate"];
/// Functions whose result may be several values, or SQL.
const SEVERAL: &[&str] =
    &["join", "format", "concat", "tuple", "list", "set", "map", "sorted", "repr", "getlist"];
/// Names, or their ends, of what is SQL itself.
const PARTS: &[&str] = &[
    "col",
    "column",
    "columns",
    "field",
    "fields",
    "table",
    "expr",
    "clause",
    "sql",
    "where",
    "condition",
    "filter",
    "subquery",
    "fragment",
    "values",
    "ids",
];

const OPEN: &str = "the driver would write an object's parts into the SQL";
const TYPED: &str = "the driver takes no text for a column that may be of another type";

/// The code of a value that stood between quotes of its own.
pub(super) fn quoted<'u>(
    place: &Place<'_, 'u>,
    node: &Node<'u>,
    position: &Position,
    style: &Style,
) -> Result<String, &'static str> {
    fits_quoted(node, position, style)?;
    is_raw(place, node)?;
    let keeps = place.family == Family::Python && style.values == Values::AsTheyAre;
    if keeps || is_text(place, node) { Ok(node.text().into_owned()) } else { as_text(place, node) }
}

/// Whether text may stand here.
pub(super) fn fits_quoted(node: &Node<'_>, position: &Position, style: &Style) -> Result<(), &'static str> {
    let alone = !matches!(
        &*node.kind(),
        "expression_list"
            | "sequence_expression"
            | "list_splat"
            | "yield"
            | "named_expression"
            | "generator_expression"
    );
    let fits = match (position, style.values) {
        (Position::Counted, _) => false,
        (Position::Matched, _) => true,
        (Position::Compared { column, is_equal }, Values::Typed) => {
            *is_equal && column.as_deref().is_none_or(|column| !is_of_other_type(column))
        }
        (_, Values::Typed) => false,
        (_, Values::AsTheyAre | Values::Text | Values::Expanded) => true,
    };
    match (alone, fits) {
        (false, _) => Err("the value is not simple"),
        (true, false) if matches!(position, Position::Counted) => Err("a count stands in quotes"),
        (true, false) => Err(TYPED),
        (true, true) => Ok(()),
    }
}

/// The code of a value that stood in the SQL as it is.
pub(super) fn bare<'u>(
    place: &Place<'_, 'u>,
    node: &Node<'u>,
    position: &Position,
    style: &Style,
) -> Result<String, &'static str> {
    is_raw(place, node)?;
    let code = || node.text().into_owned();
    let may_count = !matches!(position, Position::Counted) || style.counts;
    if value::is_number(place, node, style.values != Values::Expanded) && may_count {
        return Ok(code());
    }
    match position {
        Position::Counted => return Err("LIMIT and OFFSET take only what is known to be a number"),
        Position::Matched | Position::Listed => return Err("the value brings its own quotes, or is several"),
        Position::Inserted { is_counted: false } => return Err("the value may be several"),
        Position::Compared { column: None, .. } | Position::Ranged { column: None } => {
            return Err("a value without quotes is compared with something that is no column");
        }
        Position::Inserted { .. } | Position::Compared { .. } | Position::Ranged { .. } => {}
    }
    if !is_single(place, node, MAX_DEPTH) {
        return Err("a value without quotes may be SQL itself");
    }
    match style.values {
        Values::AsTheyAre | Values::Text => Ok(code()),
        Values::Typed => Err(TYPED),
        Values::Expanded => {
            let is_key =
                matches!(position, Position::Compared { column: Some(column), .. } if column.ends_with("id"));
            if is_text(place, node) && place.family == Family::Python {
                Ok(code())
            } else if is_key || value::is_given(place, node) {
                as_text(place, node)
            } else {
                Err(OPEN)
            }
        }
    }
}

/// Refuses what is escaped for SQL already.
pub(super) fn is_raw<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> Result<(), &'static str> {
    if is_escaped(place, node, MAX_DEPTH) { Err("the value is escaped already") } else { Ok(()) }
}

/// `str(value)`, `String(value)`.
fn as_text(place: &Place<'_, '_>, node: &Node<'_>) -> Result<String, &'static str> {
    let function = text_function(place.family);
    match place.facts.scopes.meaning(function, node.range().start) {
        Meaning::Unknown if place.facts.names.imported(function).is_none() => {
            Ok(format!("{function}({})", node.text()))
        }
        Meaning::Unknown | Meaning::Values(_) | Meaning::Parameter(_) => {
            Err("the name of the function that makes text is taken")
        }
    }
}

pub(super) fn text_function(family: Family) -> &'static str {
    match family {
        Family::Python => "str",
        Family::JavaScript => "String",
    }
}

fn is_escaped<'u>(place: &Place<'_, 'u>, node: &Node<'u>, depth: u8) -> bool {
    node.dfs().any(|part| match &*part.kind() {
        "identifier" if depth > 0 => match place.facts.scopes.meaning(&part.text(), part.range().start) {
            Meaning::Values(values) => values.iter().any(|one| {
                one.value.range().start < part.range().start && is_escaped(place, &one.value, depth - 1)
            }),
            Meaning::Parameter(_) | Meaning::Unknown => false,
        },
        kind if is_call(kind) => {
            let called = called(place, &part).to_lowercase();
            let undoes = called.contains("unquote") || called.contains("unescape");
            !undoes && (called == "sub" || ESCAPES.iter().any(|word| called.contains(word)))
        }
        _ => false,
    })
}

/// The last name of what is called.
fn called<'u>(place: &Place<'_, 'u>, call: &Node<'u>) -> String {
    Call::of(place.facts, call).map(|call| call.method().to_owned()).unwrap_or_default()
}

/// Whether nothing says that the value could be more than one, or a part of SQL.
fn is_single<'u>(place: &Place<'_, 'u>, node: &Node<'u>, depth: u8) -> bool {
    let text = node.text();
    let last = text.rsplit('.').next().unwrap_or_default().trim_end_matches(['"', '\'', ']', ')', '?', '!']);
    let last = last.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let is_constant = last.len() > 1 && !last.contains(|c: char| !c.is_ascii_uppercase());
    if is_constant || PARTS.contains(&last.to_lowercase().as_str()) {
        return false;
    }
    match &*node.kind() {
        "identifier" => match place.facts.scopes.meaning(&text, node.range().start) {
            Meaning::Values(values) => {
                depth > 0 && values.iter().all(|one| !one.adds && is_single(place, &one.value, depth - 1))
            }
            Meaning::Parameter(_) | Meaning::Unknown => true,
        },
        "attribute"
        | "member_expression"
        | "subscript"
        | "subscript_expression"
        | "integer"
        | "float"
        | "number" => true,
        "call" | "call_expression" => !SEVERAL.contains(&called(place, node).as_str()),
        "await" | "await_expression" | "parenthesized_expression" | "non_null_expression" => {
            node.named_children().next().is_some_and(|inner| is_single(place, &inner, depth))
        }
        _ => false,
    }
}

/// Whether the value is text, or nothing: what no driver takes for several.
fn is_text<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> bool {
    value::is_text(place, node) || place.family == Family::Python && value::is_given(place, node)
}

/// Whether a column of this name may hold no text.
fn is_of_other_type(column: &str) -> bool {
    ["id", "_at", "_on", "date", "time", "day"].iter().any(|end| column.ends_with(end))
}
