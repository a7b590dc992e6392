//! Python: `match` and its patterns.

use super::super::super::ir::{Arm, Block, Entry, ExprId, ExprKind, Stmt, Target};
use super::super::builder::span;
use super::super::syntax::Node;
use super::Lower;

impl<'t> Lower<'_, '_, 't> {
    pub(super) fn match_stmt(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        let subjects: Vec<ExprId> = kids.all(self.f.subject).map(|n| self.expr(n)).collect();
        let subject = match subjects.as_slice() {
            [one] => *one,
            many => {
                let entries = many.iter().map(|v| Entry { key: None, value: *v, spread: false }).collect();
                self.b.expr(ExprKind::Collection(entries), node)
            }
        };
        let mut arms = Vec::new();
        if let Some(body) = kids.field(self.f.body) {
            let cases = self.b.kids(body);
            arms.extend(cases.iter().filter(|n| n.kind() == "case_clause").map(|n| self.arm(n)));
        }
        out.push(Stmt::Match { subject, arms });
    }

    fn arm(&mut self, node: Node<'t>) -> Arm {
        let kids = self.b.kids(node);
        let mut arm =
            Arm { values: Vec::new(), exact: true, binds: Vec::new(), guard: None, body: Vec::new() };
        for kid in kids.iter().filter(|n| n.kind() == "case_pattern") {
            self.case(kid, &mut arm);
        }
        if let Some(guard) = kids.field(self.f.guard) {
            let inner = self.b.kids(guard);
            arm.guard = inner.first().map(|n| self.expr(n));
            arm.exact = false;
        }
        arm.body = kids.field(self.f.consequence).map(|n| self.block(n)).unwrap_or_default();
        arm
    }

    fn case(&mut self, node: Node<'t>, arm: &mut Arm) {
        let kids = self.b.kids(node);
        match node.kind() {
            "case_pattern" if kids.0.is_empty() => {} // `_`
            "case_pattern" | "union_pattern" => {
                for kid in kids.iter() {
                    let _ = self.b.deeper(|b| Lower { b, f: self.f }.case(kid, arm));
                }
            }
            "string" | "concatenated_string" | "integer" | "float" | "true" | "false" | "none" => {
                arm.values.push(self.expr(node));
            }
            "class_pattern" if is_number(self.b.text(node)) => arm.exact = false,
            "dotted_name" => {
                // One word takes the value; a dotted one is compared with.
                if self.b.text(node).contains('.') {
                    arm.exact = false;
                } else if let Some(word) = kids.first() {
                    let sym = self.b.sym(word);
                    arm.binds.push(self.b.target(sym, span(word)));
                }
            }
            "identifier" => {
                let sym = self.b.sym(node);
                arm.binds.push(Target::Place(self.b.place(sym, span(node))));
            }
            _ => {
                arm.exact = false;
                for kid in kids.iter() {
                    let _ = self.b.deeper(|b| Lower { b, f: self.f }.case(kid, arm));
                }
                arm.values.clear();
            }
        }
    }
}

/// `int(n)`: what it binds is a number, whatever came in.
fn is_number(pattern: &str) -> bool {
    ["int(", "float(", "bool("].iter().any(|class| pattern.starts_with(class))
}
