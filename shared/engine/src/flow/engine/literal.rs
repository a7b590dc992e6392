//! Constants that are wrong by the name they are given, as a password in the code.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most forms of a value or expression have no row of their own"
)]

use super::super::ir::{Arg, Const, ExprId, ExprKind, Module, Span};
use super::super::names::Sym;
use super::super::rules::file::On;
use super::super::value::Value;
use super::Engine;

impl Engine<'_> {
    pub(super) fn note_assigned(&mut self, m: &Module, place: ExprId, value: &Value, from: ExprId) {
        if value.text().is_none() || !is_literal(m, from) {
            return;
        }
        let name = match &m.expr(place).kind {
            ExprKind::Attr(_, sym) | ExprKind::Global(sym) => self.names.text(*sym).to_owned(),
            ExprKind::Index(_, key) => match &m.expr(*key).kind {
                ExprKind::Const(Const::Str(text)) => text.to_string(),
                _ => return,
            },
            _ => self.words(m.expr(place).span),
        };
        self.note(&name, value, m.expr(from).span);
    }

    pub(super) fn note_argument(&mut self, m: &Module, arg: &Arg, value: &Value) {
        if arg.name != Sym::NONE && value.text().is_some() && is_literal(m, arg.value) {
            let name = self.names.text(arg.name).to_owned();
            self.note(&name, value, m.expr(arg.value).span);
        }
    }

    /// An entry of a mapping.
    pub(super) fn note_named(&mut self, m: &Module, key: &Value, value: &Value, from: ExprId) {
        if let (Some(name), Some(_), true) = (key.text(), value.text(), is_literal(m, from)) {
            let name = name.to_owned();
            self.note(&name, value, m.expr(from).span);
        }
    }

    pub(super) fn note_field(&mut self, sym: Sym, value: &Value, span: Span) {
        if value.text().is_some() {
            let name = self.names.text(sym).to_owned();
            self.note(&name, value, span);
        }
    }

    pub(super) fn note_compared(&mut self, a: &Value, b: &Value, span: Span) {
        let (text, is_left) = match (a.text(), b.text()) {
            (Some(_), None) => (a, true),
            (None, Some(_)) => (b, false),
            _ => return,
        };
        let words = self.words(span);
        let Some((left, right)) = words.split_once("==") else { return };
        let name = if is_left { right } else { left };
        let name = name.trim_matches(|c: char| !c.is_alphanumeric() && c != '_');
        let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
        if plain {
            let name = name.rsplit('.').next().unwrap_or(name).to_owned();
            self.note(&name, text, span);
        }
    }

    /// A value put under a name that says it is a secret.
    pub(super) fn check_secret(&mut self, m: &Module, place: ExprId, value: &Value, span: Span) {
        if value.taint.is_clean() || self.rules.file.secrets.is_empty() {
            return;
        }
        let name = match &m.expr(place).kind {
            ExprKind::Attr(_, sym) | ExprKind::Global(sym) => self.names.text(*sym).to_owned(),
            _ => self.words(m.expr(place).span),
        };
        let name = name.to_ascii_lowercase();
        if self.rules.file.secrets.iter().any(|s| name.contains(s.as_str())) {
            let any = self.names.path("<secret>");
            self.check_use(m, On::Set, any, Sym::NONE, None, &[value], span);
        }
    }

    fn words(&self, span: Span) -> String {
        let file = self.frames.last().map_or(0, |f| f.file);
        self.files.text(file, span.start, span.end.min(span.start.saturating_add(160))).into_owned()
    }

    fn note(&mut self, name: &str, value: &Value, span: Span) {
        let Some(text) = value.text() else { return };
        let name = name.to_ascii_lowercase();
        let mut hits = Vec::new();
        for (at, rule) in self.rules.file.rule.iter().enumerate() {
            for literal in &rule.literal {
                let fits = text.len() >= literal.least
                    && literal.names.iter().any(|n| name.contains(n.as_str()))
                    && !literal.except.iter().any(|n| name.contains(n.as_str()))
                    && (!literal.random || is_random(text))
                    && !is_placeholder(text, &literal.unlike);
                if fits {
                    hits.push((super::id(at), literal.certainty));
                }
            }
        }
        for (rule, certainty) in hits {
            self.record_shape(rule, span, certainty, false);
        }
    }
}

fn is_literal(m: &Module, from: ExprId) -> bool {
    matches!(m.expr(from).kind, ExprKind::Const(Const::Str(_)))
}

fn is_placeholder(text: &str, unlike: &[String]) -> bool {
    let lower = text.to_ascii_lowercase();
    let one = text.chars().next();
    text.contains([' ', '\n', '{', '<', '$', '%'])
        || text.chars().all(|c| Some(c) == one)
        || unlike.iter().any(|u| lower.contains(u.as_str()))
}

/// Letters of both cases and digits, mixed, and nothing else.
fn is_random(text: &str) -> bool {
    let has = |f: fn(&char) -> bool| text.chars().filter(f).count() >= 3;
    has(char::is_ascii_digit)
        && has(char::is_ascii_lowercase)
        && has(char::is_ascii_uppercase)
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_' | '.'))
}
