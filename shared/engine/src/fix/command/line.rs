//! A command's whole text: constants and values in their order, read from one expression or from assignments in a row.

use crate::analyze::Meaning;
use crate::analyze::unit::Node;
use crate::language::Family;

use super::super::holes::{self, Piece};
use super::super::place::{Place, Refused};
use super::super::sql::steps;
use super::super::value::unwrapped;
use super::value;

/// How many names deep a command is followed.
const MAX_DEPTH: u32 = 4;

/// A stretch of the text.
pub(super) enum Stretch<'u> {
    Text(String),
    /// A name or an expression that has one known text.
    Constant {
        text: String,
        node: Node<'u>,
    },
    Value(Value<'u>),
}

#[derive(Clone)]
pub(super) struct Value<'u> {
    pub(super) node: Node<'u>,
    /// Formatting makes text of any value there; elsewhere it is text already.
    pub(super) formatted: bool,
}

/// The text of a command as far as the code tells it.
#[derive(Default)]
pub(super) struct Line<'u> {
    pub(super) stretches: Vec<Stretch<'u>>,
    /// All of it stands in the expression that was asked about.
    pub(super) in_one_place: bool,
}

impl<'u> Line<'u> {
    pub(super) fn of(place: &Place<'_, 'u>, command: &Node<'u>) -> Result<Self, Refused> {
        let mut line = Self { stretches: Vec::new(), in_one_place: command.kind() != "identifier" };
        line.read(place, command, 0)?;
        Ok(line)
    }

    fn read(&mut self, place: &Place<'_, 'u>, text: &Node<'u>, depth: u32) -> Result<(), Refused> {
        if depth == MAX_DEPTH {
            return Err(Refused::Shape("the command is put together in several steps"));
        }
        let name = (text.kind() == "identifier").then(|| text.text());
        for (at, step) in steps::of(place, text)?.iter().enumerate() {
            let inner = unwrapped(step);
            are_plain(place.family, &inner)?;
            let pieces = holes::pieces(place.family, &inner).flatten();
            let pieces = pieces.ok_or(Refused::Shape("the command is put together in another way"))?;
            for (index, piece) in pieces.into_iter().enumerate() {
                match piece {
                    Piece::Text(text) => self.stretches.push(Stretch::Text(unescaped(&text)?)),
                    // `line = line + ..`: what stands there is read already.
                    Piece::Hole(node, _)
                        if at > 0 && index == 0 && name.as_deref() == Some(&*node.text()) => {}
                    Piece::Hole(node, formatted) => self.value(place, node, formatted, depth)?,
                }
            }
        }
        Ok(())
    }

    fn value(
        &mut self,
        place: &Place<'_, 'u>,
        node: Node<'u>,
        formatted: bool,
        depth: u32,
    ) -> Result<(), Refused> {
        if let Some(text) = constant(place, &node) {
            self.stretches.push(Stretch::Constant { text, node });
            return Ok(());
        }
        match value::check(place, &node) {
            Ok(()) => self.stretches.push(Stretch::Value(Value { node, formatted })),
            // A name may hold a part of the command.
            Err(why) => {
                if !is_part(place, &node) {
                    return Err(why);
                }
                self.in_one_place = false;
                self.read(place, &node, depth + 1)?;
            }
        }
        Ok(())
    }
}

/// Whether a name holds text that is put together here.
fn is_part<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> bool {
    if node.kind() != "identifier" {
        return false;
    }
    let Meaning::Values(values) = place.facts.scopes.meaning(&node.text(), node.range().start) else {
        return false;
    };
    values.iter().all(|value| value.adds || holes::is_composed(place.family, &unwrapped(&value.value)))
}

/// The text of a name that is only ever given one literal.
fn constant<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> Option<String> {
    let literal = unwrapped(&place.written(node)?);
    let pieces = holes::pieces(place.family, &literal)??;
    are_plain(place.family, &literal).ok()?;
    let texts = pieces.into_iter().map(|piece| match piece {
        Piece::Text(text) => unescaped(&text).ok(),
        Piece::Hole(..) => None,
    });
    texts.collect()
}

/// Whether the literals in an expression say what their characters are: no bytes, no raw backslash, no `{x=}`.
fn are_plain<'u>(family: Family, text: &Node<'u>) -> Result<(), Refused> {
    if family != Family::Python {
        return Ok(());
    }
    for node in text.dfs() {
        let kind = node.kind();
        if kind == "interpolation" && node.children().any(|child| child.kind() == "=") {
            return Err(Refused::Shape("a field shows its own code"));
        }
        if kind != "string" {
            continue;
        }
        let text = node.text();
        let prefix = text.split(['"', '\'']).next().unwrap_or_default().to_ascii_lowercase();
        if prefix.contains('b') {
            return Err(Refused::Shape("the command is bytes"));
        }
        if prefix.contains('r') && text.contains('\\') {
            return Err(Refused::Shape("a backslash stands in the command"));
        }
    }
    Ok(())
}

/// `\'` is a quote; other escapes are not read here.
fn unescaped(text: &str) -> Result<String, Refused> {
    let text = text.replace("\\'", "'").replace("\\\"", "\"");
    if text.contains('\\') {
        return Err(Refused::Shape("a backslash stands in the command"));
    }
    Ok(text)
}
