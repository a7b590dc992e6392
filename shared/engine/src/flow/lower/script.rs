//! JavaScript and TypeScript: statements. Expressions, definitions, modules, patterns and JSX are in files of their own.
//!
//! Types are read where they say what a parameter is; everything else of TypeScript is passed over.

mod define;
mod expr;
mod jsx;
mod module;
mod operator;
mod pattern;

use super::super::ir::{Arm, Block, Handler, Loop, Op, Stmt, Target, Try};
use super::builder::{Builder, span};
use super::syntax::{Fields, Kids, Node};

/// Lowers the whole file.
pub(super) fn lower<'t>(builder: &mut Builder<'_, 't>, fields: &Fields, root: Node<'t>) {
    let mut lower = Lower { b: builder, f: fields };
    let body = lower.block(root);
    lower.b.close(body);
}

struct Lower<'l, 'a, 't> {
    b: &'l mut Builder<'a, 't>,
    f: &'l Fields,
}

impl<'t> Lower<'_, '_, 't> {
    /// A block's statements, with its functions first: they may be called before they stand there.
    fn block(&mut self, node: Node<'t>) -> Block {
        let kids = self.b.kids(node);
        let mut out = Vec::with_capacity(kids.0.len());
        let is_function =
            |n: &Node<'_>| matches!(n.kind(), "function_declaration" | "generator_function_declaration");
        for kid in kids.iter().filter(is_function) {
            self.stmt(kid, &mut out);
        }
        for kid in kids.iter().filter(|n| !is_function(n)) {
            self.stmt(kid, &mut out);
        }
        out
    }

    fn body(&mut self, node: Option<Node<'t>>) -> Block {
        match node {
            Some(n) if n.kind() == "statement_block" => self.block(n),
            Some(n) => {
                let mut out = Vec::new();
                self.stmt(n, &mut out);
                out
            }
            None => Vec::new(),
        }
    }

    fn stmt(&mut self, node: Node<'t>, out: &mut Block) {
        self.b.deeper(|b| Lower { b, f: self.f }.plain_stmt(node, out));
    }

    #[expect(clippy::too_many_lines, reason = "one row for each kind of node")]
    fn plain_stmt(&mut self, node: Node<'t>, out: &mut Block) {
        match node.kind() {
            "expression_statement" => {
                for kid in self.b.kids(node).iter() {
                    self.expression_stmt(kid, out);
                }
            }
            "lexical_declaration" | "variable_declaration" | "using_declaration" => {
                self.declaration(node, out)
            }
            "return_statement" => {
                let value = self.b.kids(node).first().map(|n| self.expr(n));
                out.push(Stmt::Return(value));
            }
            "throw_statement" => {
                let value = self.b.kids(node).first().map(|n| self.expr(n));
                out.push(Stmt::Throw(value));
            }
            "if_statement" => self.if_stmt(node, out),
            "for_statement" => self.for_stmt(node, out),
            "for_in_statement" => self.for_in(node, out),
            "while_statement" | "do_statement" => {
                let kids = self.b.kids(node);
                let test = kids.field(self.f.condition).filter(|_| node.kind() == "while_statement");
                let test = test.map(|n| self.expr(n));
                let body = self.body(kids.field(self.f.body));
                out.push(Stmt::Loop(Box::new(Loop { test, body, ..Loop::default() })));
            }
            "switch_statement" => self.switch(node, out),
            "try_statement" => self.try_stmt(node, out),
            "break_statement" | "continue_statement" => out.push(Stmt::Leave),
            "function_declaration" | "generator_function_declaration" => self.function_stmt(node, out),
            "class_declaration" | "abstract_class_declaration" => {
                self.class_stmt(node, &[], out);
            }
            "import_statement" => self.import(node, out),
            "export_statement" => self.export(node, out),
            "statement_block" => {
                let body = self.block(node);
                out.push(Stmt::Block(body));
            }
            "labeled_statement" | "with_statement" => {
                let kids = self.b.kids(node);
                out.append(&mut self.body(kids.field(self.f.body)));
            }
            "internal_module" | "module" | "ambient_declaration" => {
                let kids = self.b.kids(node);
                out.append(&mut self.body(kids.field(self.f.body)));
            }
            "enum_declaration" => self.enumeration(node, out),
            "empty_statement"
            | "comment"
            | "hash_bang_line"
            | "interface_declaration"
            | "type_alias_declaration"
            | "debugger_statement"
            | "function_signature"
            | "import_alias" => {}
            "ERROR" => {
                self.b.broken(node);
                out.append(&mut self.block(node));
            }
            _ => self.expression_stmt(node, out),
        }
    }

    fn expression_stmt(&mut self, node: Node<'t>, out: &mut Block) {
        if node.kind() == "internal_module" {
            return self.plain_stmt(node, out);
        }
        if node.kind() == "assignment_expression" {
            if self.export_by_assignment(node, out) {
                return;
            }
            let kids = self.b.kids(node);
            if let (Some(left), Some(right)) = (kids.field(self.f.left), kids.field(self.f.right)) {
                let value = self.expr(right);
                let target = self.place(left);
                out.push(Stmt::Assign { target, value });
                return;
            }
        }
        let value = self.expr(node);
        out.push(if node.kind() == "yield_expression" { Stmt::Yield(value) } else { Stmt::Expr(value) });
    }

