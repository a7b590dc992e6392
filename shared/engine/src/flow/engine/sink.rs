//! Where harm would be done: tainted values at sinks, and uses that are wrong by their constants.

use super::super::ir::{ExprId, Module, Span};
use super::super::names::{Name, Sym};
use super::super::rules::Ref;
use super::super::rules::file::{On, Sink};
use super::super::value::{FnRef, Key, Taint, Traits, Value};
use super::Engine;
use super::call::{Given, Site};

/// One finding's place: the same rule at the same spot is one finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Place {
    pub(in super::super) file: u32,
    pub(in super::super) line: u32,
    pub(in super::super) rule: u32,
    pub(in super::super) start: u32,
}

/// What was found there, with the evidence for it.
#[derive(Clone, Debug)]
pub(in super::super) struct Found {
    pub(in super::super) span: Span,
    /// The function around it.
    pub(in super::super) function: Sym,
    /// Where that function is; all of the file where there is none.
    pub(in super::super) around: Span,
    pub(in super::super) source: Option<u32>,
    /// Ways to the sink, outermost first, one for each function on them.
    pub(in super::super) chain: Vec<u32>,
    pub(in super::super) certainty: f64,
    /// Known by a method's name alone.
    pub(in super::super) guess: bool,
    /// Only a parameter, of which nobody knows what it holds.
    pub(in super::super) weak: bool,
    /// Something on the way made it harmless for other classes.
    pub(in super::super) cleaned: bool,
    /// Text that begins as it should does no harm there.
    pub(in super::super) anchored: bool,
    /// By constants, without a flow.
    pub(in super::super) shape: bool,
}

/// That a parameter reaches a sink.
#[derive(Clone, Debug)]
pub(super) struct ParamSink {
    pub(super) index: u16,
    pub(super) key: Sym,
    pub(super) mask: u32,
    pub(super) place: Place,
    pub(super) found: Found,
}

