//! Scopes and expression tables: the part of lowering that knows no language.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use tree_sitter::{Node, Tree, TreeCursor};

use super::super::ir::{
    Arg, ClassId, Const, Expr, ExprId, ExprKind, FnId, Function, Module, Op, Slot, Span, Stmt, Target,
};
use super::super::names::{Names, Sym, id};
use super::syntax::Kids;

/// Deeper nesting than any person writes; what lies below is left out.
const DEPTH: u32 = 200;
/// Text of a constant that is kept; longer ones decide no branch.
const TEXT: usize = 2_048;

struct Scope {
    function: FnId,
    locals: FxHashMap<Sym, Slot>,
    outer: Vec<Sym>,
    uses: Vec<(ExprId, Sym, u16)>,
}

pub(super) struct Builder<'a, 't> {
    text: &'t str,
    pub(super) names: &'a mut Names,
    pub(super) module: Module,
    scopes: Vec<Scope>,
    cursor: TreeCursor<'t>,
    depth: u32,
    exports: Vec<(Sym, Slot)>,
    /// Every variable of the top level is open to other files.
    pub(super) exports_all: bool,
}

impl<'a, 't> Builder<'a, 't> {
    pub(super) fn new(text: &'t str, tree: &'t Tree, names: &'a mut Names) -> Self {
        let cursor = tree.walk();
        let mut builder = Self {
            text,
            names,
            module: Module::default(),
            scopes: Vec::new(),
            cursor,
            depth: 0,
            exports: Vec::new(),
            exports_all: false,
        };
        let top = Function { span: span(tree.root_node()), ..Function::default() };
        builder.open(top);
        builder
    }

    /// Ends the top level and gives the module.
    pub(super) fn finish(mut self) -> Module {
        while !self.scopes.is_empty() {
            self.close(Vec::new());
        }
        self.module
    }

    // Tree.

    pub(super) fn kids(&mut self, node: Node<'t>) -> Kids<'t> {
        Kids::of(node, &mut self.cursor)
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
        let first = id(node.start_position().row) + 1;
        self.module.broken.push((first, id(node.end_position().row) + 1));
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

    // Scopes.

    pub(super) fn open(&mut self, function: Function) -> FnId {
        let new = FnId(id(self.module.functions.len()));
        let parent = self.scopes.last().map(|s| s.function);
        self.module.functions.push(Function { parent, ..function });
        self.scopes.push(Scope {
            function: new,
            locals: FxHashMap::default(),
            outer: Vec::new(),
            uses: Vec::new(),
        });
        new
    }

    /// Ends the innermost function: its names are bound, what it does not define goes to the function around it.
    pub(super) fn close(&mut self, body: Vec<Stmt>) {
        let Some(scope) = self.scopes.pop() else { return };
        for (expr, sym, up) in scope.uses {
            let kind = match scope.locals.get(&sym) {
                Some(slot) => ExprKind::Var { up, slot: *slot },
                None => match self.scopes.last_mut() {
                    Some(outer) => {
                        outer.uses.push((expr, sym, up.saturating_add(1)));
                        continue;
                    }
                    None => ExprKind::Global(sym),
                },
            };
            self.module.exprs[expr.0 as usize].kind = kind;
        }
        let function = &mut self.module.functions[scope.function.0 as usize];
        function.body = body;
        function.slots = id(scope.locals.len());
        if self.scopes.is_empty() {
            if self.exports_all {
                self.exports.extend(scope.locals);
            }
            self.exports.sort_unstable();
            self.module.exports = std::mem::take(&mut self.exports).into();
        }
    }

    pub(super) fn function(&mut self) -> &mut Function {
        let at = self.scopes.last().map_or(0, |s| s.function.0 as usize);
        &mut self.module.functions[at]
    }

    pub(super) fn is_top(&self) -> bool {
        self.scopes.len() <= 1
    }

    pub(super) fn function_mut(&mut self, function: FnId) -> &mut Function {
        &mut self.module.functions[function.0 as usize]
    }

    /// Makes `sym` a variable of the current function, unless it was said to be an outer one.
    pub(super) fn declare(&mut self, sym: Sym) -> Option<Slot> {
        let scope = self.scopes.last_mut()?;
        if scope.outer.contains(&sym) {
            return None;
        }
        let next = id(scope.locals.len());
        Some(*scope.locals.entry(sym).or_insert(next))
    }

    /// Assignments to `sym` here reach the variable of an outer function.
    pub(super) fn outer(&mut self, sym: Sym) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.outer.push(sym);
        }
    }

    /// Declares `sym` and gives the place it names.
    pub(super) fn place(&mut self, sym: Sym, span: Span) -> ExprId {
        self.declare(sym);
        self.name(sym, span)
    }

    pub(super) fn target(&mut self, sym: Sym, span: Span) -> Target {
        Target::Place(self.place(sym, span))
    }

    pub(super) fn class(&mut self, class: super::super::ir::Class) -> ClassId {
        let new = ClassId(id(self.module.classes.len()));
        self.module.classes.push(class);
        new
    }

    /// A place of the top level under which other files find `sym`.
    pub(super) fn export(&mut self, sym: Sym, span: Span) -> ExprId {
        let hidden = format!("export {}", self.names.text(sym));
        let hidden = self.names.sym(&hidden);
        let place = self.place(hidden, span);
        if let (true, Some(slot)) = (self.is_top(), self.declare(hidden)) {
            self.exports.push((sym, slot));
        }
        place
    }
}

pub(super) fn span(node: Node<'_>) -> Span {
    Span { start: id(node.start_byte()), end: id(node.end_byte()), line: id(node.start_position().row) + 1 }
}
