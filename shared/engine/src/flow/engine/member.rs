//! Reading names, members and elements, and what an outsider controls among them.

use std::rc::Rc;

use super::super::ir::{Const, ExprKind, Module, Span};
use super::super::names::{Name, Sym};
use super::super::rules::Ref;
use super::super::rules::file::On;
use super::super::value::{Key, Label, Origin, Shape, Taint, Traits, Value};
use super::call::Site;
use super::{Engine, SourceAt, What};

/// Packages of `from package import *` in which a name is looked for.
const WILDCARDS: usize = 16;

impl<'r> Engine<'r> {
    /// A name that `from package import *` may have brought.
    pub(super) fn taken_over(&mut self, m: &Module, sym: Sym) -> Option<Value> {
        if m.wildcards.is_empty() {
            return None;
        }
        for package in self.packages(m).iter() {
            if let Some(found) = self.known_member(package, sym) {
                return Some(found);
            }
            let name = if package.name.is_known() { self.names.find(package.name, sym) } else { Name::NONE };
            if self.names.may_be_ruled(name) {
                return Some(Value::named(name));
            }
        }
        None
    }

    /// The packages that the running file takes all names of.
    fn packages(&mut self, m: &Module) -> Rc<[Value]> {
        let file = self.frames.last().map_or(0, |f| f.file);
        if let Some(known) = self.packages.get(&file) {
            return Rc::clone(known);
        }
        let mut found = Vec::new();
        for package in m.wildcards.iter().take(WILDCARDS) {
            if let ExprKind::Import(from) = &m.expr(*package).kind {
                found.push(self.import(from));
            }
        }
        let found: Rc<[Value]> = found.into();
        self.packages.insert(file, Rc::clone(&found));
        found
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
        let site = Site::new(&m, span);
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

    pub(super) fn slice(&mut self, base: &Value, start: Option<&Value>, end: Option<&Value>) -> Value {
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
            // Part of a list holds what the list holds; part of a quoted text may lack a quote.
            clean: base.object().map_or(0, |_| base.cleaned()),
            ..base.clone()
        }
    }
}