    fn declaration(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        for kid in kids.iter().filter(|n| n.kind() == "variable_declarator") {
            let parts = self.b.kids(kid);
            let Some(name) = parts.field(self.f.name) else { continue };
            let value = match (parts.field(self.f.value), parts.field(self.f.ty)) {
                (Some(value), _) => Some(self.expr(value)),
                (None, Some(ty)) => Some(self.declared(ty)),
                (None, None) => None,
            };
            let target = self.binding(name);
            if let Some(value) = value {
                self.name_function(value, &target);
                out.push(Stmt::Assign { target, value });
            }
        }
    }

    fn if_stmt(&mut self, node: Node<'t>, out: &mut Block) {
        let (mut arms, mut otherwise, mut at) = (Vec::new(), Vec::new(), Some(node));
        while let Some(here) = at.take() {
            let kids = self.b.kids(here);
            let Some(test) = kids.field(self.f.condition) else { break };
            let test = self.expr(test);
            arms.push((test, self.body(kids.field(self.f.consequence))));
            let Some(other) = kids.field(self.f.alternative) else { break };
            let inner = self.b.kids(other);
            match inner.first() {
                Some(next) if next.kind() == "if_statement" => at = Some(next),
                next => otherwise = self.body(next),
            }
        }
        out.push(Stmt::If { arms, otherwise });
    }

    fn for_stmt(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        if let Some(first) = kids.field(self.f.initializer) {
            self.stmt(first, out);
        }
        let test =
            kids.field(self.f.condition).filter(|n| n.kind() != "empty_statement").map(|n| self.expr(n));
        let mut body = self.body(kids.field(self.f.body));
        if let Some(increment) = kids.field(self.f.increment) {
            let step = self.expr(increment);
            body.push(Stmt::Expr(step));
        }
        out.push(Stmt::Loop(Box::new(Loop { test, body, ..Loop::default() })));
    }

    fn for_in(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        let (Some(left), Some(right)) = (kids.field(self.f.left), kids.field(self.f.right)) else { return };
        let iter = self.expr(right);
        let is_new = self.b.slice(node.start_byte(), left.start_byte()).contains(['c', 'l', 'v']);
        let target = if is_new { self.binding(left) } else { self.place(left) };
        let body = self.body(kids.field(self.f.body));
        out.push(Stmt::Loop(Box::new(Loop { bind: Some((target, iter)), body, ..Loop::default() })));
    }

    fn switch(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        let (Some(subject), Some(body)) = (kids.field(self.f.value), kids.field(self.f.body)) else { return };
        let subject = self.expr(subject);
        let cases = self.b.kids(body);
        let (mut arms, mut last) = (Vec::new(), None);
        let mut values = Vec::new();
        for case in cases.iter() {
            let parts = self.b.kids(case);
            if let Some(value) = parts.field(self.f.value) {
                values.push(self.expr(value));
            }
            let mut body = Vec::new();
            for stmt in parts.all(self.f.body) {
                self.stmt(stmt, &mut body);
            }
            let is_default = case.kind() == "switch_default";
            if body.is_empty() && !is_default {
                continue; // shares the next one's body
            }
            if matches!(body.last(), Some(Stmt::Leave)) {
                body.pop();
            }
            let values = std::mem::take(&mut values);
            let values = if is_default { Vec::new() } else { values };
            let arm = Arm { values, exact: true, binds: Vec::new(), guard: None, body };
            if is_default { last = Some(arm) } else { arms.push(arm) }
        }
        arms.extend(last);
        out.push(Stmt::Match { subject, arms });
    }

    fn try_stmt(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        let body = self.body(kids.field(self.f.body));
        let mut handlers = Vec::new();
        if let Some(handler) = kids.field(self.f.handler) {
            let parts = self.b.kids(handler);
            let bind = parts.field(self.f.parameter).map(|n| self.binding(n));
            handlers.push(Handler { types: None, bind, body: self.body(parts.field(self.f.body)) });
        }
        let finally = match kids.field(self.f.finalizer) {
            Some(last) => {
                let parts = self.b.kids(last);
                self.body(parts.field(self.f.body))
            }
            None => Vec::new(),
        };
        out.push(Stmt::Try(Box::new(Try { body, handlers, otherwise: Vec::new(), finally })));
    }

    fn enumeration(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        let (Some(name), Some(body)) = (kids.field(self.f.name), kids.field(self.f.body)) else { return };
        let value = self.members(body);
        let sym = self.b.sym(name);
        let target = self.b.target(sym, span(name));
        out.push(Stmt::Assign { target, value });
    }

    /// `const f = () => {}` is a function called `f`.
    fn name_function(&mut self, value: super::super::ir::ExprId, target: &Target) {
        use super::super::ir::ExprKind;
        let (Target::Place(place), ExprKind::Lambda(function)) = (target, &self.b.module.expr(value).kind)
        else {
            return;
        };
        let (function, at) = (*function, self.b.module.expr(*place).span);
        let text = self.b.slice(at.start as usize, at.end as usize);
        let sym = self.b.names.sym(text);
        let made = self.b.function_mut(function);
        if made.name == Default::default() {
            made.name = sym;
        }
    }

    fn first(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        let kids: Kids<'t> = self.b.kids(node);
        kids.first()
    }
}

fn assigned(sign: &str) -> Op {
    match sign {
        "&&=" => Op::And,
        "||=" => Op::Or,
        "??=" => Op::Coalesce,
        other => operator::binary(other.strip_suffix('=').unwrap_or(other)).unwrap_or(Op::Bits),
    }
}
