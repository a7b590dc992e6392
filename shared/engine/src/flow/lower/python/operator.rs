//! Python: operators.

use super::super::super::ir::{ExprId, ExprKind, Op};
use super::super::syntax::Node;
use super::{Lower, binary};

impl<'t> Lower<'_, '_, 't> {
    pub(super) fn binary_chain(&mut self, node: Node<'t>) -> ExprId {
        let Some((parts, sign)) = self.b.operands(node, self.f) else { return self.union(node) };
        let parts = parts.into_iter().rev().map(|n| self.expr(n)).collect();
        self.b.chain(binary(sign), parts, node)
    }

    pub(super) fn boolean(&mut self, node: Node<'t>) -> ExprId {
        let Some((parts, sign)) = self.b.operands(node, self.f) else { return self.union(node) };
        let op = if sign == "or" { Op::Or } else { Op::And };
        let parts = parts.into_iter().rev().map(|n| self.expr(n)).collect();
        self.b.chain(op, parts, node)
    }

    pub(super) fn comparison(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let parts: Vec<_> = kids.iter().collect();
        let mut tests = Vec::new();
        for pair in parts.windows(2) {
            let [left, right] = pair else { continue };
            let sign = self.b.sign(*left, *right);
            let op = match sign {
                "==" | "is" => Op::Eq,
                "!=" | "<>" | "is not" => Op::Ne,
                "<" => Op::Lt,
                "<=" => Op::Le,
                ">" => Op::Gt,
                ">=" => Op::Ge,
                "in" => Op::In,
                _ => Op::NotIn,
            };
            let (left, right) = (self.expr(*left), self.expr(*right));
            tests.push(self.b.expr(ExprKind::Binary(op, left, right), node));
        }
        self.b.chain(Op::And, tests, node)
    }

    pub(super) fn unary(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let Some(argument) = kids.field(self.f.argument) else { return self.union(node) };
        let inner = self.expr(argument);
        match self.b.text(node).as_bytes().first() {
            Some(b'n') => self.b.expr(ExprKind::Not(inner), node),
            Some(b'-') => self.b.expr(ExprKind::Negative(inner), node),
            _ => inner,
        }
    }

    pub(super) fn choice(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let parts: Vec<_> = kids.iter().collect();
        let [yes, test, no] = parts.as_slice() else { return self.union(node) };
        let (yes, test, no) = (self.expr(*yes), self.expr(*test), self.expr(*no));
        self.b.expr(ExprKind::Choice { test, yes, no }, node)
    }
}
