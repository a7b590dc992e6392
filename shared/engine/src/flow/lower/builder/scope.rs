//! Functions and the names in them: bound when a function ends, innermost first.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::super::ir::{Class, ClassId, ExprId, ExprKind, FnId, Function, Slot, Span, Stmt, Target};
use super::super::super::names::{Sym, id};
use super::Builder;

pub(super) struct Scope {
    pub(super) function: FnId,
    pub(super) locals: FxHashMap<Sym, Slot>,
    pub(super) outer: FxHashSet<Sym>,
    pub(super) uses: Vec<(ExprId, Sym, u16)>,
}

impl Builder<'_, '_> {
    pub(in super::super) fn open(&mut self, function: Function) -> FnId {
        let new = FnId(id(self.module.functions.len()));
        let parent = self.scopes.last().map(|s| s.function);
        self.module.functions.push(Function { parent, ..function });
        self.scopes.push(Scope {
            function: new,
            locals: FxHashMap::default(),
            outer: FxHashSet::default(),
            uses: Vec::new(),
        });
        new
    }

    /// Ends the innermost function: its names are bound, what it does not define goes to the function around it.
    pub(in super::super) fn close(&mut self, body: Vec<Stmt>) {
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

    pub(in super::super) fn function(&mut self) -> &mut Function {
        let at = self.scopes.last().map_or(0, |s| s.function.0 as usize);
        &mut self.module.functions[at]
    }

    pub(in super::super) fn is_top(&self) -> bool {
        self.scopes.len() <= 1
    }

    pub(in super::super) fn function_mut(&mut self, function: FnId) -> &mut Function {
        &mut self.module.functions[function.0 as usize]
    }

    /// Makes `sym` a variable of the current function, unless it was said to be an outer one.
    pub(in super::super) fn declare(&mut self, sym: Sym) -> Option<Slot> {
        let scope = self.scopes.last_mut()?;
        if scope.outer.contains(&sym) {
            return None;
        }
        let next = id(scope.locals.len());
        Some(*scope.locals.entry(sym).or_insert(next))
    }

    /// Assignments to `sym` here reach the variable of an outer function.
    pub(in super::super) fn outer(&mut self, sym: Sym) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.outer.insert(sym);
        }
    }

    /// Declares `sym` and gives the place it names.
    pub(in super::super) fn place(&mut self, sym: Sym, span: Span) -> ExprId {
        self.declare(sym);
        self.name(sym, span)
    }

    pub(in super::super) fn target(&mut self, sym: Sym, span: Span) -> Target {
        Target::Place(self.place(sym, span))
    }

    pub(in super::super) fn class(&mut self, class: Class) -> ClassId {
        let new = ClassId(id(self.module.classes.len()));
        self.module.classes.push(class);
        new
    }

    /// A place of the top level under which other files find `sym`.
    pub(in super::super) fn export(&mut self, sym: Sym, span: Span) -> ExprId {
        let hidden = format!("export {}", self.names.text(sym));
        let hidden = self.names.sym(&hidden);
        let place = self.place(hidden, span);
        if let (true, Some(slot)) = (self.is_top(), self.declare(hidden)) {
            self.exports.push((sym, slot));
        }
        place
    }
}
