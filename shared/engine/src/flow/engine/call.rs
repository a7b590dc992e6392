//! Calls: what the callee is, what the rules say of it, what comes back.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most forms of a value or expression have no row of their own"
)]

use super::super::ir::{Arg, Const, ExprId, ExprKind, Module, Span};
use super::super::names::{Name, Sym};
use super::super::rules::Ref;
use super::super::rules::file::On;
use super::super::value::{Key, Label, Shape, Taint, Value};
use super::Engine;

/// One argument, evaluated.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) name: Sym,
    pub(super) value: Value,
    pub(super) spread: bool,
    pub(super) expr: ExprId,
}

/// A call with everything in it evaluated.
pub(super) struct Site<'m> {
    pub(super) m: &'m Module,
    pub(super) span: Span,
    /// The callee's name, resolved through imports and types.
    pub(super) name: Name,
    /// Its last word, where it is a member.
    pub(super) method: Sym,
    pub(super) receiver: Option<(ExprId, Value)>,
    pub(super) args: Vec<Given>,
    pub(super) callee: Value,
}

impl<'m> Site<'m> {
    /// A call without anything.
    pub(super) fn new(m: &'m Module, span: Span) -> Self {
        Self {
            m,
            span,
            name: Name::NONE,
            method: Sym::NONE,
            receiver: None,
            args: Vec::new(),
            callee: Value::default(),
        }
    }

    /// The argument at `position`, from 0; a spread one stands for all behind it.
    pub(super) fn at(&self, position: usize) -> Option<Value> {
        let mut left = position;
        for given in self.args.iter().filter(|g| g.name == Sym::NONE) {
            if given.spread {
                let key = i64::try_from(left).ok().map(Key::At)?;
                return Some(given.value.element(key).unwrap_or_else(|| given.value.any_element()));
            }
            if left == 0 {
                return Some(given.value.clone());
            }
            left -= 1;
        }
        None
    }

    pub(super) fn expr_at(&self, position: usize) -> Option<ExprId> {
        self.args.iter().filter(|g| g.name == Sym::NONE && !g.spread).nth(position).map(|g| g.expr)
    }

    pub(super) fn named(&self, name: Sym) -> Option<Value> {
        let given = self.args.iter().find(|g| g.name == name && name != Sym::NONE);
        given.map(|g| g.value.clone()).or_else(|| {
            let spread = self.args.iter().rev().find(|g| g.spread && g.value.object().is_some())?;
            spread.value.object()?.entries.iter().find(|(k, _)| *k == Key::Name(name)).map(|(_, v)| v.clone())
        })
    }

    pub(super) fn args_taint(&self) -> Taint {
        self.args.iter().fold(Taint::default(), |all, g| all.union(&g.value.all_taint()))
    }

    pub(super) fn receiver_value(&self) -> Value {
        self.receiver.as_ref().map(|r| r.1.clone()).unwrap_or_default()
    }
}