impl Engine<'_> {
    pub(super) fn check_call(&mut self, site: &Site<'_>, refs: &[Ref]) {
        for found in refs {
            match found {
                Ref::Sink(rule, sink) => self.check_sink(site, *rule, *sink),
                Ref::Shape(rule, shape) => self.check_shape(site, *rule, *shape),
                Ref::Source(_) | Ref::Sanitiser(_) | Ref::Propagator(_) | Ref::Guard(_) | Ref::Entry(_) => {}
            }
        }
    }

    /// A use other than a call: `values` stand for the arguments.
    #[expect(clippy::too_many_arguments, reason = "one use has this many sides")]
    pub(super) fn check_use(
        &mut self,
        m: &Module,
        on: On,
        name: Name,
        method: Sym,
        receiver: Option<(ExprId, &Value)>,
        values: &[&Value],
        span: Span,
    ) {
        let refs = self.matching(on, name, method);
        if refs.is_empty() {
            return;
        }
        let site = Site {
            m,
            span,
            name,
            method,
            receiver: receiver.map(|(e, v)| (e, v.clone())),
            args: values
                .iter()
                .map(|v| Given {
                    name: Sym::NONE,
                    value: (*v).clone(),
                    spread: false,
                    expr: ExprId(u32::MAX),
                })
                .collect(),
            callee: Value::default(),
        };
        self.check_call(&site, &refs);
    }

    /// Findings about merely reading a name.
    pub(super) fn check_read(&mut self, value: &Value, span: Span) {
        let shapes: Vec<_> = self.rules.whole(On::Read, value.name).to_vec();
        for found in shapes {
            if let Ref::Shape(rule, shape) = found {
                let certainty = self.rules.file.rule[rule as usize].shape[shape as usize].certainty;
                self.record_shape(rule, span, certainty, false);
            }
        }
    }

    fn check_sink(&mut self, site: &Site<'_>, rule: u32, sink: u32) {
        let sink = &self.rules.file.rule[rule as usize].sink[sink as usize];
        if !self.is_called(site, &sink.called) || !self.holds_all(&sink.when, site) {
            return;
        }
        if !sink.unless.is_empty() && sink.unless.iter().any(|w| self.holds(w, site)) {
            return;
        }
        let taint = self.dangerous(site, sink);
        let mask = self.rules.class(&self.rules.file.rule[rule as usize].class);
        if taint.labels().iter().all(|l| l.mask & mask == 0 || self.proven(l.origin) & mask != 0) {
            self.judge(rule, site.span);
            return;
        }
        let guess = sink.matches.iter().all(|m| m.starts_with("*.")) || self.is_guess(site, sink);
        let place = self.place(rule, site.span);
        let found = Found {
            span: site.span,
            function: self.function_around().0,
            around: self.function_around().1,
            source: None,
            chain: Vec::new(),
            certainty: sink.certainty,
            guess,
            weak: false,
            cleaned: false,
            anchored: sink.anchored,
            shape: false,
        };
        self.spread(place, mask, &found, &taint);
    }

    pub(super) fn judge(&mut self, rule: u32, span: Span) {
        let file = self.frames.last().map_or(0, |f| f.file);
        self.judged.insert((file, span.line, rule));
    }

    /// What a function returns to the framework that calls it.
    pub(super) fn check_returned(&mut self, m: &Module, value: &Value, span: Span) {
        let Some(frame) = self.frames.last() else { return };
        let at = FnRef { file: frame.file, function: frame.function };
        let Some((entry, _)) = self.entries.get(&at) else { return };
        let Some(name) = &self.rules.entry(*entry).returns else { return };
        // A container goes out as data, not as text.
        let first = value.element(Key::At(0)).filter(|_| value.object().is_some_and(|o| o.exact));
        let value = first.as_ref().unwrap_or(value);
        if self.rules.finished.contains(&value.name) {
            return;
        }
        if value.object().is_some() || value.all_taint().is_clean() {
            return;
        }
        let name = self.names.path(name);
        self.check_use(m, On::Call, name, Sym::NONE, None, &[value], span);
    }

    fn is_guess(&self, site: &Site<'_>, sink: &Sink) -> bool {
        let by_method =
            sink.matches.iter().any(|m| m.strip_prefix("*.") == Some(self.names.text(site.method)));
        by_method && !self.names.may_be_ruled(site.name)
    }

    fn dangerous(&mut self, site: &Site<'_>, sink: &Sink) -> Taint {
        let mut all = Taint::default();
        let except: Vec<Sym> = sink.except_keys.iter().map(|key| self.names.sym(key)).collect();
        let mut add = |value: &Value| {
            if sink.text && value.object().is_some() {
                return;
            }
            // `(body, headers)`: what comes first is what is sent; of a program and its arguments, what is run.
            let is_list = value.object().is_some_and(|o| o.exact);
            let first = value.element(Key::At(0)).filter(|v| {
                // One of several programs may be a shell, which reads all of the rest.
                let known = v.constant.is_some() || !v.is_fixed();
                (sink.first || sink.program && known) && is_list
            });
            let value = first.as_ref().unwrap_or(value);
            if sink.whole && !value.name.is_known() {
                return;
            }
            if sink.anchored && value.traits.has(Traits::ANCHORED) {
                return;
            }
            if sink.built && !value.traits.has(Traits::BUILT) && value.traits.has(Traits::PARAM) {
                return;
            }
            if sink.keys.is_empty() {
                all = all.union(&taint_except(value, &except, 4));
            }
        };
        if sink.spread {
            site.args.iter().filter(|g| g.spread).for_each(|g| add(&g.value));
            return all;
        }
        if sink.args.is_empty() && sink.names.is_empty() && !sink.receiver {
            site.args.iter().for_each(|g| add(&g.value));
        }
        for at in &sink.args {
            if let Some(value) = site.at(*at) {
                add(&value);
            }
        }
        for given in site.args.iter().filter(|g| g.name != Sym::NONE) {
            if sink.names.iter().any(|n| n == self.names.text(given.name)) {
                add(&given.value);
            }
        }
        if sink.receiver
            && let Some((_, receiver)) = &site.receiver
        {
            add(receiver);
        }
        for key in &sink.keys {
            let sym = self.names.sym(key);
            for at in &sink.args {
                let Some(value) = site.at(*at) else { continue };
                let element = value.element(Key::Name(sym));
                let element = element.unwrap_or_else(|| Value::tainted(value.taint.clone()));
                all = all.union(&element.all_taint());
            }
        }
        all
    }
}

/// What is in `value`, entries of mappings under a key of `except` left out.
fn taint_except(value: &Value, except: &[Sym], depth: u8) -> Taint {
    let Some(object) = value.object().filter(|_| !except.is_empty() && depth > 0) else {
        return value.all_taint();
    };
    let counted =
        object.entries.iter().filter(|(key, _)| !matches!(key, Key::Name(sym) if except.contains(sym)));
    let entries =
        counted.fold(value.taint.clone(), |all, (_, v)| all.union(&taint_except(v, except, depth - 1)));
    entries.union(&object.rest.all_taint())
}
