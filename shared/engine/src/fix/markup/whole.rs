//! JavaScript's HTML as one expression: its constant texts and its values in order, through names that are written once.

use crate::analyze::Meaning;
use crate::analyze::unit::Node;

use super::super::holes::{self, Piece};
use super::super::place::{Place, Refused};
use super::super::value::is_assigned_again;

/// How many names and sums deep a text is followed.
const MAX_DEPTH: u32 = 40;
const MAX_PARTS: usize = 200;

pub(super) enum Part<'u> {
    Text(String),
    Value(Node<'u>),
}

/// The parts of the text that `node` is.
pub(super) fn parts<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> Result<Vec<Part<'u>>, Refused> {
    let mut whole = Whole { place, parts: Vec::new() };
    whole.add(node, true, 0)?;
    Ok(whole.parts)
}

struct Whole<'p, 'f, 'u> {
    place: &'p Place<'f, 'u>,
    parts: Vec<Part<'u>>,
}

impl<'u> Whole<'_, '_, 'u> {
    /// Whether what was added is text for sure. `is_whole`: it is all of the text, not a part of it.
    fn add(&mut self, node: &Node<'u>, is_whole: bool, depth: u32) -> Result<bool, Refused> {
        if depth > MAX_DEPTH || self.parts.len() > MAX_PARTS {
            return Err(Refused::Shape("the text has too many parts"));
        }
        match &*node.kind() {
            "parenthesized_expression" | "as_expression" | "satisfies_expression" | "non_null_expression" => {
                let inner = node.named_children().next().ok_or(Refused::NoTemplate)?;
                self.add(&inner, is_whole, depth + 1)
            }
            "string" | "template_string" => {
                let pieces = holes::pieces(self.place.family, node).flatten();
                for piece in pieces.ok_or(Refused::Shape("the text is put together in another way"))? {
                    match piece {
                        Piece::Text(text) => self.constant(&text)?,
                        Piece::Hole(value, _) => {
                            self.add(&value, false, depth + 1)?;
                        }
                    }
                }
                Ok(true)
            }
            "binary_expression" if node.field("operator").is_some_and(|operator| operator.text() == "+") => {
                let (left, right) = (node.field("left"), node.field("right"));
                let (left, right) = left.zip(right).ok_or(Refused::NoTemplate)?;
                let is_text = self.add(&left, false, depth + 1)? | self.add(&right, false, depth + 1)?;
                if is_text {
                    Ok(true)
                } else {
                    Err(Refused::Shape("two values are added before they are text"))
                }
            }
            "identifier" => match written_text(self.place, node) {
                Some(text) if is_whole || has_marks(self.place, &text, depth) => {
                    self.add(&text, is_whole, depth + 1)
                }
                Some(text) if text.kind() == "string" => self.add(&text, false, depth + 1),
                Some(_) | None => {
                    self.parts.push(Part::Value(node.clone()));
                    Ok(false)
                }
            },
            _ => {
                self.parts.push(Part::Value(node.clone()));
                Ok(false)
            }
        }
    }

    fn constant(&mut self, text: &str) -> Result<(), Refused> {
        let text = unescaped(text).ok_or(Refused::Shape("a text has escapes that are not read here"))?;
        self.parts.push(Part::Text(text));
        Ok(())
    }
}

/// The text that a name is written as, where it is written once.
fn written_text<'u>(place: &Place<'_, 'u>, name: &Node<'u>) -> Option<Node<'u>> {
    let value = written_once(place, name)?;
    let is_text = matches!(&*value.kind(), "string" | "template_string")
        || value.kind() == "binary_expression" && holes::is_composed(place.family, &value);
    is_text.then_some(value)
}

/// What a name is declared as, if nothing assigns it again and its pattern has no other value for it.
pub(super) fn written_once<'u>(place: &Place<'_, 'u>, name: &Node<'u>) -> Option<Node<'u>> {
    let text = name.text();
    let Meaning::Values(values) = place.facts.scopes.meaning(&text, name.range().start) else { return None };
    let [only] = &values[..] else { return None };
    let holder = only.value.parent()?;
    let pattern = match &*holder.kind() {
        "variable_declarator" => holder.field("name")?,
        "for_in_statement" => holder.field("left")?,
        _ => return None,
    };
    let has_default = pattern.text().contains('=');
    let is_again = is_assigned_again(place, &text, &holder);
    (!only.adds && !has_default && !is_again).then(|| only.value.clone())
}

/// Whether a text has marks of HTML in it, its own names read along.
fn has_marks<'u>(place: &Place<'_, 'u>, text: &Node<'u>, depth: u32) -> bool {
    let mut inner = Whole { place, parts: Vec::new() };
    match inner.add(text, true, depth + 1) {
        Ok(_) => inner.parts.iter().any(|part| matches!(part, Part::Text(text) if is_marked(text))),
        Err(_) => true,
    }
}

pub(super) fn is_marked(text: &str) -> bool {
    text.contains(['<', '>', '&'])
}

/// A literal's text with its escapes undone; `None` for those that name a character by its number.
pub(super) fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match rest.next()? {
            'n' | 'r' | 't' => out.push('\n'),
            c @ ('"' | '\'' | '`' | '\\' | '/' | '$' | '{') => out.push(c),
            '\n' => {}
            _ => return None,
        }
    }
    Some(out)
}
