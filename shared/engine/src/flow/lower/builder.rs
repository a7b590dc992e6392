//! Scopes and expression tables: the part of lowering that knows no language.

mod scope;

use std::rc::Rc;

use super::super::ir::{Arg, Const, Expr, ExprId, ExprKind, Function, Module, Op, Slot, Span};
use super::super::names::{Names, Sym, id};
use super::syntax::{Fields, Kids, Node};
use scope::Scope;

/// Deeper nesting than any person writes; what lies below is left out.
const DEPTH: u32 = 200;
/// Text of a constant that is kept; longer ones decide no branch.
const TEXT: usize = 2_048;

pub(super) struct Builder<'a, 't> {
    text: &'t str,
    pub(super) names: &'a mut Names,
    pub(super) module: Module,
    scopes: Vec<Scope>,
    depth: u32,
    exports: Vec<(Sym, Slot)>,
    /// Every variable of the top level is open to other files.
    pub(super) exports_all: bool,
}

impl<'a, 't> Builder<'a, 't> {
    pub(super) fn new(text: &'t str, root: Node<'t>, names: &'a mut Names) -> Self {
        let mut builder = Self {
            text,
            names,
            module: Module::default(),
            scopes: Vec::new(),
            depth: 0,
            exports: Vec::new(),
            exports_all: false,
        };
        let top = Function { span: span(root), ..Function::default() };
        builder.open(top);
        builder
    }

    /// Ends the top level and gives the module.
    pub(super) fn finish(mut self) -> Module {
        while !self.scopes.is_empty() {
            self.close(Vec::new());
        }
        self.module.exprs.shrink_to_fit();
        self.module.functions.shrink_to_fit();
        self.module
    }

    // Tree.

    pub(super) fn kids(&self, node: Node<'t>) -> Kids<'t> {
        Kids::of(node)
    }

    pub(super) fn text(&self, node: Node<'t>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn sym(&mut self, node: Node<'t>) -> Sym {
        let text = self.text(node);
        self.names.sym(text)
    }

    /// Runs `inner` one level deeper, or gives nothing when that is too deep.
    pub(super) fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= DEPTH {
            self.module.cut = true;
            return None;
        }
        self.depth += 1;
        let made = inner(self);
        self.depth -= 1;
        Some(made)
    }

    pub(super) fn broken(&mut self, node: Node<'t>) {
        let first = node.row() + 1;
        let lines = self.text(node).bytes().filter(|byte| *byte == b'\n').count();
        self.module.broken.push((first, first + id(lines)));
    }

    // Expressions.

    pub(super) fn expr(&mut self, kind: ExprKind, node: Node<'t>) -> ExprId {
        self.expr_at(kind, span(node))
    }

    pub(super) fn expr_at(&mut self, kind: ExprKind, span: Span) -> ExprId {
        let new = ExprId(id(self.module.exprs.len()));
        self.module.exprs.push(Expr { kind, span });
        new
    }

    pub(super) fn opaque(&mut self, node: Node<'t>) -> ExprId {
        self.expr(ExprKind::Opaque, node)
    }

    pub(super) fn constant(&mut self, value: Const, node: Node<'t>) -> ExprId {
        self.expr(ExprKind::Const(value), node)
    }

