//! Evaluating expressions other than calls.

use super::super::ir::{CompFor, Const, Entry, ExprId, ExprKind, Module, Op, Span};
use super::super::names::{Name, Sym};
use super::super::rules::Ref;
use super::super::rules::file::On;
use super::super::value::{Key, Label, Object, Origin, Shape, Taint, Test, Traits, Value};
use super::anchor::Lead;
use super::call::Site;
use super::{Engine, SourceAt, What};

/// Packages of `from package import *` in which a name is looked for.
const WILDCARDS: usize = 16;

impl<'r> Engine<'r> {
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

    /// A name that `from package import *` may have brought.
    fn taken_over(&mut self, m: &Module, sym: Sym) -> Option<Value> {
        for package in m.wildcards.iter().take(WILDCARDS) {
            let ExprKind::Import(from) = &m.expr(*package).kind else { continue };
            let value = self.import(from);
            if let Some(found) = self.known_member(&value, sym) {
                return Some(found);
            }
            let name = if value.name.is_known() { self.names.child(value.name, sym) } else { Name::NONE };
            if self.names.may_be_ruled(name) {
                return Some(Value::named(name));
            }
        }
        None
    }

    /// Adds the source that reading this name is, if it is one.
    pub(super) fn as_source(&mut self, value: Value, span: Span) -> Value {
        if !self.names.may_be_ruled(value.name) {
            return value;
        }
        let found =
            self.rules.whole(On::Read, value.name).iter().copied().find(|r| matches!(r, Ref::Source(_)));
        self.check_read(&value, span);
        match found {
            Some(Ref::Source(at)) => self.with_source(value, at, span),
            _ => value,
        }
    }

    /// The value with a label of source rule `at`.
    pub(super) fn with_source(&mut self, value: Value, at: u32, span: Span) -> Value {
        let rule = self.rules.source(at);
        let mask = self.rules.mask(&rule.classes);
        self.outside(value, &rule.what, rule.strength, mask, span)
    }

    pub(super) fn outside(
        &mut self,
        value: Value,
        what: &'r str,
        strength: f64,
        mask: u32,
        span: Span,
    ) -> Value {
        let file = self.frames.last().map_or(0, |f| f.file);
        let call = self.frames.last().map_or(0, |f| f.call);
        // What one function reads twice by one name is one source: a test of the first read holds for the second.
        let near = self.sources.len().saturating_sub(32);
        let same = |s: &SourceAt| {
            (s.file, s.call, s.what) == (file, call, what)
                && (s.line == span.line || s.name == value.name && s.name.is_known())
        };
        let at = match self.sources[near..].iter().rposition(same) {
            Some(at) => near + at,
            None => {
                self.sources.push(SourceAt { what, strength, file, line: span.line, call, name: value.name });
                self.sources.len() - 1
            }
        };
        let at = super::id(at);
        let trace = self.step(span, What::Source(at), 0);
        let label = Label { origin: Origin::Source { at, key: Sym::NONE }, mask, trace };
        let traits = value.traits.with(Traits::FRESH);
        Value { taint: value.taint.union(&Taint::of(label)), traits, ..value }
    }

    pub(super) fn member(&mut self, base: &Value, sym: Sym, span: Span) -> Value {
        let known = self.known_member(base, sym);
        let mut value = match known {
            Some(value) if self.rules.checked.contains(&base.name) && self.is_plain(&value) => return value,
            Some(value) => self.gotten(value, span),
            None => Value { taint: self.keyed(base, sym), ..Value::default() },
        };
        if !value.name.is_known() && base.name.is_known() && value.constant.is_none() {
            value.name = self.names.child(base.name, sym);
        }
        value.taint = value.taint.union(&self.keyed(base, sym));
        if value.name.is_known() { self.as_source(value, span) } else { value }
    }

    fn is_plain(&self, value: &Value) -> bool {
        value.name.is_known() && self.rules.plain_types.contains(&value.name)
    }

