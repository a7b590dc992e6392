//! Findings as they are made: at the source that reaches a sink, or for the callers of a function whose parameter does.

use super::super::ir::Span;
use super::super::names::Sym;
use super::super::value::{Label, Origin, Taint};
use super::Engine;
use super::sink::{Found, ParamSink, Place};

/// Sinks that one function's summary lists.
const SINKS: usize = 48;

/// Calls between a source and a sink.
const CHAIN: usize = 8;

impl Engine<'_> {
    /// A known sink inside a function, reached from outside with `taint`.
    pub(super) fn reach(&mut self, sink: &ParamSink, taint: &Taint) {
        if sink.found.chain.len() < CHAIN {
            self.spread(sink.place, sink.mask, &sink.found, taint);
        }
    }

    /// Records what `taint` means at a sink: a finding for a source, a line in the summary for a parameter.
    pub(super) fn spread(&mut self, place: Place, mask: u32, found: &Found, taint: &Taint) {
        for label in taint.labels() {
            if label.mask & mask == 0 || self.proven(label.origin) & mask != 0 {
                continue;
            }
            let mut chain = vec![label.trace];
            chain.extend(&found.chain);
            let cleaned = found.cleaned || label.mask.count_ones() + 4 < 32 && label.mask.count_ones() > 1;
            let found = Found { chain, cleaned, ..found.clone() };
            match label.origin {
                Origin::Source { at, .. } => {
                    self.record(place, Found { source: Some(at), weak: false, ..found })
                }
                Origin::Param { call, index, key } => {
                    self.remember(place, mask, found, label, call, index, key)
                }
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "an origin has three parts")]
    fn remember(
        &mut self,
        place: Place,
        mask: u32,
        found: Found,
        label: &Label,
        call: u32,
        index: u16,
        key: Sym,
    ) {
        let rule = place.rule;
        let weak = self.rules.file.rule[rule as usize].weak;
        let Some(frame) = self.frames.iter_mut().rev().find(|f| f.call == call) else { return };
        let is_self = index == u16::MAX || frame.class.is_some() && index == 0;
        let known = frame.sinks.iter().any(|s| s.place == place && s.index == index && s.key == key);
        if !known && frame.sinks.len() < SINKS {
            let mask = mask & label.mask;
            let sink = ParamSink { index, key, mask, place, found: found.clone() };
            frame.sinks.push(sink);
        }
        if weak && !is_self && found.chain.len() == 1 {
            self.record(place, Found { weak: true, ..found });
        }
    }

    pub(super) fn record_shape(&mut self, rule: u32, span: Span, certainty: f64, guess: bool) {
        let place = self.place(rule, span);
        let found = Found {
            span,
            function: self.function_around().0,
            around: self.function_around().1,
            source: None,
            chain: Vec::new(),
            certainty,
            guess,
            weak: false,
            cleaned: false,
            anchored: false,
            shape: true,
        };
        self.record(place, found);
    }

    /// Keeps the better of two findings of one place: a real source before a parameter, the shorter way.
    fn record(&mut self, place: Place, found: Found) {
        let rank = |f: &Found, e: &Self| {
            let strength = f.source.and_then(|s| e.sources.get(s as usize)).map_or(0.0, |s| s.strength);
            (!f.weak, strength, std::cmp::Reverse(f.chain.len()))
        };
        if let Some(known) = self.found.get(&place)
            && rank(known, self) >= rank(&found, self)
        {
            return;
        }
        self.found.insert(place, found);
    }

    pub(super) fn place(&self, rule: u32, span: Span) -> Place {
        let file = self.frames.last().map_or(0, |f| f.file);
        Place { file, line: span.line, rule, start: span.start }
    }

    /// The innermost function that has a name, and its place.
    pub(super) fn function_around(&self) -> (Sym, Span) {
        let mut at = Some(self.top());
        let mut last = Span::default();
        while let Some(frame) = at.and_then(|a| self.frames.get(a)) {
            let code = frame.module.as_ref().and_then(|m| m.functions.get(frame.function.0 as usize));
            if let Some(code) = code {
                last = code.span;
                if code.name != Sym::NONE {
                    break;
                }
            }
            at = frame.parent;
        }
        let name = at.and_then(|a| self.frames.get(a)).and_then(|f| Some((f.module.as_ref()?, f.function)));
        (name.map_or(Sym::NONE, |(m, f)| m.function(f).name), last)
    }
}
