//! Calls answered from summaries: arguments put in for the symbols of parameters.

use std::rc::Rc;

use super::super::ir::{FnId, ParamKind};
use super::super::names::Sym;
use super::super::value::{FnRef, Key, Label, Object, Origin, Shape, Taint, Test, Traits, Value};
use super::call::{Given, Site};
use super::summary::{FOLLOW, RECEIVER, Summary};
use super::{Engine, Frame, What};

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

impl Engine<'_> {
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
        let inner = Site { args: given, callee: callback.clone(), ..Site::new(site.m, site.span) };
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
