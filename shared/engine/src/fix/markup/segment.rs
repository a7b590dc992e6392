//! Where a value stands in Python's HTML, which is often made in several steps: its own expression is read from the
//! beginning, and all that the function writes beside it must be whole, so that each may follow another.

use crate::analyze::unit::Node;

use super::super::holes::{self, Piece};
use super::super::place::{Place, within};
use super::html::Html;
use super::whole::unescaped;

/// Whether a value in `text` is shown, once it is escaped.
pub(super) fn shows<'u>(place: &Place<'_, 'u>, text: &Node<'u>, value: &Node<'u>) -> bool {
    let expression = expression(place, value);
    let Some(stands) = read(place, &expression, Some(value)) else { return false };
    if !stands.shows {
        return false;
    }
    let is_whole = expression.range() == text.range();
    is_whole || stands.is_closed && others_are_closed(place)
}

struct Read {
    shows: bool,
    is_closed: bool,
}

/// The largest expression around the node that makes text.
fn expression<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> Node<'u> {
    let mut largest = node.clone();
    for outer in node.ancestors() {
        if holes::is_composed(place.family, &outer) {
            largest = outer;
        } else if !matches!(
            &*outer.kind(),
            "interpolation" | "string" | "tuple" | "parenthesized_expression" | "argument_list" | "list"
        ) {
            break;
        }
    }
    largest
}

fn read<'u>(place: &Place<'_, 'u>, expression: &Node<'u>, value: Option<&Node<'u>>) -> Option<Read> {
    let mut html = Html::new();
    let mut shows = value.is_some_and(|value| value.range() == expression.range());
    for piece in holes::pieces(place.family, expression).unwrap_or_else(|| Some(Vec::new()))? {
        match piece {
            Piece::Text(text) => html.read(&unescaped(&text)?),
            Piece::Hole(node, _) => {
                shows |= html.shows() && value.is_some_and(|value| value.range() == node.range());
                html.value();
            }
        }
    }
    Some(Read { shows, is_closed: html.is_closed() })
}

/// Whether no text of the function leaves a tag, a script or a comment open.
fn others_are_closed(place: &Place<'_, '_>) -> bool {
    let function = place.facts.scopes.function_at(place.sink.range().start).range.clone();
    let root = place.facts.unit.root();
    let mut texts = root.dfs().filter(|node| node.kind() == "string" && within(&function, &node.range()));
    texts.all(|text| {
        let is_marked = text.text().contains('<');
        let raw = ["<script", "<style", "<!--"];
        let lower = text.text().to_ascii_lowercase();
        !is_marked
            || !raw.iter().any(|tag| lower.contains(tag))
                && read(place, &expression(place, &text), None).is_some_and(|read| read.is_closed)
    })
}
