//! A function run once on symbols, and its calls answered from that.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most forms of a value or expression have no row of their own"
)]

use std::rc::Rc;

use super::super::ir::{ExprKind, FnId, Module, Param, ParamKind, Target};
use super::super::names::{Name, Sym};
use super::super::value::{ClassRef, FnRef, Key, Label, Object, Origin, Shape, Taint, Test, Traits, Value};
use super::branch::Flow;
use super::call::{Given, Site};
use super::sink::ParamSink;
use super::{Engine, FUNCTION_FUEL, Frame, What};

/// The index of the receiver among parameters, where the language does not list it.
const RECEIVER: u16 = u16::MAX;
/// Calls are followed to this depth of evaluation; further in, arguments flow into results.
const FOLLOW: u32 = 400;
/// Functions run inside one another's runs.
const INSIDE: u32 = 24;

/// What a call of a function does, in terms of its parameters.
pub(super) struct Summary {
    pub(super) call: u32,
    returned: Value,
    sinks: Vec<ParamSink>,
    /// What the receiver is afterwards.
    instance: Value,
    /// What holds of parameters when the function comes back at all.
    ensures: Vec<(Origin, u32)>,
    params: Vec<(Sym, ParamKind)>,
    takes_self: bool,
    /// No path through it comes back.
    ends: bool,
}

