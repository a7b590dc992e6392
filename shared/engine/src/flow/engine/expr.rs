//! Evaluating expressions other than calls.

use super::super::ir::{CompFor, Const, Entry, ExprId, ExprKind, Module, Op, Span};
use super::super::names::Name;
use super::super::value::{Key, Label, Mask, Object, Origin, Shape, Taint, Test, Traits, Value};
use super::Engine;
use super::anchor::Lead;

impl Engine<'_> {
    pub(super) fn eval(&mut self, m: &Module, e: ExprId) -> Value {
        if self.depth >= super::DEPTH || !self.burn() {
            return Value::default();
        }
        self.depth += 1;
        let value = self.eval_kind(m, e);
        self.depth -= 1;
        value
    }

    #[expect(clippy::too_many_lines, reason = "one row for each form")]
    fn eval_kind(&mut self, m: &Module, e: ExprId) -> Value {
        let expr = m.expr(e);
        match &expr.kind {
            ExprKind::Opaque | ExprKind::Unbound(_) => Value::default(),
            ExprKind::Const(constant) => Value::constant(constant.clone()),
            ExprKind::Var { up, slot } => {
                let value = self.read(*up, *slot);
                if value.name.is_known() { self.as_source(value, expr.span) } else { value }
            }
            ExprKind::Global(sym) => {
                if let Some(value) = self.taken_over(m, *sym) {
                    return self.as_source(value, expr.span);
                }
                let name = self.names.child(Name::NONE, *sym);
                self.as_source(Value::named(name), expr.span)
            }
            ExprKind::Attr(base, sym) => {
                let base = self.eval(m, *base);
                self.member(&base, *sym, expr.span)
            }
            ExprKind::Index(base, key) => {
                let base = self.eval(m, *base);
                let key = self.eval(m, *key);
                self.index(&base, &key, expr.span)
            }
            ExprKind::Slice(base, start, end) => {
                let base = self.eval(m, *base);
                let start = start.map(|s| self.eval(m, s));
                let end = end.map(|s| self.eval(m, s));
                self.slice(&base, start.as_ref(), end.as_ref())
            }
            ExprKind::Call { callee, args } => self.call(m, e, *callee, args),
            ExprKind::Text(parts) => self.text(m, parts),
            ExprKind::Binary(op, left, right) => self.binary(m, *op, *left, *right, expr.span),
            ExprKind::Not(inner) => {
                let inner = self.eval(m, *inner);
                negate(&inner)
            }
            ExprKind::Negative(inner) => match self.eval(m, *inner).constant {
                Some(Const::Int(n)) => Value::constant(Const::Int(n.wrapping_neg())),
                Some(Const::Float(x)) => Value::constant(Const::Float(-x)),
                Some(Const::Str(_) | Const::Bool(_) | Const::Null) | None => Value::default(),
            },
            ExprKind::Choice { test, yes, no } => self.choice(m, *test, *yes, *no),
            ExprKind::Collection(entries) => self.collection(m, entries),
            ExprKind::Comp { fors, key, value } => self.comprehension(m, fors, *key, *value),
            ExprKind::Lambda(function) => self.lambda(*function),
            ExprKind::Bind(target, value) => {
                let given = self.eval(m, *value);
                self.assign(m, target, given.clone(), Some(*value));
                given
            }
            ExprKind::Await(inner) => self.eval(m, *inner),
            ExprKind::Import(from) => {
                let value = self.import(from);
                self.as_source(value, expr.span)
            }
            ExprKind::Union(parts) => self.union(m, parts),
            ExprKind::Seq(parts) => {
                let mut last = Value::default();
                for part in parts {
                    last = self.eval(m, *part);
                }
                last
            }
        }
    }

    fn union(&mut self, m: &Module, parts: &[ExprId]) -> Value {
        if let [one] = parts {
            // A declared type: a value of it, not the type itself.
            let value = self.eval(m, *one);
            return match value.shape.as_deref() {
                Some(Shape::Class(class)) => self.instance_of(*class),
                _ => Value { shape: None, ..value },
            };
        }
        let mut taint = Taint::default();
        let mut name = Name::NONE;
        for part in parts {
            let value = self.eval(m, *part);
            taint = taint.union(&value.all_taint());
            name = if name.is_known() { name } else { value.name };
        }
        Value { taint, name, ..Value::default() }
    }

    fn text(&mut self, m: &Module, parts: &[ExprId]) -> Value {
        let mut whole = Some(String::new());
        let mut taint = Taint::default();
        let mut fixed = true;
        let mut clean = Mask::MAX;
        let mut lead = Lead::default();
        for part in parts {
            let value = self.eval(m, *part);
            lead.add(&value);
            taint = taint.union(&value.all_taint());
            fixed &= value.is_fixed();
            clean &= value.cleaned();
            whole = match (whole, value.constant.as_ref()) {
                (Some(mut text), Some(c)) if text.len() < 4096 => {
                    super::constant::show(c, &mut text);
                    Some(text)
                }
                _ => None,
            };
        }
        let constant = whole.map(|t| Const::Str(t.into()));
        let traits = match (&constant, fixed) {
            (Some(_), _) => Traits::default(),
            (None, true) => Traits::FIXED,
            (None, false) if lead.is_anchored() => Traits::BUILT.with(Traits::ANCHORED),
            (None, false) => Traits::BUILT,
        };
        Value { taint, constant, traits, clean, ..Value::default() }
    }

    fn binary(&mut self, m: &Module, op: Op, left: ExprId, right: ExprId, span: Span) -> Value {
        let a = self.eval(m, left);
        match (op, a.truth()) {
            (Op::And, Some(false)) | (Op::Or, Some(true)) => return a,
            (Op::And, Some(true)) | (Op::Or, Some(false)) => return self.eval(m, right),
            (Op::Coalesce, Some(_)) if a.constant == Some(Const::Null) => return self.eval(m, right),
            _ => {}
        }
        if matches!(op, Op::And | Op::Or) {
            // The right side is run only where the left one let it.
            let facts = self.facts.len();
            self.assume(&a, op == Op::And);
            let b = self.eval(m, right);
            self.facts.truncate(facts);
            return both(op, &a, &b);
        }
        let b = self.eval(m, right);
        self.operate(op, &a, &b, span)
    }

    fn choice(&mut self, m: &Module, test: ExprId, yes: ExprId, no: ExprId) -> Value {
        let value = self.eval(m, test);
        match value.truth() {
            Some(true) => self.eval(m, yes),
            Some(false) => self.eval(m, no),
            None => {
                let facts = self.facts.len();
                self.assume(&value, true);
                let a = self.eval(m, yes);
                let a = self.proven_part(a);
                self.facts.truncate(facts);
                self.assume(&value, false);
                let b = self.eval(m, no);
                let b = self.proven_part(b);
                self.facts.truncate(facts);
                a.join(&b)
            }
        }
    }

    /// A value that leaves the path on which something was proven of it takes the proof along.
    pub(super) fn proven_part(&self, value: Value) -> Value {
        if value.taint.is_clean() || self.facts.is_empty() {
            return value;
        }
        let labels =
            value.taint.labels().iter().map(|l| Label { mask: l.mask & !self.proven(l.origin), ..*l });
        Value { taint: Taint::from_labels(labels.collect()), ..value }
    }

    fn collection(&mut self, m: &Module, entries: &[Entry]) -> Value {
        let mut object = Object { exact: true, ..Object::default() };
        let mut next = 0_i64;
        for entry in entries {
            let value = self.eval(m, entry.value);
            if entry.spread {
                self.spread_into(&mut object, &value, &mut next);
                continue;
            }
            let key = match entry.key {
                None => {
                    next += 1;
                    Some(Key::At(next - 1))
                }
                Some(key) => {
                    let key = self.eval(m, key);
                    self.note_named(m, &key, &value, entry.value);
                    self.key(&key)
                }
            };
            object.put(key, value);
        }
        Value::shaped(Shape::Object(object))
    }

    fn spread_into(&mut self, object: &mut Object, value: &Value, next: &mut i64) {
        match value.object() {
            Some(other) => {
                for (key, inner) in &other.entries {
                    let key = match key {
                        Key::At(_) => {
                            *next += 1;
                            Key::At(*next - 1)
                        }
                        Key::Name(_) => *key,
                    };
                    object.put(Some(key), inner.clone());
                }
                object.exact &= other.exact;
                object.rest = object.rest.join(&other.rest);
            }
            None => object.put(None, value.clone()),
        }
        object.rest.taint = object.rest.taint.union(&value.taint);
    }

    pub(super) fn key(&mut self, value: &Value) -> Option<Key> {
        match value.constant.as_ref()? {
            Const::Str(text) => Some(Key::Name(self.names.sym(text))),
            Const::Int(n) => Some(Key::At(*n)),
            Const::Float(_) | Const::Bool(_) | Const::Null => None,
        }
    }

    fn comprehension(&mut self, m: &Module, fors: &[CompFor], key: Option<ExprId>, value: ExprId) -> Value {
        let facts = self.facts.len();
        for inner in fors {
            let iter = self.eval(m, inner.iter);
            let element = iter.any_element();
            self.assign(m, &inner.target, element, None);
            for test in &inner.tests {
                let test = self.eval(m, *test);
                self.assume(&test, true);
            }
        }
        if let Some(key) = key {
            self.eval(m, key);
        }
        let element = self.eval(m, value);
        let element = self.proven_part(element).into_element();
        self.facts.truncate(facts);
        Value::shaped(Shape::Object(Object { rest: element, ..Object::default() }))
    }
}

