//! JSX: an element is a call of its component; attributes of plain elements are uses with names of their own.
//!
//! What stands between the tags is escaped when it is shown, so the element itself carries nothing on.

use super::super::super::ir::{Arg, Entry, ExprId, ExprKind};
use super::super::super::names::Sym;
use super::super::builder::span;
use super::super::syntax::Node;
use super::Lower;

impl<'t> Lower<'_, '_, 't> {
    pub(super) fn jsx(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let mut parts = Vec::new();
        let opening = kids.of_kind("jsx_opening_element").unwrap_or(node);
        self.opening(opening, &mut parts);
        for kid in kids.iter() {
            match kid.kind() {
                "jsx_expression" | "jsx_element" | "jsx_self_closing_element" | "jsx_fragment" => {
                    parts.push(self.expr(kid));
                }
                _ => {}
            }
        }
        let nothing = self.b.opaque(node);
        parts.push(nothing);
        self.b.expr(ExprKind::Seq(parts.into()), node)
    }

    fn opening(&mut self, node: Node<'t>, parts: &mut Vec<ExprId>) {
        let kids = self.b.kids(node);
        let name = kids.field(self.f.name);
        let is_component = name.is_some_and(|n| self.b.text(n).starts_with(|c: char| c.is_ascii_uppercase()));
        let mut props = Vec::new();
        for kid in kids.iter().filter(|n| n.kind() == "jsx_attribute") {
            let inner = self.b.kids(kid);
            let mut inner = inner.iter();
            let (Some(key), Some(value)) = (inner.next(), inner.next()) else { continue };
            let value = self.expr(value);
            let text = self.b.text(key);
            if is_component && text != "dangerouslySetInnerHTML" {
                let key = self.b.string(text, key);
                props.push(Entry { key: Some(key), value, spread: false });
            } else {
                parts.push(self.b.call_global(&format!("jsx:{text}"), &[value], span(kid)));
            }
        }
        if let (true, Some(name)) = (is_component, name) {
            let callee = self.expr(name);
            let value = self.b.expr(ExprKind::Collection(props.into()), node);
            let args = Box::new([Arg { name: Sym::NONE, value, spread: false }]);
            parts.push(self.b.expr(ExprKind::Call { callee, args }, node));
        }
    }
}
