//! JavaScript: expressions.

use super::super::super::ir::{Const, Entry, ExprId, ExprKind};
use super::super::builder::span;
use super::super::syntax::Node;
use super::Lower;

impl<'t> Lower<'_, '_, 't> {
    pub(super) fn expr(&mut self, node: Node<'t>) -> ExprId {
        let mut node = node;
        while node.kind() == "parenthesized_expression" {
            match self.first(node) {
                Some(inner) => node = inner,
                None => break,
            }
        }
        match self.b.deeper(|b| Lower { b, f: self.f }.plain_expr(node)) {
            Some(made) => made,
            None => self.b.opaque(node),
        }
    }

    #[expect(clippy::too_many_lines, reason = "one row for each kind of node")]
    fn plain_expr(&mut self, node: Node<'t>) -> ExprId {
        match node.kind() {
            "identifier" | "shorthand_property_identifier" | "this" | "super" | "type_identifier" => {
                let sym = self.b.sym(node);
                self.b.name(sym, span(node))
            }
            "member_expression" | "nested_type_identifier" | "nested_identifier" => self.member(node),
            "subscript_expression" => self.subscript(node),
            "call_expression" | "new_expression" => self.call(node),
            "string" => self.string(node),
            "template_string" => self.template(node),
            "number" => self.b.number(node),
            "true" => self.b.constant(Const::Bool(true), node),
            "false" => self.b.constant(Const::Bool(false), node),
            "null" | "undefined" => self.b.constant(Const::Null, node),
            "regex" => {
                let text = self.b.text(node);
                let pattern = self.b.string(text, node);
                self.b.call_global("/regex/", &[pattern], span(node))
            }
            "binary_expression" => self.binary_chain(node),
            "unary_expression" => self.unary(node),
            "assignment_expression" => self.bind(node),
            "augmented_assignment_expression" => self.augmented(node),
            "update_expression" => self.update(node),
            "ternary_expression" => self.choice(node),
            "arrow_function" | "function_expression" | "generator_function" | "function" => self.lambda(node),
            "class" => self.class_expr(node),
            "object" => self.object(node),
            "array" => self.array(node),
            "await_expression" => {
                let inner = self.first_expr(node);
                self.b.expr(ExprKind::Await(inner), node)
            }
            "parenthesized_expression"
            | "as_expression"
            | "satisfies_expression"
            | "non_null_expression"
            | "spread_element"
            | "type_assertion"
            | "instantiation_expression"
            | "jsx_expression"
            | "yield_expression"
            | "type_annotation"
            | "template_substitution"
            | "computed_property_name"
            | "readonly_type" => self.first_expr(node),
            "sequence_expression" => {
                let kids = self.b.kids(node);
                let parts = kids.iter().map(|n| self.expr(n)).collect();
                self.b.expr(ExprKind::Seq(parts), node)
            }
            "predefined_type" => {
                let text = self.b.text(node);
                self.b.global(text, span(node))
            }
            "generic_type" => self.first_expr(node),
            "jsx_element" | "jsx_self_closing_element" | "jsx_fragment" => self.jsx(node),
            "comment" | "jsx_text" | "meta_property" | "empty_statement" | "object_type" | "literal_type" => {
                self.b.opaque(node)
            }
            _ => self.union(node),
        }
    }

    pub(super) fn first_expr(&mut self, node: Node<'t>) -> ExprId {
        match self.first(node) {
            Some(inner) => self.expr(inner),
            None => self.b.opaque(node),
        }
    }

    pub(super) fn union(&mut self, node: Node<'t>) -> ExprId {
        if node.is_error() {
            self.b.broken(node);
        }
        let kids = self.b.kids(node);
        let parts: Box<[_]> = kids.iter().map(|n| self.expr(n)).collect();
        if parts.is_empty() { self.b.opaque(node) } else { self.b.expr(ExprKind::Union(parts), node) }
    }

    /// A value of the declared type.
    pub(super) fn declared(&mut self, ty: Node<'t>) -> ExprId {
        let ty = self.expr(ty);
        let at = self.b.module.expr(ty).span;
        self.b.expr_at(ExprKind::Union(Box::new([ty])), at)
    }