impl Engine<'_> {
    /// Runs what is defined in the current function and was not run yet.
    pub(super) fn settle(&mut self, frame: usize, m: &Module) {
        let file = self.frames.get(frame).map_or(0, |f| f.file);
        let mut done = 0;
        while let Some(function) = self.frames.get(frame).and_then(|f| f.pending.get(done).copied()) {
            done += 1;
            if m.functions.len() > function.0 as usize {
                self.summary(FnRef { file, function });
            }
        }
        if let Some(f) = self.frames.get_mut(frame) {
            f.pending.clear();
        }
    }

    /// `None` for a function that is being run, or lies too deep.
    pub(super) fn summary(&mut self, at: FnRef) -> Option<Rc<Summary>> {
        if let Some(known) = self.summaries.get(&at) {
            return known.clone();
        }
        if self.depth >= FOLLOW || self.nested >= INSIDE || self.repository_fuel == 0 {
            return None;
        }
        let module = self.module_of(at.file)?;
        let function = module.functions.get(at.function.0 as usize)?;
        let outer = function.parent.unwrap_or(FnId(0));
        let parent = self.frames.iter().rposition(|f| f.file == at.file && f.function == outer);
        let opened = (parent.is_none() && outer == FnId(0)).then(|| self.enter_module(at.file, &module));
        let parent = parent.or(opened);
        self.summaries.insert(at, None);
        self.nested += 1;
        let made = Rc::new(self.run_function(at, &module, parent));
        self.nested -= 1;
        self.summaries.insert(at, Some(Rc::clone(&made)));
        if let Some(frame) = opened {
            self.leave_module(at.file, frame);
        }
        Some(made)
    }

    fn module_of(&mut self, file: u32) -> Option<Rc<Module>> {
        let active = self.frames.iter().rev().find(|f| f.file == file).and_then(|f| f.module.clone());
        active.or_else(|| self.load(file))
    }

    fn run_function(&mut self, at: FnRef, module: &Rc<Module>, parent: Option<usize>) -> Summary {
        let m: &Module = module;
        let code = m.function(at.function);
        let call = self.next_call();
        let class = code.class.map(|class| ClassRef { file: at.file, class });
        let frame = Frame {
            parent,
            class,
            module: Some(Rc::clone(module)),
            ..Frame::new(call, at.file, at.function, vec![Value::unset(); code.slots as usize])
        };
        let fuel = std::mem::replace(&mut self.function_fuel, FUNCTION_FUEL);
        let (loops, branches) = (std::mem::take(&mut self.loops), std::mem::take(&mut self.branches));
        let facts = self.facts.len();
        self.frames.push(frame);
        let top = self.top();
        self.bind_symbols(m, at, call);
        let flow = self.block(m, &code.body);
        let early = self.frames.get(top).is_some_and(|f| f.early);
        let ensures = if early { Vec::new() } else { self.ensured(facts, call, flow) };
        self.say_if_dry(at.file, at.function, m);
        self.settle(top, m);
        self.facts.truncate(facts);
        (self.loops, self.branches) = (loops, branches);
        self.function_fuel = fuel;
        let receiver = code.this.or(code.takes_self.then_some(0));
        let (returned, sinks, slots) = match self.frames.pop() {
            Some(f) => (f.returned, f.sinks, f.slots),
            None => (Value::default(), Vec::new(), Vec::new()),
        };
        let is_empty = returned.is_unset();
        let instance = receiver.and_then(|slot| slots.get(slot as usize).cloned()).unwrap_or_default();
        Summary {
            call,
            returned: if is_empty { Value::default() } else { returned },
            sinks,
            instance: if code.class.is_some() { instance } else { Value::default() },
            ensures,
            // A method that only throws is often there to be overridden.
            ends: flow == Flow::End && is_empty && code.class.is_none(),
            params: code.params.iter().map(|p| (p.name, p.kind)).collect(),
            takes_self: code.takes_self,
        }
    }

    fn ensured(&self, from: usize, call: u32, _flow: Flow) -> Vec<(Origin, u32)> {
        let facts = self.facts.get(from..).unwrap_or_default();
        let ours = facts.iter().filter(|(o, _)| matches!(o, Origin::Param { call: c, .. } if *c == call));
        ours.copied().take(16).collect()
    }

    fn bind_symbols(&mut self, m: &Module, at: FnRef, call: u32) {
        let code = m.function(at.function);
        if let Some(slot) = code.this {
            let value = self.self_value(at, m, call, RECEIVER);
            let top = self.top();
            self.put(top, slot, value);
        }
        let names: Vec<Sym> = code.params.iter().map(|p| p.name).collect();
        for (index, param) in code.params.iter().enumerate() {
            let index16 = u16::try_from(index).unwrap_or(RECEIVER - 1);
            let value = if index == 0 && code.takes_self {
                self.self_value(at, m, call, 0)
            } else {
                self.param_value(
                    m,
                    at,
                    param,
                    index,
                    &names,
                    Origin::Param { call, index: index16, key: Sym::NONE },
                )
            };
            self.assign(m, &param.target, value, None);
        }
    }

    fn self_value(&self, at: FnRef, m: &Module, call: u32, index: u16) -> Value {
        let origin = Origin::Param { call, index, key: Sym::NONE };
        let taint = Taint::of(Label { origin, mask: u32::MAX, trace: 0 });
        let made = match m.function(at.function).class {
            Some(class) => self.instance_of(ClassRef { file: at.file, class }),
            None => Value::default(),
        };
        Value { taint, traits: Traits::PARAM, ..made }
    }

    fn param_value(
        &mut self,
        m: &Module,
        at: FnRef,
        param: &Param,
        index: usize,
        names: &[Sym],
        origin: Origin,
    ) -> Value {
        let offset = usize::from(m.function(at.function).takes_self);
        let entry = self.entries.get(&at).map(|e| e.0);
        let declared = param.ty.map(|t| self.eval(m, t));
        let mut value = declared.map(|d| self.declared_value(&d)).unwrap_or_default();
        for decorator in &param.decorators {
            let made = self.eval(m, *decorator);
            value.taint = value.taint.union(&made.taint);
        }
        let mut is_provided = false;
        if let Some(default) = param.default {
            // `= Depends(f)` and the like say where the value comes from.
            let made = self.eval(m, default);
            is_provided = made.name.is_known() && self.rules.provided.contains(&made.name);
            value.taint = value.taint.union(&made.taint);
            value.name =
                if value.name.is_known() || made.constant.is_some() { value.name } else { made.name };
        }
        // `(error, request, response, next)`: names that stand together say more than positions.
        let together = self.type_by_name(param.name, index - offset.min(index), names, true);
        value.name = if together.is_known() { together } else { value.name };
        if !together.is_known()
            && let Some(at) = entry
            && let Some(Some(ty)) =
                index.checked_sub(offset).map(|i| self.rules.entry_types[at as usize].get(i).copied())
            && ty.is_known()
        {
            value.name = ty;
        }
        if !value.name.is_known() {
            value.name = self.type_by_name(param.name, index - offset.min(index), names, false);
        }
        if self.rules.plain_types.contains(&value.name) {
            return Value { name: value.name, ..Value::default() };
        }
        if !value.taint.is_clean() || is_provided {
            return value;
        }
        if let Some(entry) = entry
            && self.rules.entry(entry).source
            && (value.object().is_some() || self.may_hold_anything(value.name))
        {
            let rule = self.rules.entry(entry);
            let mask = self.rules.mask(&["*".to_owned()]);
            let span = target_span(m, &param.target);
            return self.outside(value, &rule.what, 0.85, mask, span);
        }
        let mut value =
            if value.name.is_known() { self.as_source(value, target_span(m, &param.target)) } else { value };
        if value.taint.is_clean() {
            value.taint = Taint::of(Label { origin, mask: u32::MAX, trace: 0 });
            value.traits = Traits::PARAM;
        }
        value
    }

    /// Whether nothing is known of what a value of this type holds.
    fn may_hold_anything(&self, ty: Name) -> bool {
        !self.names.may_be_ruled(ty) || self.rules.vague.contains(&ty)
    }

    /// From what a type evaluates to, to a value of that type.
    fn declared_value(&self, declared: &Value) -> Value {
        match declared.shape.as_deref() {
            Some(Shape::Class(class)) => self.instance_of(*class),
            _ => Value { name: declared.name, taint: declared.taint.clone(), ..Value::default() },
        }
    }

    /// The type that a parameter's name says it has; `together` only where other names must stand beside it.
    fn type_by_name(&self, name: Sym, position: usize, all: &[Sym], together: bool) -> Name {
        let text = self.names.text(name);
        for at in 0..self.rules.param_types.len() {
            let rule = self.rules.param(at);
            let fits = rule.names.iter().any(|n| n == text)
                && rule.position.is_none_or(|p| p == position)
                && !(together && rule.beside.is_empty())
                && (rule.beside.is_empty()
                    || all.iter().any(|s| rule.beside.iter().any(|b| b == self.names.text(*s))));
            if fits {
                return self.rules.param_types[at];
            }
        }
        Name::NONE
    }

    // Calls.

    pub(super) fn call_function(
        &mut self,
        at: FnRef,
        receiver: Option<Value>,
        site: &Site<'_>,
    ) -> Option<Value> {
        let summary = self.summary(at)?;
        let actuals = Actuals { summary: &summary, receiver, args: &site.args, bound: true };
        Some(self.answer(&summary, &actuals, site))
    }

    pub(super) fn construct(&mut self, constructor: FnRef, made: Value, site: &Site<'_>) -> Option<Value> {
        let Some(summary) = self.summary(constructor) else {
            return Some(Value { taint: site.args_taint(), ..made });
        };
        let actuals =
            Actuals { summary: &summary, receiver: Some(Value::default()), args: &site.args, bound: true };
        self.answer(&summary, &actuals, site);
        let instance = self.substitute(&summary.instance, &actuals, site, 4);
        let class = made.object().and_then(|o| o.class);
        // An inherited constructor makes an instance of the class that was called.
        let shape = match instance.object() {
            Some(object) => Some(Rc::new(Shape::Object(Object { class, ..object.clone() }))),
            None => made.shape,
        };
        Some(Value { name: made.name, taint: instance.taint, shape, ..Value::default() })
    }

    /// Runs a callback on `args`, in place where it was written here.
    pub(super) fn call_back(&mut self, callback: &Value, args: Vec<Value>, site: &Site<'_>) -> Value {
        let Some(at) = callback.function() else { return Value::default() };
        let given = args
            .into_iter()
            .map(|value| Given { name: Sym::NONE, value, spread: false, expr: super::super::ir::ExprId(0) })
            .collect();
        let inner = Site {
            m: site.m,
            span: site.span,
            name: Name::NONE,
            method: Sym::NONE,
            receiver: None,
            args: given,
            callee: callback.clone(),
        };
        let top = self.top();
        let here = self.frames.get(top).map(|f| (f.file, f.function));
        let is_inner = site
            .m
            .functions
            .get(at.function.0 as usize)
            .is_some_and(|f| here == Some((at.file, f.parent.unwrap_or(FnId(0)))));
        if is_inner && self.frames[top].pending.contains(&at.function) && self.depth < FOLLOW {
            return self.run_inline(at, &inner);
        }
        self.call_function(at, None, &inner).unwrap_or_else(|| Value::tainted(inner.args_taint()))
    }

    fn run_inline(&mut self, at: FnRef, site: &Site<'_>) -> Value {
        let m = site.m;
        let code = m.function(at.function);
        let parent = self.top();
        let call = self.next_call();
        let module = self.frames[parent].module.clone();
        self.frames[parent].pending.retain(|f| *f != at.function);
        let slots = vec![Value::unset(); code.slots as usize];
        let class = self.frames[parent].class;
        self.frames.push(Frame {
            parent: Some(parent),
            module,
            class,
            ..Frame::new(call, at.file, at.function, slots)
        });
        let facts = self.facts.len();
        for (index, param) in code.params.iter().enumerate() {
            let value = site.at(index).unwrap_or_default();
            self.assign(m, &param.target, value, None);
        }
        self.block(m, &code.body);
        let top = self.top();
        self.settle(top, m);
        self.facts.truncate(facts);
        let returned = self.frames.pop().map(|f| f.returned).unwrap_or_default();
        if returned.is_unset() { Value::default() } else { returned }
    }

    fn answer(&mut self, summary: &Summary, actuals: &Actuals<'_>, site: &Site<'_>) -> Value {
        for sink in &summary.sinks {
            let taint = actuals.taint(sink.index, sink.key);
            let is_led = sink.found.anchored && actuals.value(sink.index).traits.has(Traits::ANCHORED);
            if !taint.is_clean() && !is_led {
                let taint = taint.retrace(|before| self.step(site.span, What::Passed, before));
                self.reach(sink, &taint);
            }
        }
        for (origin, mask) in &summary.ensures {
            if let Origin::Param { index, key, .. } = origin {
                let labels = actuals.taint(*index, *key);
                self.facts.extend(labels.labels().iter().map(|l| (l.origin, *mask)));
            }
        }
        if summary.ends {
            return Value { traits: Traits::NEVER, ..Value::default() };
        }
        self.substitute(&summary.returned, actuals, site, 4)
    }

    /// `value` with the arguments in place of the parameters.
    fn substitute(&mut self, value: &Value, actuals: &Actuals<'_>, site: &Site<'_>, depth: u8) -> Value {
        let call = actuals.summary.call;
        let touched = |t: &Taint| {
            t.labels().iter().any(|l| matches!(l.origin, Origin::Param { call: c, .. } if c == call))
        };
        let mut out = value.clone();
        if let (true, Origin::Param { index, .. }) = (
            value.traits.has(Traits::PARAM),
            value.taint.labels().first().map_or(Origin::Source { at: 0, key: Sym::NONE }, |l| l.origin),
        ) && touched(&value.taint)
            && value.object().is_none_or(|o| o.entries.is_empty())
        {
            return actuals.value(index);
        }
        if touched(&value.taint) {
            let mut all = Taint::default();
            for label in value.taint.labels() {
                match label.origin {
                    Origin::Param { call: c, index, key } if c == call => {
                        let actual = actuals.taint(index, key);
                        let labels = super::call::carry(&actual, label.mask, |t| t);
                        let labels = Taint::from_labels(labels)
                            .retrace(|before| self.step(site.span, What::Passed, before));
                        all = all.union(&labels);
                    }
                    Origin::Param { .. } | Origin::Source { .. } => all = all.union(&Taint::of(*label)),
                }
            }
            out.taint = all;
        }
        out.traits = out.traits.without(Traits::PARAM);
        out.shape = match value.shape.as_deref() {
            Some(Shape::Object(object)) if depth > 0 => {
                let entries = object
                    .entries
                    .iter()
                    .map(|(k, v)| (*k, self.substitute(v, actuals, site, depth - 1)))
                    .collect();
                let rest = self.substitute(&object.rest, actuals, site, depth - 1);
                Some(Rc::new(Shape::Object(Object { entries, rest, ..object.clone() })))
            }
            Some(Shape::Test(test)) => {
                let test = Test { yes: actuals.facts(&test.yes, call), no: actuals.facts(&test.no, call) };
                Some(Rc::new(Shape::Test(test)))
            }
            _ => value.shape.clone(),
        };
        out
    }
}

