//! Python: statements. Expressions, definitions and patterns are in files of their own.

mod define;
mod expr;
mod operator;
mod pattern;

use super::super::ir::{Block, ExprKind, Handler, Loop, Op, Stmt, Target, Try};
use super::builder::{Builder, span};
use super::syntax::{Fields, Kids, Node};

/// Lowers the whole file.
pub(super) fn lower<'t>(builder: &mut Builder<'_, 't>, fields: &Fields, root: Node<'t>) {
    builder.exports_all = true;
    let mut lower = Lower { b: builder, f: fields };
    let body = lower.block(root);
    lower.b.close(body);
}

struct Lower<'l, 'a, 't> {
    b: &'l mut Builder<'a, 't>,
    f: &'l Fields,
}

impl<'t> Lower<'_, '_, 't> {
    fn block(&mut self, node: Node<'t>) -> Block {
        let kids = self.b.kids(node);
        let mut out = Vec::with_capacity(kids.0.len());
        for kid in kids.iter() {
            self.stmt(kid, &mut out);
        }
        out
    }

    fn field_block(&mut self, kids: &Kids<'t>, field: u16) -> Block {
        kids.field(field).map(|n| self.block(n)).unwrap_or_default()
    }

    fn stmt(&mut self, node: Node<'t>, out: &mut Block) {
        self.b.deeper(|b| Lower { b, f: self.f }.plain_stmt(node, out));
    }

    fn plain_stmt(&mut self, node: Node<'t>, out: &mut Block) {
        match node.kind() {
            "expression_statement" => self.expression_stmt(node, out),
            "return_statement" => {
                let value = self.b.kids(node).first().map(|n| self.expr(n));
                out.push(Stmt::Return(value));
            }
            "if_statement" => self.if_stmt(node, out),
            "for_statement" | "while_statement" => self.loop_stmt(node, out),
            "try_statement" => self.try_stmt(node, out),
            "with_statement" => self.with_stmt(node, out),
            "match_statement" => self.match_stmt(node, out),
            "function_definition" => self.function(node, &[], None, out),
            "class_definition" => self.class(node, &[], out),
            "decorated_definition" => self.decorated(node, out),
            "import_statement" => self.import(node, out),
            "import_from_statement" => self.import_from(node, out),
            "raise_statement" => {
                let value = self.b.kids(node).first().map(|n| self.expr(n));
                out.push(Stmt::Throw(value));
            }
            "break_statement" | "continue_statement" => out.push(Stmt::Leave),
            "global_statement" | "nonlocal_statement" => {
                for kid in self.b.kids(node).iter() {
                    let sym = self.b.sym(kid);
                    self.b.outer(sym);
                }
            }
            "assert_statement" => {
                let Some(test) = self.b.kids(node).first() else { return };
                let test = self.expr(test);
                out.push(Stmt::If { arms: vec![(test, Vec::new())], otherwise: vec![Stmt::Throw(None)] });
            }
            "exec_statement" => {
                let kids = self.b.kids(node);
                let values: Vec<_> = kids.iter().map(|n| self.expr(n)).collect();
                let call = self.b.call_global("exec", &values, span(node));
                out.push(Stmt::Expr(call));
            }
            "pass_statement"
            | "future_import_statement"
            | "comment"
            | "delete_statement"
            | "type_alias_statement" => {}
            "ERROR" => {
                self.b.broken(node);
                out.append(&mut self.block(node));
            }
            "block" | "module" | "else_clause" | "finally_clause" => out.append(&mut self.block(node)),
            _ => {
                let value = self.expr(node);
                out.push(Stmt::Expr(value));
            }
        }
    }

    fn expression_stmt(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        for kid in kids.iter() {
            match kid.kind() {
                "assignment" => self.assignment(kid, out),
                "augmented_assignment" => self.augmented(kid, out),
                "yield" => {
                    let value = self.expr(kid);
                    out.push(Stmt::Yield(value));
                }
                _ => {
                    let value = self.expr(kid);
                    out.push(Stmt::Expr(value));
                }
            }
        }
    }

    fn assignment(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        let (left, right) = (kids.field(self.f.left), kids.field(self.f.right));
        let Some(left) = left else { return };
        let Some(right) = right else {
            // `x: T` declares and says the type of what will be there.
            let Some(ty) = kids.field(self.f.ty) else { return };
            let value = self.declared(ty);
            let target = self.target(left);
            out.push(Stmt::Assign { target, value });
            return;
        };
        let value = if right.kind() == "assignment" { self.bind(right) } else { self.expr(right) };
        let target = self.target(left);
        out.push(Stmt::Assign { target, value });
    }