    fn member(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let object = kids.field(self.f.object).or_else(|| kids.first());
        let property = kids.field(self.f.property).or_else(|| kids.iter().next_back());
        let (Some(object), Some(property)) = (object, property) else { return self.union(node) };
        let object = self.expr(object);
        let sym = self.b.sym(property);
        self.b.expr(ExprKind::Attr(object, sym), node)
    }

    fn subscript(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let (Some(object), Some(index)) = (kids.field(self.f.object), kids.field(self.f.index)) else {
            return self.union(node);
        };
        let object = self.expr(object);
        let index = self.expr(index);
        self.b.expr(ExprKind::Index(object, index), node)
    }

    pub(super) fn string(&mut self, node: Node<'t>) -> ExprId {
        let text = self.fixed(node);
        self.b.string(&text, node)
    }

    /// The text between the quotes.
    pub(super) fn fixed(&mut self, node: Node<'t>) -> String {
        let kids = self.b.kids(node);
        let mut text = String::new();
        for kid in kids.iter() {
            let part = self.b.text(kid);
            if kid.kind() != "escape_sequence" {
                text.push_str(part);
                continue;
            }
            match part.trim_start_matches('\\') {
                "n" => text.push('\n'),
                "r" => text.push('\r'),
                "t" => text.push('\t'),
                "0" => text.push('\0'),
                "" => text.push('\\'),
                other if other.len() == 1 => text.push_str(other),
                _ => text.push_str(part),
            }
        }
        text
    }

    fn template(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let mut parts = Vec::new();
        for kid in kids.iter() {
            match kid.kind() {
                "template_substitution" => parts.push(self.expr(kid)),
                _ => {
                    let text = self.b.text(kid);
                    parts.push(self.b.string(text, kid));
                }
            }
        }
        self.b.text_of(parts, kids.of_kind("template_substitution").is_none(), node)
    }

    fn bind(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let (Some(left), Some(right)) = (kids.field(self.f.left), kids.field(self.f.right)) else {
            return self.union(node);
        };
        let value = self.expr(right);
        let target = self.place(left);
        self.b.expr(ExprKind::Bind(Box::new(target), value), node)
    }

    fn choice(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let (Some(test), Some(yes), Some(no)) =
            (kids.field(self.f.condition), kids.field(self.f.consequence), kids.field(self.f.alternative))
        else {
            return self.union(node);
        };
        let (test, yes, no) = (self.expr(test), self.expr(yes), self.expr(no));
        self.b.expr(ExprKind::Choice { test, yes, no }, node)
    }

    fn array(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let mut entries = Vec::with_capacity(kids.0.len());
        for kid in kids.iter() {
            let spread = kid.kind() == "spread_element";
            entries.push(Entry { key: None, value: self.expr(kid), spread });
        }
        self.b.expr(ExprKind::Collection(entries.into()), node)
    }

    fn object(&mut self, node: Node<'t>) -> ExprId {
        self.members(node)
    }

    /// The members of an object literal or enumeration.
    pub(super) fn members(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let mut entries = Vec::with_capacity(kids.0.len());
        for kid in kids.iter() {
            let parts = self.b.kids(kid);
            let name = parts.field(self.f.key).or_else(|| parts.field(self.f.name));
            let entry = match (kid.kind(), name) {
                ("spread_element", _) => Entry { key: None, value: self.first_expr(kid), spread: true },
                ("shorthand_property_identifier", _) => {
                    let text = self.b.text(kid);
                    let key = self.b.string(text, kid);
                    Entry { key: Some(key), value: self.expr(kid), spread: false }
                }
                ("method_definition", Some(name)) => {
                    let key = self.key(name);
                    Entry { key: Some(key), value: self.lambda(kid), spread: false }
                }
                (_, Some(name)) => {
                    let key = self.key(name);
                    let value = match parts.field(self.f.value) {
                        Some(value) => self.expr(value),
                        None => self.b.opaque(kid),
                    };
                    Entry { key: Some(key), value, spread: false }
                }
                _ => continue,
            };
            entries.push(entry);
        }
        self.b.expr(ExprKind::Collection(entries.into()), node)
    }

    /// A member's name, as the constant that it is.
    fn key(&mut self, node: Node<'t>) -> ExprId {
        match node.kind() {
            "computed_property_name" | "string" | "number" => self.expr(node),
            _ => {
                let text = self.b.text(node);
                self.b.string(text, node)
            }
        }
    }
}