    pub(super) fn string(&mut self, text: &str, node: Node<'t>) -> ExprId {
        let mut end = text.len().min(TEXT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.constant(Const::Str(Rc::from(&text[..end])), node)
    }

    /// A number, with or without a base, `_` between its digits and the mark of a large one behind it.
    pub(super) fn number(&mut self, node: Node<'t>) -> ExprId {
        let text = self.text(node).replace('_', "").to_ascii_lowercase();
        let text = text.trim_end_matches('n');
        let value = match (text.strip_prefix("0x"), text.strip_prefix("0o"), text.strip_prefix("0b")) {
            (Some(hex), _, _) => i64::from_str_radix(hex, 16).ok(),
            (_, Some(octal), _) => i64::from_str_radix(octal, 8).ok(),
            (_, _, Some(binary)) => i64::from_str_radix(binary, 2).ok(),
            _ => text.parse().ok(),
        };
        match (value, text.parse()) {
            (Some(int), _) => self.constant(Const::Int(int), node),
            (None, Ok(float)) => self.constant(Const::Float(float), node),
            _ => self.opaque(node),
        }
    }

    /// Text of parts that stand one after another; `fixed` when no value is put into it.
    pub(super) fn text_of(&mut self, parts: Vec<ExprId>, fixed: bool, node: Node<'t>) -> ExprId {
        match parts.as_slice() {
            [] => self.string("", node),
            [one] if fixed => {
                self.module.exprs[one.0 as usize].span = span(node);
                *one
            }
            _ => self.expr(ExprKind::Text(parts.into()), node),
        }
    }

    /// The text between two neighbours: the operator, which is no named node.
    pub(super) fn sign(&self, left: Node<'t>, right: Node<'t>) -> &'t str {
        let text = self.slice(left.end_byte(), right.start_byte());
        text.trim_matches(|c: char| c.is_whitespace() || c == '(' || c == ')')
    }

    /// The operands of a chain of one operator, the last one first, and its sign: `a + b + c` is a node in a node in a
    /// node, and a long one would be a deep one. `None` where an operand is missing.
    pub(super) fn operands(&self, node: Node<'t>, f: &Fields) -> Option<(Vec<Node<'t>>, &'t str)> {
        let (mut parts, mut at, mut sign) = (Vec::new(), node, None);
        while at.kind() == node.kind() {
            let kids = self.kids(at);
            let (Some(left), Some(right)) = (kids.field(f.left), kids.field(f.right)) else { break };
            let here = self.sign(left, right);
            if *sign.get_or_insert(here) != here {
                break;
            }
            parts.push(right);
            at = left;
        }
        parts.push(at);
        sign.map(|sign| (parts, sign))
    }

    /// A use of a name, bound when its function ends.
    pub(super) fn name(&mut self, sym: Sym, span: Span) -> ExprId {
        let new = self.expr_at(ExprKind::Unbound(sym), span);
        if let Some(scope) = self.scopes.last_mut() {
            scope.uses.push((new, sym, 0));
        }
        new
    }

    /// A name that the file cannot bind, as a keyword of the language with a meaning of its own.
    pub(super) fn global(&mut self, text: &str, span: Span) -> ExprId {
        let sym = self.names.sym(text);
        self.expr_at(ExprKind::Global(sym), span)
    }

    /// `callee(args...)` for a construct that behaves like a call of a builtin.
    pub(super) fn call_global(&mut self, text: &str, values: &[ExprId], span: Span) -> ExprId {
        let callee = self.global(text, span);
        let args = values.iter().map(|v| Arg { name: Sym::NONE, value: *v, spread: false }).collect();
        self.expr_at(ExprKind::Call { callee, args }, span)
    }

    /// Folds a flat chain of one operator; long ones become the union of their parts, so depth stays bounded.
    pub(super) fn chain(&mut self, op: Op, parts: Vec<ExprId>, node: Node<'t>) -> ExprId {
        let is_text = |b: &Self, e: ExprId| {
            matches!(b.module.expr(e).kind, ExprKind::Const(Const::Str(_)) | ExprKind::Text(_))
        };
        if op == Op::Add && parts.iter().any(|p| is_text(self, *p)) {
            return self.expr(ExprKind::Text(parts.into()), node);
        }
        if parts.len() > 32 {
            return self.expr(ExprKind::Union(parts.into()), node);
        }
        let mut parts = parts.into_iter();
        let Some(mut all) = parts.next() else { return self.opaque(node) };
        for part in parts {
            all = self.expr(ExprKind::Binary(op, all, part), node);
        }
        all
    }
}

pub(super) fn span(node: Node<'_>) -> Span {
    Span { start: id(node.start_byte()), end: id(node.end_byte()), line: node.row() + 1 }
}