fn negate(value: &Value) -> Value {
    let constant = value.truth().map(|t| Const::Bool(!t));
    match value.test() {
        Some(test) => Value {
            constant,
            ..Value::shaped(Shape::Test(Test { yes: test.no.clone(), no: test.yes.clone() }))
        },
        None => Value { constant, ..Value::default() },
    }
}

fn both(op: Op, a: &Value, b: &Value) -> Value {
    let joined = Value { traits: Traits::default(), ..a.join(b) };
    let empty = Test::default();
    let (x, y) = (a.test().unwrap_or(&empty), b.test().unwrap_or(&empty));
    if x.yes.is_empty() && x.no.is_empty() && y.yes.is_empty() && y.no.is_empty() {
        return joined;
    }
    let union = |p: &[_], q: &[_]| p.iter().chain(q).copied().collect::<Vec<_>>();
    let common = |p: &[(Origin, u32)], q: &[(Origin, u32)]| {
        p.iter().filter(|f| q.contains(f)).copied().collect::<Vec<_>>()
    };
    let test = if op == Op::And {
        Test { yes: union(&x.yes, &y.yes), no: common(&x.no, &y.no) }
    } else {
        Test { yes: common(&x.yes, &y.yes), no: union(&x.no, &y.no) }
    };
    Value { shape: Some(std::rc::Rc::new(Shape::Test(test))), ..joined }
}
