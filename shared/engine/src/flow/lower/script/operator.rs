//! JavaScript: operators.

use super::super::super::ir::{Arg, ExprId, ExprKind, Op, Target};
use super::super::super::names::Sym;
use super::super::builder::span;
use super::super::syntax::Node;
use super::Lower;

/// The operator of a sign; `None` for one whose result holds nothing of its sides.
pub(super) fn binary(sign: &str) -> Option<Op> {
    Some(match sign {
        "+" => Op::Add,
        "-" => Op::Sub,
        "*" => Op::Mul,
        "/" => Op::Div,
        "%" => Op::Mod,
        "**" => Op::Pow,
        "==" | "===" => Op::Eq,
        "!=" | "!==" => Op::Ne,
        "<" => Op::Lt,
        "<=" => Op::Le,
        ">" => Op::Gt,
        ">=" => Op::Ge,
        "&&" => Op::And,
        "||" => Op::Or,
        "??" => Op::Coalesce,
        "in" => Op::In,
        "&" | "|" | "^" | "<<" | ">>" | ">>>" => Op::Bits,
        _ => return None,
    })
}

impl<'t> Lower<'_, '_, 't> {
    pub(super) fn binary_chain(&mut self, node: Node<'t>) -> ExprId {
        let Some((parts, sign)) = self.b.operands(node, self.f) else { return self.union(node) };
        if let Some(asked) = self.asks_type(&parts, sign, node) {
            return asked;
        }
        let parts: Vec<_> = parts.into_iter().rev().map(|n| self.expr(n)).collect();
        match binary(sign) {
            Some(Op::Mod | Op::Bits) => {
                // Numbers here, where other languages format text.
                let mut seq = parts;
                let number = self.b.opaque(node);
                seq.push(number);
                self.b.expr(ExprKind::Seq(seq.into()), node)
            }
            Some(op) => self.b.chain(op, parts, node),
            None => self.b.call_global("instanceof", &parts, span(node)),
        }
    }

    /// `typeof x === "string"` is a question of its own, which a guard may be named after: `typeof:string`.
    fn asks_type(&mut self, parts: &[Node<'t>], sign: &str, node: Node<'t>) -> Option<ExprId> {
        let [word, of] = parts else { return None };
        let equal = matches!(sign, "==" | "===");
        if !equal && !matches!(sign, "!=" | "!==")
            || of.kind() != "unary_expression"
            || word.kind() != "string"
        {
            return None;
        }
        let argument = self.b.kids(*of).field(self.f.argument)?;
        let operator = self.b.slice(of.start_byte(), argument.start_byte());
        if operator.trim_end_matches(|c: char| c.is_whitespace() || c == '(') != "typeof" {
            return None;
        }
        let ty = self.b.text(*word).trim_matches(['"', '\'']);
        let inner = self.expr(argument);
        let question = self.b.call_global(&format!("typeof:{ty}"), &[inner], span(node));
        Some(if equal { question } else { self.b.expr(ExprKind::Not(question), node) })
    }

    pub(super) fn unary(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let Some(argument) = kids.field(self.f.argument) else { return self.union(node) };
        let inner = self.expr(argument);
        let sign = self.b.slice(node.start_byte(), argument.start_byte());
        match sign.trim().trim_end_matches('(') {
            "!" => self.b.expr(ExprKind::Not(inner), node),
            "-" => self.b.expr(ExprKind::Negative(inner), node),
            _ => self.b.call_global("typeof", &[inner], span(node)),
        }
    }

    pub(super) fn augmented(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let (Some(left), Some(right)) = (kids.field(self.f.left), kids.field(self.f.right)) else {
            return self.union(node);
        };
        let op = super::assigned(self.b.sign(left, right));
        let before = self.expr(left);
        let more = self.expr(right);
        let value = self.b.chain(op, vec![before, more], node);
        let target = self.place(left);
        self.b.expr(ExprKind::Bind(Box::new(target), value), node)
    }

    pub(super) fn update(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let Some(argument) = kids.field(self.f.argument) else { return self.union(node) };
        let value = self.b.opaque(node);
        let target: Target = self.place(argument);
        self.b.expr(ExprKind::Bind(Box::new(target), value), node)
    }

    pub(super) fn call(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let callee = kids.field(self.f.function).or_else(|| kids.field(self.f.constructor));
        let Some(callee) = callee else { return self.union(node) };
        let arguments = kids.field(self.f.arguments);
        if let Some(made) = arguments.and_then(|list| self.required(callee, list, node)) {
            return made;
        }
        let function = self.expr(callee);
        let args = match arguments {
            Some(list) if list.kind() == "arguments" => {
                let list = self.b.kids(list);
                list.iter().map(|n| self.argument(n)).collect()
            }
            Some(template) => self.tagged(template),
            None => Box::default(),
        };
        self.b.expr(ExprKind::Call { callee: function, args }, node)
    }

    fn argument(&mut self, node: Node<'t>) -> Arg {
        let spread = node.kind() == "spread_element";
        let inner = if spread { self.first(node).unwrap_or(node) } else { node };
        Arg { name: Sym::NONE, value: self.expr(inner), spread }
    }

    /// A tag is given the fixed text apart from the values.
    fn tagged(&mut self, template: Node<'t>) -> Box<[Arg]> {
        let fixed = self.b.string("", template);
        let kids = self.b.kids(template);
        let mut args = vec![Arg { name: Sym::NONE, value: fixed, spread: false }];
        for kid in kids.iter().filter(|n| n.kind() == "template_substitution") {
            if let Some(inner) = self.first(kid) {
                args.push(Arg { name: Sym::NONE, value: self.expr(inner), spread: false });
            }
        }
        args.into()
    }
}
