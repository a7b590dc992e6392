//! JavaScript: what assignments and parameters bind.

use super::super::super::ir::{ExprId, Target};
use super::super::super::names::Sym;
use super::super::builder::span;
use super::super::syntax::Node;
use super::Lower;

impl<'t> Lower<'_, '_, 't> {
    /// New variables.
    pub(super) fn binding(&mut self, node: Node<'t>) -> Target {
        self.pattern(node, true)
    }

    /// Places that there are already.
    pub(super) fn place(&mut self, node: Node<'t>) -> Target {
        self.pattern(node, false)
    }

    fn pattern(&mut self, node: Node<'t>, is_new: bool) -> Target {
        let made = self.b.deeper(|b| Lower { b, f: self.f }.plain_pattern(node, is_new));
        made.unwrap_or(Target::Ignore)
    }

    fn plain_pattern(&mut self, node: Node<'t>, is_new: bool) -> Target {
        match node.kind() {
            "identifier" | "shorthand_property_identifier_pattern" | "shorthand_property_identifier" => {
                let sym = self.b.sym(node);
                if is_new {
                    self.b.target(sym, span(node))
                } else {
                    Target::Place(self.b.name(sym, span(node)))
                }
            }
            "array_pattern" | "array" => {
                let kids = self.b.kids(node);
                Target::Tuple(kids.iter().map(|n| self.pattern(n, is_new)).collect())
            }
            "object_pattern" | "object" => self.fields(node, is_new),
            "assignment_pattern" | "object_assignment_pattern" => {
                // Without its default: a value that is there says more.
                let kids = self.b.kids(node);
                kids.field(self.f.left).map_or(Target::Ignore, |n| self.pattern(n, is_new))
            }
            "rest_pattern" | "spread_element" => {
                let inner = self.first(node).map_or(Target::Ignore, |n| self.pattern(n, is_new));
                Target::Rest(Box::new(inner))
            }
            "parenthesized_expression" | "non_null_expression" | "as_expression" => {
                self.first(node).map_or(Target::Ignore, |n| self.pattern(n, is_new))
            }
            "member_expression" | "subscript_expression" => Target::Place(self.expr(node)),
            _ => Target::Ignore,
        }
    }

    fn fields(&mut self, node: Node<'t>, is_new: bool) -> Target {
        let kids = self.b.kids(node);
        let mut fields = Vec::new();
        for kid in kids.iter() {
            match kid.kind() {
                "pair_pattern" | "pair" => {
                    let parts = self.b.kids(kid);
                    let (Some(key), Some(value)) = (parts.field(self.f.key), parts.field(self.f.value))
                    else {
                        continue;
                    };
                    let text = self.b.text(key).trim_matches(['"', '\'']);
                    let sym = self.b.names.sym(text);
                    let default = self.default(value);
                    fields.push((sym, self.pattern(value, is_new), default));
                }
                "rest_pattern" | "spread_element" => {
                    fields.push((Sym::NONE, self.pattern(kid, is_new), None))
                }
                _ => {
                    let default = self.default(kid);
                    let parts = self.b.kids(kid);
                    let name = parts.field(self.f.left).unwrap_or(kid);
                    let sym = self.b.sym(name);
                    fields.push((sym, self.pattern(kid, is_new), default));
                }
            }
        }
        Target::Fields(fields)
    }

    fn default(&mut self, node: Node<'t>) -> Option<ExprId> {
        if !matches!(node.kind(), "assignment_pattern" | "object_assignment_pattern") {
            return None;
        }
        let kids = self.b.kids(node);
        kids.field(self.f.right).map(|n| self.expr(n))
    }
}
