//! Conditions of rules on the arguments of a use.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most forms of a value or expression have no row of their own"
)]

use regex::Regex;
use rustc_hash::FxHashMap;

use super::super::ir::{Const, ExprId, ExprKind, Module};
use super::super::rules::file::{Literally, When};
use super::super::value::{Key, Traits, Value};
use super::Engine;
use super::call::Site;

/// Regular expressions of rules, compiled when first asked.
#[derive(Default)]
pub(super) struct Patterns<'r>(FxHashMap<&'r str, Option<Regex>>);

impl<'r> Patterns<'r> {
    fn is_match(&mut self, pattern: &'r str, text: &str) -> bool {
        let compiled = self.0.entry(pattern).or_insert_with(|| Regex::new(pattern).ok());
        compiled.as_ref().is_some_and(|r| r.is_match(text))
    }
}

impl<'r> Engine<'r> {
    pub(super) fn check_shape(&mut self, site: &Site<'_>, rule: u32, shape: u32) {
        let rules = self.rules.file;
        let shape = &rules.rule[rule as usize].shape[shape as usize];
        if !self.is_called(site, &shape.called) {
            return;
        }
        if !self.holds_all(&shape.when, site) || shape.unless.iter().any(|w| self.holds(w, site)) {
            return self.judge(rule, site.span);
        }
        let guess = !self.names.may_be_ruled(site.name);
        self.record_shape(rule, site.span, shape.certainty, guess);
    }

    pub(super) fn holds_all(&mut self, all: &'r [When], site: &Site<'_>) -> bool {
        all.iter().all(|w| self.holds(w, site))
    }

    pub(super) fn holds(&mut self, when: &'r When, site: &Site<'_>) -> bool {
        if !when.near.is_empty() {
            return self.is_called(site, &when.near);
        }
        if !when.spelled.is_empty() {
            return site.args.iter().any(|g| self.mentions(site.m, g.expr, when, 6));
        }
        let found = self.argument(when, site);
        if when.absent {
            let vague = site.args.iter().any(|g| g.spread);
            return found.is_none() && !vague;
        }
        let Some(value) = found else { return false };
        if when.present {
            return true;
        }
        if when.open {
            return value.constant.is_none() && !value.object().is_some_and(|o| o.exact);
        }
        if let Some(fixed) = when.fixed {
            return value.is_fixed() == fixed;
        }
        if when.built {
            return value.traits.has(Traits::BUILT);
        }
        if let Some(class) = &when.raw {
            return value.traits.has(Traits::BUILT) && value.cleaned() & self.rules.class(class) == 0;
        }
        if let Some(bits) = when.bits {
            return matches!(value.constant, Some(Const::Int(n)) if n & bits != 0);
        }
        if let Some(constant) = when.constant.filter(|_| when.matches.is_none()) {
            return value.constant.is_some() == constant;
        }
        if let Some(wanted) = &when.is {
            return is_same(&value, wanted);
        }
        if !when.among.is_empty() {
            return when.among.iter().any(|w| is_same(&value, w));
        }
        if !when.named.is_empty() {
            let name = self.names.show(value.name);
            return value.name.is_known() && when.named.contains(&name);
        }
        if let Some(limit) = when.below {
            #[expect(clippy::cast_precision_loss, reason = "compared with a rule's limit only")]
            return match value.constant {
                Some(Const::Int(n)) => (n as f64) < limit,
                Some(Const::Float(x)) => x < limit,
                Some(Const::Str(_) | Const::Bool(_) | Const::Null) | None => false,
            };
        }
        let Some(text) = value.text() else { return false };
        if let Some(pattern) = &when.matches {
            return self.patterns.is_match(pattern, text);
        }
        let lower = text.to_ascii_lowercase();
        when.begins.iter().any(|b| lower.starts_with(b.as_str()))
            || when.holds.iter().any(|h| lower.contains(h.as_str()))
    }

    fn argument(&mut self, when: &When, site: &Site<'_>) -> Option<Value> {
        let named = match &when.name {
            Some(name) => {
                let sym = self.names.sym(name);
                site.named(sym)
            }
            None => None,
        };
        let mut value = named.or_else(|| when.arg.and_then(|at| site.at(at)))?;
        for part in when.key.iter().flat_map(|k| k.split('.')) {
            let key = match part.parse() {
                Ok(at) => Key::At(at),
                Err(_) => Key::Name(self.names.sym(part)),
            };
            let object = value.object()?;
            value = object.entries.iter().find(|(k, _)| *k == key).map(|(_, v)| v.clone())?;
        }
        Some(value)
    }

    /// Whether an expression names something spelled as `when` wants, other than in constant text.
    fn mentions(&self, m: &Module, e: ExprId, when: &When, depth: u8) -> bool {
        if depth == 0 || m.exprs.len() <= e.0 as usize {
            return false;
        }
        let has = |text: &str| {
            let text = text.to_ascii_lowercase();
            let any = |words: &[String]| words.iter().any(|w| text.contains(w.as_str()));
            any(&when.spelled) && !any(&when.unlike)
        };
        let inner = |e: &ExprId| self.mentions(m, *e, when, depth - 1);
        match &m.expr(e).kind {
            ExprKind::Var { .. } => {
                let span = m.expr(e).span;
                has(&self.files.text(self.frames.last().map_or(0, |f| f.file), span.start, span.end))
            }
            ExprKind::Attr(_, sym) => has(self.names.text(*sym)),
            ExprKind::Index(base, key) => {
                matches!(&m.expr(*key).kind, ExprKind::Const(Const::Str(text)) if has(text)) || inner(base)
            }
            ExprKind::Text(parts) | ExprKind::Union(parts) | ExprKind::Seq(parts) => parts.iter().any(inner),
            ExprKind::Binary(_, a, b) => inner(a) || inner(b),
            ExprKind::Call { callee, args } => {
                // `text.format(x)` holds its arguments, `x.encode()` its receiver; of other calls nobody knows.
                match &m.expr(*callee).kind {
                    ExprKind::Attr(base, s) => match self.names.text(*s) {
                        "format" => args.iter().any(|a| inner(&a.value)),
                        "encode" | "strip" | "toString" => inner(base),
                        _ => false,
                    },
                    _ => false,
                }
            }
            ExprKind::Collection(entries) => entries.iter().any(|e| inner(&e.value)),
            _ => false,
        }
    }

    /// Whether the text of the receiver holds one of `words`; no words hold for any.
    pub(super) fn is_called(&self, site: &Site<'_>, words: &[String]) -> bool {
        if words.is_empty() {
            return true;
        }
        let Some((place, _)) = &site.receiver else { return false };
        let span = site.m.expr(*place).span;
        let file = self.frames.last().map_or(0, |f| f.file);
        let end = span.end.min(span.start.saturating_add(200));
        let text = self.files.text(file, span.start, end).to_ascii_lowercase();
        words.iter().any(|w| text.contains(w.as_str()))
    }
}

fn is_same(value: &Value, wanted: &Literally) -> bool {
    match (&value.constant, wanted) {
        (Some(Const::Bool(a)), Literally::Bool(b)) => a == b,
        (Some(Const::Int(a)), Literally::Int(b)) => a == b,
        (Some(Const::Int(a)), Literally::Bool(b)) => i64::from(*b) == *a,
        (Some(Const::Float(a)), Literally::Float(b)) => (a - b).abs() < f64::EPSILON,
        (Some(Const::Str(a)), Literally::Text(b)) => a.eq_ignore_ascii_case(b),
        (Some(Const::Null), Literally::Text(b)) => b == "null",
        _ => false,
    }
}