    fn augmented(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        let (Some(left), Some(right)) = (kids.field(self.f.left), kids.field(self.f.right)) else { return };
        let sign = self.b.sign(left, right);
        let op = binary(sign.strip_suffix('=').unwrap_or(sign));
        let value = self.expr(right);
        if let Target::Place(place) = self.target(left) {
            out.push(Stmt::Augment { place, op, value });
        }
    }

    fn if_stmt(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        let mut arms = Vec::new();
        let mut otherwise = Vec::new();
        if let Some(test) = kids.field(self.f.condition) {
            let test = self.expr(test);
            arms.push((test, self.field_block(&kids, self.f.consequence)));
        }
        for other in kids.all(self.f.alternative) {
            let inner = self.b.kids(other);
            if let Some(test) = inner.field(self.f.condition) {
                let test = self.expr(test);
                arms.push((test, self.field_block(&inner, self.f.consequence)));
            } else {
                otherwise = self.field_block(&inner, self.f.body);
            }
        }
        out.push(Stmt::If { arms, otherwise });
    }

    fn loop_stmt(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        let bind = match (kids.field(self.f.left), kids.field(self.f.right)) {
            (Some(left), Some(right)) => {
                let iter = self.expr(right);
                Some((self.target(left), iter))
            }
            _ => None,
        };
        let test = kids.field(self.f.condition).map(|n| self.expr(n));
        let body = self.field_block(&kids, self.f.body);
        let after = kids.field(self.f.alternative).map(|n| self.block(n)).unwrap_or_default();
        out.push(Stmt::Loop(Box::new(Loop { bind, test, body, after })));
    }

    fn try_stmt(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        let body = self.field_block(&kids, self.f.body);
        let (mut handlers, mut otherwise, mut finally) = (Vec::new(), Vec::new(), Vec::new());
        for kid in kids.iter() {
            match kid.kind() {
                "except_clause" | "except_group_clause" => handlers.push(self.handler(kid)),
                "else_clause" => otherwise = self.inner_block(kid),
                "finally_clause" => finally = self.inner_block(kid),
                _ => {}
            }
        }
        out.push(Stmt::Try(Box::new(Try { body, handlers, otherwise, finally })));
    }

    fn inner_block(&mut self, node: Node<'t>) -> Block {
        let kids = self.b.kids(node);
        kids.of_kind("block").map(|n| self.block(n)).unwrap_or_default()
    }

    fn handler(&mut self, node: Node<'t>) -> Handler {
        let kids = self.b.kids(node);
        let mut types = None;
        let mut bind = None;
        for kid in kids.iter().filter(|n| n.kind() != "block") {
            if kid.kind() == "as_pattern" {
                let inner = self.b.kids(kid);
                types = inner.first().map(|n| self.expr(n));
                bind = inner.field(self.f.alias).map(|n| self.target(n));
            } else if types.is_none() {
                types = Some(self.expr(kid));
            } else {
                bind = Some(self.target(kid));
            }
        }
        let body = kids.of_kind("block").map(|n| self.block(n)).unwrap_or_default();
        Handler { types, bind, body }
    }

    fn with_stmt(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        if let Some(clause) = kids.of_kind("with_clause") {
            let items = self.b.kids(clause);
            for item in items.iter() {
                let inner = self.b.kids(item);
                let Some(value) = inner.field(self.f.value).or_else(|| inner.first()) else { continue };
                if value.kind() == "as_pattern" {
                    let parts = self.b.kids(value);
                    let (Some(what), Some(alias)) = (parts.first(), parts.field(self.f.alias)) else {
                        continue;
                    };
                    let value = self.expr(what);
                    let target = self.target(alias);
                    out.push(Stmt::Assign { target, value });
                } else {
                    let value = self.expr(value);
                    out.push(Stmt::Expr(value));
                }
            }
        }
        let body = self.field_block(&kids, self.f.body);
        out.push(Stmt::Block(body));
    }

    /// A value of the declared type, of which nothing else is known.
    fn declared(&mut self, ty: Node<'t>) -> super::super::ir::ExprId {
        let ty = self.expr(ty);
        let at = self.b.module.expr(ty).span;
        self.b.expr_at(ExprKind::Union(Box::new([ty])), at)
    }
}

fn binary(sign: &str) -> Op {
    match sign {
        "+" => Op::Add,
        "-" => Op::Sub,
        "*" => Op::Mul,
        "/" => Op::Div,
        "//" => Op::FloorDiv,
        "%" => Op::Mod,
        "**" => Op::Pow,
        _ => Op::Bits,
    }
}
