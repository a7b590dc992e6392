//! The values that code puts into a text, found from the place that uses the text: through the names that hold it, the
//! pieces that are added to it, the lists that it is an element of.

mod pieces;

use std::collections::BTreeSet;

use crate::analyze::Meaning;
use crate::analyze::unit::Node;

use super::place::Place;

pub(super) use pieces::{Part, Piece, is_composed, parts, pieces};

/// Most values that one text may take in.
const MAX_HOLES: usize = 24;
/// How many names deep a text is followed.
const MAX_DEPTH: u32 = 6;

pub(super) struct Hole<'u> {
    pub(super) node: Node<'u>,
    /// Formatting makes text of any value there; elsewhere it is text already.
    pub(super) formatted: bool,
    /// The constant text before it, where it is in the same expression.
    pub(super) before: String,
}

/// Finds holes. `marks` tells text of the sink's own language, which is looked into, from other values, which are not.
struct Search<'p, 'f, 'u> {
    place: &'p Place<'f, 'u>,
    marks: &'p [char],
    seen: BTreeSet<usize>,
    holes: Vec<Hole<'u>>,
    /// A hole had a form that cannot be enclosed.
    odd: bool,
}

/// The values in the text that `node` is, constant ones left out; `None` where one has a form that no edit fits.
pub(super) fn of<'u>(place: &Place<'_, 'u>, node: &Node<'u>, marks: &[char]) -> Option<Vec<Hole<'u>>> {
    let mut search = Search { place, marks, seen: BTreeSet::new(), holes: Vec::new(), odd: false };
    search.follow(node, true, 0);
    let Search { mut holes, odd, .. } = search;
    // A container may be empty by its own line and filled later: the way knows better.
    holes.retain(|hole| place.is_on_way(&hole.node) || !place.is_constant(&hole.node));
    holes.sort_by_key(|hole| hole.node.range().start);
    holes.dedup_by_key(|hole| hole.node.range());
    (!odd && holes.len() <= MAX_HOLES).then_some(holes)
}

impl<'u> Search<'_, '_, 'u> {
    /// `is_text`: the node is the text itself, not a value in it.
    fn follow(&mut self, node: &Node<'u>, is_text: bool, depth: u32) {
        if depth > MAX_DEPTH || !self.seen.insert(node.range().start.wrapping_mul(31) ^ node.range().end) {
            return;
        }
        match &*node.kind() {
            "parenthesized_expression"
            | "await"
            | "await_expression"
            | "as_expression"
            | "non_null_expression" => {
                if let Some(inner) = node.named_children().next() {
                    self.follow(&inner, is_text, depth + 1);
                }
            }
            "conditional_expression" | "ternary_expression" => {
                let parts: Vec<_> = node.named_children().collect();
                let condition = if node.kind() == "ternary_expression" { 0 } else { 1 };
                for (at, part) in parts.iter().enumerate() {
                    if at != condition {
                        self.follow(part, is_text, depth + 1);
                    }
                }
            }
            "list" | "tuple" | "array" => {
                for element in node.named_children() {
                    self.follow(&element, is_text, depth + 1);
                }
            }
            "identifier" => self.name(node, is_text, depth),
            "call" if self.gathered(node).is_some() => {
                for added in self.gathered(node).unwrap_or_default() {
                    self.follow(&added, true, depth + 1);
                }
            }
            _ => match pieces(self.place.family, node) {
                Some(pieces) => self.pieces(pieces, depth),
                None => self.holes.push(Hole { node: node.clone(), formatted: false, before: String::new() }),
            },
        }
    }

    fn pieces(&mut self, pieces: Option<Vec<Piece<'u>>>, depth: u32) {
        let Some(pieces) = pieces else {
            self.odd = true;
            return;
        };
        let text = |piece: Option<&Piece<'u>>| match piece {
            Some(Piece::Text(text)) => text.clone(),
            Some(Piece::Hole(..)) | None => String::new(),
        };
        for (at, piece) in pieces.iter().enumerate() {
            let Piece::Hole(node, formatted) = piece else { continue };
            if node.kind() == "identifier" && self.is_marked(node) {
                self.follow(node, true, depth + 1);
                continue;
            }
            self.holes.push(Hole {
                node: node.clone(),
                formatted: *formatted,
                before: text(at.checked_sub(1).and_then(|before| pieces.get(before))),
            });
        }
    }

    fn name(&mut self, node: &Node<'u>, is_text: bool, depth: u32) {
        let hole = || Hole { node: node.clone(), formatted: false, before: String::new() };
        let Meaning::Values(values) = self.place.facts.scopes.meaning(&node.text(), node.range().start)
        else {
            self.holes.push(hole());
            return;
        };
        let made = values.iter().any(|v| {
            let value = &v.value;
            v.adds
                || is_list(value)
                || is_composed(self.place.family, value)
                || self.gathered(value).is_some()
        });
        if !made || !is_text && !self.is_marked(node) {
            self.holes.push(hole());
            return;
        }
        for value in values {
            self.follow(&value.value, true, depth + 1);
        }
        for added in self.appended(node) {
            self.follow(&added, true, depth + 1);
        }
    }

    /// Whether a name holds text of the sink's language that values were put into, by its constant parts.
    fn is_marked(&self, node: &Node<'u>) -> bool {
        let Meaning::Values(values) = self.place.facts.scopes.meaning(&node.text(), node.range().start)
        else {
            return false;
        };
        let family = self.place.family;
        let is_made = values.iter().any(|value| value.adds || is_composed(family, &value.value));
        let has_mark = |value: &Node<'u>| match pieces(family, value) {
            Some(Some(pieces)) => {
                pieces.iter().any(|piece| matches!(piece, Piece::Text(text) if text.contains(self.marks)))
            }
            Some(None) => true,
            None => false,
        };
        is_made && values.iter().any(|value| value.adds || has_mark(&value.value))
    }

    /// What `"".join(list)` or `buffer.getvalue()` puts together, where that was added piece by piece.
    fn gathered(&self, call: &Node<'u>) -> Option<Vec<Node<'u>>> {
        let callee = call.field("function").filter(|callee| callee.kind() == "attribute")?;
        let holder = match &*callee.field("attribute")?.text() {
            "getvalue" => callee.field("object")?,
            "join" => call.field("arguments")?.named_children().next()?,
            _ => return None,
        };
        let added = if holder.kind() == "identifier" { self.appended(&holder) } else { Vec::new() };
        (!added.is_empty()).then_some(added)
    }

    /// What `list.append(x)` or `list.push(x)` adds to a name in the same function, before it is used.
    fn appended(&self, name: &Node<'u>) -> Vec<Node<'u>> {
        let at = name.range().start;
        let function = self.place.facts.scopes.function_at(at).range.clone();
        let text = name.text();
        let mut added = Vec::new();
        for call in self.place.facts.unit.root().dfs() {
            let range = call.range();
            if range.start < function.start || range.end > at || !call.kind().starts_with("call") {
                continue;
            }
            let Some(callee) = call.field("function") else { continue };
            let method = callee.field("attribute").or_else(|| callee.field("property"));
            let is_append =
                method.is_some_and(|m| matches!(&*m.text(), "append" | "push" | "extend" | "write"));
            if is_append && callee.field("object").is_some_and(|object| object.text() == text) {
                added.extend(
                    call.field("arguments")
                        .into_iter()
                        .flat_map(|list| list.named_children().collect::<Vec<_>>()),
                );
            }
        }
        added
    }
}

fn is_list(node: &Node<'_>) -> bool {
    matches!(&*node.kind(), "list" | "array")
}
