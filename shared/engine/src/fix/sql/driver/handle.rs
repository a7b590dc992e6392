//! Where the handle of a call comes from, as far as the file says it.

use crate::analyze::Meaning;
use crate::analyze::unit::Node;
use crate::fix::call::Call;
use crate::fix::place::Place;

/// Most steps that lead back to an import.
const MAX_STEPS: u8 = 24;

pub(super) enum Origin {
    /// The full name of what was imported, as `sqlite3.connect` or `./db.pool`.
    Module(String),
    Unknown,
}

pub(super) fn origin<'u>(place: &Place<'_, 'u>, call: &Call<'u>) -> Origin {
    let start = call.receiver().unwrap_or_else(|| call.callee.clone());
    trace(place, start).map_or(Origin::Unknown, Origin::Module)
}

fn trace<'u>(place: &Place<'_, 'u>, start: Node<'u>) -> Option<String> {
    let mut at = start;
    for _ in 0..MAX_STEPS {
        at = match &*at.kind() {
            "identifier" => {
                let name = at.text();
                match place.facts.scopes.meaning(&name, at.range().start) {
                    Meaning::Parameter(_) => return None,
                    Meaning::Values(_) | Meaning::Unknown if place.facts.names.imported(&name).is_some() => {
                        return place.facts.names.dotted(&whole(at));
                    }
                    Meaning::Values(values) => match &values[..] {
                        [only] if !only.adds && only.value.range() != at.range() => only.value.clone(),
                        _ => return None,
                    },
                    Meaning::Unknown => return None,
                }
            }
            "attribute" | "member_expression" => at.field("object")?,
            "call" | "call_expression" => at.field("function")?,
            "new_expression" => at.field("constructor")?,
            "subscript" => at.field("value")?,
            "subscript_expression" => at.field("object")?,
            "await"
            | "await_expression"
            | "parenthesized_expression"
            | "non_null_expression"
            | "as_expression"
            | "as_pattern"
            | "with_item" => {
                let inner = at.named_children().next();
                inner?
            }
            _ => return None,
        };
    }
    None
}

/// `helpers.db.connect` of its `helpers`.
fn whole<'u>(name: Node<'u>) -> Node<'u> {
    let mut at = name;
    while let Some(parent) = at.parent().filter(|parent| {
        matches!(&*parent.kind(), "attribute" | "member_expression")
            && parent.field("object").is_some_and(|object| object.range() == at.range())
    }) {
        at = parent;
    }
    at
}
