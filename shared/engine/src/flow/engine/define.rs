//! Functions and classes as values.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most forms of a value or expression have no row of their own"
)]

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::super::ir::{ClassId, ExprId, FnId, Module, Target};
use super::super::names::{Name, Sym};
use super::super::rules::Ref;
use super::super::rules::file::On;
use super::super::value::{ClassRef, FnRef, Label, Object, Origin, Shape, Taint, Value};
use super::Engine;

/// A class, once its definition was run.
#[derive(Debug, Default)]
pub(super) struct ClassInfo {
    /// What it derives from, where that is a library's.
    pub(super) name: Name,
    pub(super) bases: Vec<ClassRef>,
    pub(super) methods: FxHashMap<Sym, FnId>,
    pub(super) fields: Vec<(Sym, Value)>,
    pub(super) constructor: Option<FnId>,
}

impl Engine<'_> {
    pub(super) fn lambda(&mut self, function: FnId) -> Value {
        let top = self.top();
        let Some(frame) = self.frames.get_mut(top) else { return Value::default() };
        if frame.pending.len() < 4096 && !frame.pending.contains(&function) {
            frame.pending.push(function);
        }
        Value::shaped(Shape::Function(FnRef { file: frame.file, function }))
    }

    pub(super) fn define(&mut self, m: &Module, function: FnId, place: ExprId) {
        let value = self.lambda(function);
        let value = self.decorate(m, &m.function(function).decorators, value);
        let span = m.expr(place).span;
        self.store(m, place, value, span);
    }

    /// Runs decorators for what they say of the function; what they make of it is taken to be the function.
    fn decorate(&mut self, m: &Module, decorators: &[ExprId], value: Value) -> Value {
        for decorator in decorators.iter().rev() {
            let made = self.eval(m, *decorator);
            let (name, method) = self.decorator_name(m, *decorator, &made);
            let refs = self.matching(On::Decorator, name, method);
            for found in &refs {
                if let (Ref::Entry(at), Some(function)) = (found, value.function()) {
                    self.entries.entry(function).or_insert((*at, Name::NONE));
                }
            }
            self.check_use(m, On::Decorator, name, method, None, &[&made], m.expr(*decorator).span);
        }
        value
    }

    /// `@app.route("/")` is known as `app.route`, as `@app.route` is.
    fn decorator_name(&mut self, m: &Module, decorator: ExprId, made: &Value) -> (Name, Sym) {
        use super::super::ir::ExprKind;
        let mut at = decorator;
        let mut name = made.name;
        if let ExprKind::Call { callee, .. } = &m.expr(at).kind {
            at = *callee;
            if self.names.last(name) == Sym::CALL {
                name = self.names.parent(name);
            }
            if let ExprKind::Attr(base, sym) = &m.expr(at).kind {
                // What the call gives may bear another name than what was called.
                let base = self.eval(m, *base).name;
                name = if base.is_known() { self.names.child(base, *sym) } else { name };
            }
        }
        let method = match &m.expr(at).kind {
            ExprKind::Attr(_, sym) | ExprKind::Global(sym) => *sym,
            _ => self.names.last(name),
        };
        (name, method)
    }

    pub(super) fn define_class(&mut self, m: &Module, class: ClassId, place: ExprId) {
        let file = self.frames.last().map_or(0, |f| f.file);
        let at = ClassRef { file, class };
        let code = m.class(class);
        let getters = code.methods.iter().filter(|(_, f)| m.function(*f).getter);
        self.getters.extend(getters.map(|(_, function)| FnRef { file, function: *function }));
        let mut info = ClassInfo {
            // Of two methods of one name the first counts.
            methods: code.methods.iter().rev().copied().collect(),
            constructor: code.constructor,
            ..ClassInfo::default()
        };
        for base in &code.bases {
            let value = self.eval(m, *base);
            if let Some(Shape::Class(base)) = value.shape.as_deref() {
                info.bases.push(*base);
                let inherited = self.classes.get(base).map_or(Name::NONE, |i| i.name);
                info.name = if info.name.is_known() { info.name } else { inherited };
            } else if value.name.is_known() {
                info.name = value.name;
            }
        }
        for (sym, value) in &code.fields {
            let given = self.eval(m, *value);
            self.note_field(*sym, &given, m.expr(*value).span);
            self.check_use(m, On::Set, Name::NONE, *sym, None, &[&given], m.expr(*value).span);
            info.fields.push((*sym, given));
        }
        let name = info.name;
        self.classes.insert(at, Rc::new(info));
        let made = Value { name, ..Value::shaped(Shape::Class(at)) };
        let made = self.decorate(m, &code.decorators, made);
        self.register_methods(m, at, name);
        let span = m.expr(place).span;
        self.store(m, place, made, span);
    }

    fn register_methods(&mut self, m: &Module, class: ClassRef, base: Name) {
        let code = m.class(class.class);
        let entry = self.matching(On::Base, base, self.names.last(base));
        let entry = entry.iter().find_map(|r| if let Ref::Entry(at) = r { Some(*at) } else { None });
        // The constructor first: the others find what it has set.
        let mut order: Vec<_> = code.methods.iter().collect();
        order.sort_by_key(|(_, f)| Some(*f) != code.constructor);
        for (sym, function) in order {
            let value = self.lambda(*function);
            if let (Some(at), Some(f)) = (entry, value.function()) {
                let rule = self.rules.entry(at);
                if rule.methods.is_empty() || rule.methods.iter().any(|n| n == self.names.text(*sym)) {
                    self.entries.entry(f).or_insert((at, base));
                }
            }
            self.decorate(m, &m.function(*function).decorators, value);
        }
    }

    pub(super) fn instance_of(&self, class: ClassRef) -> Value {
        let name = self.classes.get(&class).map_or(Name::NONE, |i| i.name);
        Value { name, ..Value::shaped(Shape::Object(Object { class: Some(class), ..Object::default() })) }
    }

    /// The method `sym` of the class or of what it derives from.
    pub(super) fn find_method(&self, class: ClassRef, sym: Sym) -> Option<FnRef> {
        let mut line = vec![class];
        for _ in 0..16 {
            let at = line.pop()?;
            let Some(info) = self.classes.get(&at) else { continue };
            if let Some(function) = info.methods.get(&sym) {
                return Some(FnRef { file: at.file, function: *function });
            }
            line.extend(info.bases.iter().rev());
        }
        None
    }

    pub(super) fn find_constructor(&self, class: ClassRef) -> Option<FnRef> {
        let mut line = vec![class];
        for _ in 0..16 {
            let at = line.pop()?;
            let Some(info) = self.classes.get(&at) else { continue };
            if let Some(function) = info.constructor {
                return Some(FnRef { file: at.file, function });
            }
            line.extend(info.bases.iter().rev());
        }
        None
    }

    /// A member of an instance that is not among its own elements.
    pub(super) fn class_member(&mut self, class: ClassRef, sym: Sym, receiver: &Value) -> Option<Value> {
        if let Some(method) = self.find_method(class, sym) {
            return Some(Value::shaped(Shape::Bound(method, receiver.clone())));
        }
        let field = self.fields.get(&(class, sym)).cloned();
        let fixed =
            self.classes.get(&class).and_then(|i| i.fields.iter().find(|f| f.0 == sym)).map(|f| f.1.clone());
        match (field, fixed) {
            (Some(a), Some(b)) => Some(Value { constant: None, ..a.join(&b) }),
            (one, other) => one.or(other),
        }
    }

    pub(super) fn static_member(&mut self, class: ClassRef, sym: Sym) -> Option<Value> {
        if let Some(method) = self.find_method(class, sym) {
            return Some(Value::shaped(Shape::Function(method)));
        }
        self.classes.get(&class).and_then(|i| i.fields.iter().find(|f| f.0 == sym)).map(|f| f.1.clone())
    }

    /// What any method may find in a field that this one sets. A parameter of one call means nothing to another.
    pub(super) fn remember_field(&mut self, class: ClassRef, sym: Sym, value: &Value) {
        let labels = value.taint.labels().iter().filter(|l| matches!(l.origin, Origin::Source { .. }));
        let labels: Vec<Label> = labels.copied().collect();
        let plain =
            Value { taint: Taint::from_labels(labels), constant: value.constant.clone(), ..Value::default() };
        let shape = value.shape.as_ref().filter(|s| {
            !matches!(&***s, Shape::Test(_) | Shape::Bound(..) | Shape::Object(Object { class: None, .. }))
        });
        let plain = Value { name: value.name, shape: shape.cloned(), ..plain };
        let known = self.fields.get(&(class, sym)).map(|k| k.join(&plain));
        self.fields.insert((class, sym), known.unwrap_or(plain));
    }

    /// The value that a handler is given.
    pub(super) fn caught(&mut self, m: &Module, target: &Target) -> Value {
        let span = match target {
            Target::Place(place) => m.expr(*place).span,
            Target::Tuple(_) | Target::Fields(_) | Target::Rest(_) | Target::Ignore => Default::default(),
        };
        let sym = self.names.sym("<caught>");
        let name = self.names.child(Name::NONE, sym);
        self.as_source(Value::named(name), span)
    }
}
