//! Python: expressions.

use super::super::super::ir::{Arg, CompFor, Const, Entry, ExprId, ExprKind, Target};
use super::super::super::names::Sym;
use super::super::builder::span;
use super::super::syntax::Node;
use super::Lower;

impl<'t> Lower<'_, '_, 't> {
    pub(super) fn expr(&mut self, node: Node<'t>) -> ExprId {
        let mut node = node;
        while node.kind() == "parenthesized_expression" {
            match self.b.kids(node).first() {
                Some(inner) => node = inner,
                None => break,
            }
        }
        match self.b.deeper(|b| Lower { b, f: self.f }.plain_expr(node)) {
            Some(made) => made,
            None => self.b.opaque(node),
        }
    }

    fn plain_expr(&mut self, node: Node<'t>) -> ExprId {
        match node.kind() {
            "identifier" => {
                let sym = self.b.sym(node);
                self.b.name(sym, span(node))
            }
            "attribute" => self.attribute(node),
            "call" => self.call(node),
            "string" => self.string(node),
            "concatenated_string" => {
                let kids = self.b.kids(node);
                let parts = kids.iter().map(|n| self.expr(n)).collect();
                self.b.expr(ExprKind::Text(parts), node)
            }
            "integer" | "float" => self.b.number(node),
            "true" => self.b.constant(Const::Bool(true), node),
            "false" => self.b.constant(Const::Bool(false), node),
            "none" => self.b.constant(Const::Null, node),
            "subscript" => self.subscript(node),
            "binary_operator" => self.binary_chain(node),
            "boolean_operator" => self.boolean(node),
            "comparison_operator" => self.comparison(node),
            "not_operator" | "unary_operator" => self.unary(node),
            "conditional_expression" => self.choice(node),
            "named_expression" | "assignment" | "augmented_assignment" => self.bind(node),
            "list" | "tuple" | "set" | "expression_list" | "pattern_list" => self.sequence(node),
            "dictionary" => self.dictionary(node),
            "list_comprehension"
            | "set_comprehension"
            | "generator_expression"
            | "dictionary_comprehension" => self.comprehension(node),
            "lambda" => self.lambda(node),
            "parenthesized_expression"
            | "type"
            | "list_splat"
            | "dictionary_splat"
            | "parenthesized_list_splat"
            | "interpolation"
            | "format_expression"
            | "constrained_type" => {
                let kids = self.b.kids(node);
                let inner = kids.field(self.f.expression).or_else(|| kids.first());
                match inner {
                    Some(n) => self.expr(n),
                    None => self.b.opaque(node),
                }
            }
            "await" => {
                let kids = self.b.kids(node);
                let inner = match kids.first() {
                    Some(n) => self.expr(n),
                    None => self.b.opaque(node),
                };
                self.b.expr(ExprKind::Await(inner), node)
            }
            "ellipsis" | "comment" | "pass_statement" => self.b.opaque(node),
            _ => self.union(node),
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

    fn attribute(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let (Some(object), Some(attribute)) = (kids.field(self.f.object), kids.field(self.f.attribute))
        else {
            return self.union(node);
        };
        let object = self.expr(object);
        let sym = self.b.sym(attribute);
        self.b.expr(ExprKind::Attr(object, sym), node)
    }

    fn call(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let Some(callee) = kids.field(self.f.function) else { return self.union(node) };
        let callee = self.expr(callee);
        let args = match kids.field(self.f.arguments) {
            Some(list) if list.kind() == "argument_list" => {
                let list = self.b.kids(list);
                list.iter().map(|n| self.argument(n)).collect()
            }
            Some(one) => {
                Box::new([Arg { name: Sym::NONE, value: self.expr(one), spread: false }]) as Box<[_]>
            }
            None => Box::default(),
        };
        self.b.expr(ExprKind::Call { callee, args }, node)
    }

    fn argument(&mut self, node: Node<'t>) -> Arg {
        let spread = matches!(node.kind(), "list_splat" | "dictionary_splat");
        if node.kind() == "keyword_argument" {
            let kids = self.b.kids(node);
            if let (Some(name), Some(value)) = (kids.field(self.f.name), kids.field(self.f.value)) {
                return Arg { name: self.b.sym(name), value: self.expr(value), spread };
            }
        }
        Arg { name: Sym::NONE, value: self.expr(node), spread }
    }

    fn string(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let is_raw = kids.first().is_some_and(|n| self.b.text(n).contains(['r', 'R']));
        let mut parts = Vec::new();
        for kid in kids.iter() {
            match kid.kind() {
                "string_content" => {
                    let text = self.b.text(kid);
                    let plain = if is_raw || !text.contains('\\') { text.into() } else { unescape(text) };
                    parts.push(self.b.string(&plain, kid));
                }
                "interpolation" => {
                    let value = self.expr(kid);
                    parts.push(if self.cuts(kid) {
                        self.b.expr(ExprKind::Slice(value, None, None), kid)
                    } else {
                        value
                    });
                }
                _ => {}
            }
        }
        self.b.text_of(parts, kids.of_kind("interpolation").is_none(), node)
    }

    /// Whether a field shows a part of its value, or a form of it: `{x:.5}`, `{x!r}`.
    fn cuts(&mut self, field: Node<'t>) -> bool {
        let kids = self.b.kids(field);
        kids.iter().any(|kid| match kid.kind() {
            "type_conversion" => self.b.text(kid) != "!s",
            "format_specifier" => self.b.text(kid).contains(['.', '{']),
            _ => false,
        })
    }

    fn subscript(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let Some(value) = kids.field(self.f.value) else { return self.union(node) };
        let base = self.expr(value);
        let keys: Vec<_> = kids.all(self.f.subscript).collect();
        match keys.as_slice() {
            [slice] if slice.kind() == "slice" => {
                let (start, end) = self.bounds(*slice);
                self.b.expr(ExprKind::Slice(base, start, end), node)
            }
            [key] => {
                let key = self.expr(*key);
                self.b.expr(ExprKind::Index(base, key), node)
            }
            _ => {
                let mut parts = vec![base];
                parts.extend(keys.iter().map(|k| self.expr(*k)));
                self.b.expr(ExprKind::Union(parts.into()), node)
            }
        }
    }

    fn bounds(&mut self, slice: Node<'t>) -> (Option<ExprId>, Option<ExprId>) {
        let text = self.b.text(slice);
        let kids = self.b.kids(slice);
        let leads = text.trim_start().starts_with(':');
        let mut parts = kids.iter();
        let start = if leads { None } else { parts.next() };
        // `[a:]` has one bound, `[a::c]` has a step where the end would be.
        let end = if text.contains("::") { None } else { parts.next() };
        (start.map(|n| self.expr(n)), end.map(|n| self.expr(n)))
    }

    pub(super) fn bind(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let left = kids.field(self.f.left).or_else(|| kids.field(self.f.name));
        let right = kids.field(self.f.right).or_else(|| kids.field(self.f.value));
        let (Some(left), Some(right)) = (left, right) else { return self.union(node) };
        let value = self.expr(right);
        let target = self.target(left);
        self.b.expr(ExprKind::Bind(Box::new(target), value), node)
    }

    fn sequence(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let mut entries = Vec::with_capacity(kids.0.len());
        for kid in kids.iter() {
            let spread = kid.kind() == "list_splat";
            entries.push(Entry { key: None, value: self.expr(kid), spread });
        }
        self.b.expr(ExprKind::Collection(entries.into()), node)
    }

    fn dictionary(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let mut entries = Vec::with_capacity(kids.0.len());
        for kid in kids.iter() {
            let pair = self.b.kids(kid);
            let entry = match (pair.field(self.f.key), pair.field(self.f.value)) {
                (Some(key), Some(value)) => {
                    Entry { key: Some(self.expr(key)), value: self.expr(value), spread: false }
                }
                _ => Entry { key: None, value: self.expr(kid), spread: true },
            };
            entries.push(entry);
        }
        self.b.expr(ExprKind::Collection(entries.into()), node)
    }

    fn comprehension(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let mut fors: Vec<CompFor> = Vec::new();
        for kid in kids.iter() {
            let inner = self.b.kids(kid);
            match kid.kind() {
                "for_in_clause" => {
                    let (Some(left), Some(right)) = (inner.field(self.f.left), inner.field(self.f.right))
                    else {
                        continue;
                    };
                    let iter = self.expr(right);
                    let target = self.target(left);
                    fors.push(CompFor { target, iter, tests: Vec::new() });
                }
                "if_clause" => {
                    let Some(test) = inner.first() else { continue };
                    let test = self.expr(test);
                    if let Some(last) = fors.last_mut() {
                        last.tests.push(test);
                    }
                }
                _ => {}
            }
        }
        let Some(body) = kids.field(self.f.body) else { return self.union(node) };
        let pair = self.b.kids(body);
        let (key, value) = match (body.kind(), pair.field(self.f.key), pair.field(self.f.value)) {
            ("pair", Some(key), Some(value)) => (Some(self.expr(key)), self.expr(value)),
            _ => (None, self.expr(body)),
        };
        self.b.expr(ExprKind::Comp { fors: fors.into(), key, value }, node)
    }

    pub(super) fn target(&mut self, node: Node<'t>) -> Target {
        match node.kind() {
            "identifier" => {
                let sym = self.b.sym(node);
                self.b.target(sym, span(node))
            }
            "pattern_list" | "tuple_pattern" | "list_pattern" | "tuple" | "list" | "expression_list" => {
                let kids = self.b.kids(node);
                Target::Tuple(kids.iter().map(|n| self.target(n)).collect())
            }
            "list_splat_pattern" | "list_splat" | "dictionary_splat_pattern" => {
                let kids = self.b.kids(node);
                kids.first().map_or(Target::Ignore, |n| Target::Rest(Box::new(self.target(n))))
            }
            "as_pattern_target" | "parenthesized_expression" => {
                let kids = self.b.kids(node);
                kids.first().map_or(Target::Ignore, |n| self.target(n))
            }
            "attribute" | "subscript" => Target::Place(self.expr(node)),
            _ => Target::Ignore,
        }
    }
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('0') => out.push('\0'),
            Some('\n') => {}
            Some(c @ ('\\' | '\'' | '"')) => out.push(c),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}