    /// A method that reading runs, run; any other value as it is.
    fn gotten(&mut self, value: Value, span: Span) -> Value {
        let Some(Shape::Bound(method, receiver)) = value.shape.as_deref() else { return value };
        let module = self.frames.last().and_then(|f| f.module.clone());
        let Some(m) = module.filter(|_| self.getters.contains(method)) else { return value };
        let site = Site {
            m: &m,
            span,
            name: Name::NONE,
            method: Sym::NONE,
            receiver: None,
            args: Vec::new(),
            callee: Value::default(),
        };
        self.call_function(*method, Some(receiver.clone()), &site).unwrap_or_default()
    }

    /// The taint of one element of a parameter is told apart from that of the others.
    fn keyed(&self, base: &Value, sym: Sym) -> Taint {
        if !base.traits.has(Traits::PARAM.with(Traits::FRESH)) {
            return base.taint.clone();
        }
        let keyed = base.taint.labels().iter().map(|l| match l.origin {
            Origin::Param { call, index, key: Sym::NONE } => {
                Label { origin: Origin::Param { call, index, key: sym }, ..*l }
            }
            Origin::Source { at, key: Sym::NONE } => Label { origin: Origin::Source { at, key: sym }, ..*l },
            Origin::Param { .. } | Origin::Source { .. } => *l,
        });
        Taint::from_labels(keyed.collect())
    }

    /// What is known of `base.sym` by its shape.
    pub(super) fn known_member(&mut self, base: &Value, sym: Sym) -> Option<Value> {
        match base.shape.as_deref()? {
            Shape::Object(object) => {
                let (class, exact) = (object.class, object.exact);
                if let Some((_, value)) = object.entries.iter().find(|(k, _)| *k == Key::Name(sym)) {
                    return Some(value.clone());
                }
                if let Some(found) = class.and_then(|c| self.class_member(c, sym, base)) {
                    return Some(found);
                }
                (!exact && object.rest != Value::default()).then(|| object.rest.clone())
            }
            Shape::Class(class) => self.static_member(*class, sym),
            Shape::Module(file) => self.exported(*file, sym),
            Shape::Folder(folder) => self.in_folder(*folder, sym),
            Shape::Function(_) | Shape::Bound(..) | Shape::Test(_) => None,
        }
    }

    pub(super) fn index(&mut self, base: &Value, key: &Value, span: Span) -> Value {
        match &key.constant {
            Some(Const::Str(text)) => {
                let sym = self.names.sym(text);
                self.member(base, sym, span)
            }
            Some(Const::Int(n)) => {
                if let (Some(text), Ok(at)) = (base.text(), usize::try_from(*n)) {
                    let one = text.chars().nth(at).map(|c| Value::constant(Const::Str(c.to_string().into())));
                    return one.unwrap_or_default();
                }
                let mut value = base.element(Key::At(*n)).unwrap_or_default();
                value.taint = value.taint.union(&base.taint);
                value
            }
            Some(Const::Float(_) | Const::Bool(_) | Const::Null) | None => {
                let mut any = base.any_element();
                if base.object().is_some_and(|o| !o.entries.is_empty()) {
                    any.constant = None;
                }
                any
            }
        }
    }

    fn slice(&mut self, base: &Value, start: Option<&Value>, end: Option<&Value>) -> Value {
        let bound = |v: Option<&Value>, or: i64| match v {
            None => Some(or),
            Some(Value { constant: Some(Const::Int(n)), .. }) => Some(*n),
            Some(_) => None,
        };
        if let (Some(text), Some(from), Some(to)) = (base.text(), bound(start, 0), bound(end, i64::MAX)) {
            return super::constant::slice(text, from, to).map(Value::constant).unwrap_or_default();
        }
        Value {
            taint: base.all_taint(),
            shape: None,
            constant: None,
            traits: Traits::default(),
            ..base.clone()
        }
    }

    fn text(&mut self, m: &Module, parts: &[ExprId]) -> Value {
        let mut whole = Some(String::new());
        let mut taint = Taint::default();
        let mut fixed = true;
        let mut lead = Lead::default();
        for part in parts {
            let value = self.eval(m, *part);
            lead.add(&value);
            taint = taint.union(&value.all_taint());
            fixed &= value.is_fixed();
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
        Value { taint, constant, traits, ..Value::default() }
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
        let element = Value { constant: None, ..self.proven_part(element) };
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