/// The arguments of one call, by the parameters of the function called.
struct Actuals<'a> {
    summary: &'a Summary,
    receiver: Option<Value>,
    args: &'a [Given],
    bound: bool,
}

impl Actuals<'_> {
    fn value(&self, index: u16) -> Value {
        if index == RECEIVER {
            return self.receiver.clone().unwrap_or_default();
        }
        let mut index = usize::from(index);
        let Some((name, kind)) = self.summary.params.get(index).copied() else { return Value::default() };
        if self.summary.takes_self && self.bound && self.receiver.is_some() {
            if index == 0 {
                return self.receiver.clone().unwrap_or_default();
            }
            index -= 1;
        }
        let positional: Vec<&Given> = self.args.iter().filter(|g| g.name == Sym::NONE).collect();
        if kind != ParamKind::One {
            return self.rest(kind, index, &positional);
        }
        if let Some(named) = self.args.iter().find(|g| g.name == name && name != Sym::NONE) {
            return named.value.clone();
        }
        if let Some(spread) = positional.iter().position(|g| g.spread).filter(|at| *at <= index) {
            let value = &positional[spread].value;
            let at = i64::try_from(index - spread).map(Key::At).unwrap_or(Key::At(0));
            let by_name = value.element(Key::Name(name)).filter(|v| !v.taint.is_clean());
            return by_name.or_else(|| value.element(at)).unwrap_or_else(|| value.any_element());
        }
        positional.get(index).map(|g| g.value.clone()).unwrap_or_default()
    }

    fn rest(&self, kind: ParamKind, index: usize, positional: &[&Given]) -> Value {
        let mut object = Object { exact: true, ..Object::default() };
        if kind == ParamKind::Rest {
            for (at, given) in (0_i64..).zip(positional.iter().skip(index)) {
                let key = (!given.spread).then_some(Key::At(at));
                object.put(key, if given.spread { given.value.any_element() } else { given.value.clone() });
            }
        } else {
            for given in self.args.iter().filter(|g| g.name != Sym::NONE) {
                object.put(Some(Key::Name(given.name)), given.value.clone());
            }
        }
        Value::shaped(Shape::Object(object))
    }

    /// What may be in a parameter, or in one element of it.
    fn taint(&self, index: u16, key: Sym) -> Taint {
        let value = self.value(index);
        if key == Sym::NONE {
            return value.all_taint();
        }
        match value.element(Key::Name(key)) {
            Some(element) => element.all_taint().union(&value.taint),
            None if value.traits.has(Traits::PARAM) => {
                let labels = value.taint.labels().iter().map(|l| match l.origin {
                    Origin::Param { call, index, key: Sym::NONE } => {
                        Label { origin: Origin::Param { call, index, key }, ..*l }
                    }
                    Origin::Param { .. } | Origin::Source { .. } => *l,
                });
                Taint::from_labels(labels.collect())
            }
            None => value.all_taint(),
        }
    }

    fn facts(&self, facts: &[(Origin, u32)], call: u32) -> Vec<(Origin, u32)> {
        let mut out = Vec::new();
        for (origin, mask) in facts {
            match origin {
                Origin::Param { call: c, index, key } if *c == call => {
                    out.extend(self.taint(*index, *key).labels().iter().map(|l| (l.origin, *mask)));
                }
                Origin::Param { .. } | Origin::Source { .. } => out.push((*origin, *mask)),
            }
        }
        out.truncate(16);
        out
    }
}

fn target_span(m: &Module, target: &Target) -> super::super::ir::Span {
    match target {
        Target::Place(place) => match &m.expr(*place).kind {
            ExprKind::Var { .. } => m.expr(*place).span,
            _ => Default::default(),
        },
        Target::Fields(fields) => fields.first().map(|(_, t, _)| target_span(m, t)).unwrap_or_default(),
        Target::Tuple(parts) => parts.first().map(|t| target_span(m, t)).unwrap_or_default(),
        Target::Rest(_) | Target::Ignore => Default::default(),
    }
}