impl Engine<'_> {
    pub(super) fn call(&mut self, m: &Module, e: ExprId, callee: ExprId, args: &[Arg]) -> Value {
        let span = m.expr(e).span;
        let file = self.frames.last().map_or(0, |f| f.file);
        if let Some(lines) = self.reached.get_mut(file as usize) {
            lines.insert(span.line);
        }
        let mut site = self.site(m, callee, span);
        site.args.reserve(args.len());
        for arg in args {
            let value = self.eval(m, arg.value);
            self.note_argument(m, arg, &value);
            site.args.push(Given { name: arg.name, value, spread: arg.spread, expr: arg.value });
        }
        let is_ours = matches!(
            site.callee.shape.as_deref(),
            Some(Shape::Function(_) | Shape::Bound(..) | Shape::Class(_))
        );
        let method = if is_ours { Sym::NONE } else { site.method };
        let refs = self.matching(On::Call, site.name, method);
        if !refs.is_empty() {
            self.check_call(&site, &refs);
            self.register(&site, &refs);
        }
        let result = self.result(&site, &refs, is_ours);
        self.after(&site, &refs, result, is_ours)
    }

    fn site<'m>(&mut self, m: &'m Module, callee: ExprId, span: Span) -> Site<'m> {
        let mut site = Site::new(m, span);
        match &m.expr(callee).kind {
            ExprKind::Attr(base, sym) => {
                let receiver = self.eval(m, *base);
                let value = self.member(&receiver, *sym, m.expr(callee).span);
                site.method = *sym;
                site.name = match value.name {
                    Name::NONE if receiver.name.is_known() && value.function().is_none() => {
                        self.names.child(receiver.name, *sym)
                    }
                    known => known,
                };
                site.callee = value;
                site.receiver = Some((*base, receiver));
            }
            ExprKind::Opaque
            | ExprKind::Const(_)
            | ExprKind::Unbound(_)
            | ExprKind::Var { .. }
            | ExprKind::Global(_)
            | ExprKind::Index(..)
            | ExprKind::Slice(..)
            | ExprKind::Call { .. }
            | ExprKind::Text(_)
            | ExprKind::Binary(..)
            | ExprKind::Not(_)
            | ExprKind::Negative(_)
            | ExprKind::Choice { .. }
            | ExprKind::Collection(_)
            | ExprKind::Comp { .. }
            | ExprKind::Lambda(_)
            | ExprKind::Bind(..)
            | ExprKind::Await(_)
            | ExprKind::Import(_)
            | ExprKind::Union(_)
            | ExprKind::Seq(_) => {
                site.callee = self.eval(m, callee);
                site.name = site.callee.name;
            }
        }
        if let Some(Shape::Module(file)) = site.callee.shape.as_deref() {
            // A file that exports one function is called by the file's name.
            if let Some(whole) = self.exported(*file, Sym::NONE) {
                site.callee = whole;
            }
        }
        site
    }

    /// What rules say of a use by its whole name or, where that says nothing, by its last word.
    pub(super) fn matching(&self, on: On, name: Name, method: Sym) -> Vec<Ref> {
        for name in [name, self.names.any_child(name)] {
            if self.names.may_be_ruled(name) {
                let whole = self.rules.whole(on, name);
                if !whole.is_empty() {
                    return whole.to_vec();
                }
            }
        }
        if method == Sym::NONE { Vec::new() } else { self.rules.method(on, method).to_vec() }
    }

    fn result(&mut self, site: &Site<'_>, refs: &[Ref], is_ours: bool) -> Value {
        if let Some(at) = self.propagator(site, refs) {
            let mut value = self.effect(site, at);
            if !value.name.is_known() && site.name.is_known() {
                value.name = self.names.call(site.name);
            }
            return self.called_source(site, refs, value);
        }
        let name = self.names_call(site.name);
        if is_ours && let Some(value) = self.call_ours(site) {
            let name = if value.name.is_known() { value.name } else { name };
            return self.called_source(site, refs, Value { name, ..value });
        }
        let receiver = site.receiver.as_ref().map(|r| r.1.all_taint()).unwrap_or_default();
        let mut taint = receiver.union(&site.args_taint()).union(&site.callee.taint);
        if refs.is_empty() {
            taint = taint.union(&self.carried(site));
        }
        let value = Value { taint, name, ..Value::default() };
        self.called_source(site, refs, value)
    }

    /// The first propagator whose conditions hold.
    fn propagator(&mut self, site: &Site<'_>, refs: &[Ref]) -> Option<u32> {
        refs.iter().find_map(|r| match r {
            Ref::Propagator(at) if self.holds_all(&self.rules.propagator(*at).when, site) => Some(*at),
            _ => None,
        })
    }

    /// What an argument that stands for a whole request brings along.
    fn carried(&mut self, site: &Site<'_>) -> Taint {
        let carries = |v: &Value| v.taint.is_clean() && self.rules.carriers.contains(&v.name);
        if site.args.iter().any(|g| carries(&g.value)) {
            let mask = self.rules.mask(&["*".to_owned()]);
            return self.outside(Value::default(), "the request", 0.85, mask, site.span).taint;
        }
        Taint::default()
    }

    fn names_call(&mut self, name: Name) -> Name {
        if name.is_known() { self.names.call(name) } else { Name::NONE }
    }

    fn called_source(&mut self, site: &Site<'_>, refs: &[Ref], value: Value) -> Value {
        match refs.iter().find(|r| matches!(r, Ref::Source(_))) {
            Some(Ref::Source(at)) => self.with_source(value, *at, site.span),
            _ if self.names.may_be_ruled(value.name) => self.as_source(value, site.span),
            _ => value,
        }
    }

    /// Functions handed to a framework: what they will be given.
    fn register(&mut self, site: &Site<'_>, refs: &[Ref]) {
        for found in refs {
            let Ref::Entry(at) = found else { continue };
            let rule = self.rules.entry(*at);
            if let Some(path) = &rule.path {
                let first = site.at(0);
                let fits = match first.as_ref().and_then(|v| v.constant.as_ref()) {
                    Some(Const::Str(text)) => text.starts_with(path.as_str()),
                    _ => false,
                };
                if !fits {
                    continue;
                }
            }
            for given in &site.args {
                if let Some(function) = given.value.function() {
                    self.entries.entry(function).or_insert((*at, Name::NONE));
                }
                for (_, inner) in given.value.object().map(|o| o.entries.as_slice()).unwrap_or_default() {
                    if let Some(function) = inner.function() {
                        self.entries.entry(function).or_insert((*at, Name::NONE));
                    }
                }
            }
        }
    }

    fn call_ours(&mut self, site: &Site<'_>) -> Option<Value> {
        match site.callee.shape.as_deref()? {
            Shape::Function(function) => {
                let receiver = site.receiver.as_ref().map(|r| r.1.clone());
                self.call_function(*function, receiver, site)
            }
            Shape::Bound(function, receiver) => self.call_function(*function, Some(receiver.clone()), site),
            Shape::Class(class) => {
                let made = self.instance_of(*class);
                let Some(constructor) = self.find_constructor(*class) else {
                    return Some(self.plain_instance(made, site));
                };
                self.construct(constructor, made, site)
            }
            Shape::Object(_) | Shape::Module(_) | Shape::Folder(_) | Shape::Test(_) => None,
        }
    }

    /// An instance of a class without a constructor: its named arguments are its fields.
    fn plain_instance(&mut self, mut made: Value, site: &Site<'_>) -> Value {
        let mut loose = Taint::default();
        for given in &site.args {
            if given.name == Sym::NONE {
                loose = loose.union(&given.value.all_taint());
            } else {
                made.object_mut().put(Some(Key::Name(given.name)), given.value.clone());
            }
        }
        made.taint = loose;
        made
    }
}

/// Labels of `taint` as they are behind a call: seen from the caller, with the call as a step.
pub(super) fn carry(taint: &Taint, mask: u32, step: impl Fn(u32) -> u32) -> Vec<Label> {
    taint.labels().iter().map(|l| Label { mask: l.mask & mask, trace: step(l.trace), ..*l }).collect()
}
