//! Operators on values: constants where both sides are, tests where one side is tainted.

use super::super::ir::{Const, Op, Span};
use super::super::value::{Origin, Shape, Test, Traits, Value};
use super::Engine;
use super::anchor::{Lead, leads};

impl Engine<'_> {
    pub(super) fn operate(&mut self, op: Op, a: &Value, b: &Value, span: Span) -> Value {
        match op {
            Op::Add | Op::Mod => self.combine(op, a, b),
            Op::Eq | Op::Ne => self.equals(op == Op::Eq, a, b, span),
            Op::In | Op::NotIn => self.within(op == Op::In, a, b),
            Op::Lt | Op::Le | Op::Gt | Op::Ge => {
                let constant = fold(op, a, b);
                match a.test().filter(|_| constant.is_none()) {
                    // `text.find(x) >= 0` and the like ask what `text.find(x)` found.
                    Some(test) if is_nothing(b) => {
                        let kept = matches!(op, Op::Gt | Op::Ge);
                        Value::shaped(Shape::Test(if kept { test.clone() } else { swap(test) }))
                    }
                    _ => Value { constant, ..Value::default() },
                }
            }
            Op::Sub | Op::Mul | Op::Div | Op::FloorDiv | Op::Pow | Op::Bits => {
                let constant = fold(op, a, b);
                let taint = if constant.is_some() { Default::default() } else { a.taint.union(&b.taint) };
                // `folder / name` keeps the type of what it is added to.
                let name = if op == Op::Div { a.name } else { Default::default() };
                // `b"x" * n` is fixed, whatever the length.
                let fixed = a.is_fixed() && b.is_fixed()
                    || op == Op::Mul && (a.text().is_some() || b.text().is_some())
                    || op == Op::Mul && a.object().is_some() && a.is_fixed_throughout();
                let traits = if fixed && taint.is_clean() { Traits::FIXED } else { Traits::default() };
                Value { constant, taint, name, traits, ..Value::default() }
            }
            Op::And | Op::Or | Op::Coalesce => Value { traits: Traits::default(), ..a.join(b) },
        }
    }

    fn combine(&mut self, op: Op, a: &Value, b: &Value) -> Value {
        if let Some(constant) = fold(op, a, b) {
            return Value::constant(constant);
        }
        let is_text = a.text().is_some()
            || b.text().is_some()
            || a.traits.has(Traits::BUILT)
            || b.traits.has(Traits::BUILT);
        let traits = if a.is_fixed() && b.is_fixed() {
            Traits::FIXED
        } else if is_text && is_anchored(op, a, b) {
            Traits::BUILT.with(Traits::ANCHORED)
        } else if is_text {
            Traits::BUILT
        } else {
            Traits::default()
        };
        let object = match (a.object(), b.object()) {
            (Some(_), Some(_)) if op == Op::Add => a.join(b).shape,
            _ => None,
        };
        let taint =
            if object.is_some() { a.taint.union(&b.taint) } else { a.all_taint().union(&b.all_taint()) };
        let is_markup = |v: &Value| v.name.is_known() && self.rules.markup.contains(&v.name);
        let taint = if is_markup(a) || is_markup(b) { taint.without(self.rules.class("xss")) } else { taint };
        let clean = if op == Op::Mod && cuts(a) { 0 } else { a.cleaned() & b.cleaned() };
        Value { taint, traits, shape: object, clean, ..Value::default() }
    }

    fn equals(&mut self, equal: bool, a: &Value, b: &Value, span: Span) -> Value {
        self.note_compared(a, b, span);
        if let Some(constant) = fold(if equal { Op::Eq } else { Op::Ne }, a, b) {
            return Value::constant(constant);
        }
        let test = match (a.test(), b.test()) {
            (Some(test), _) if is_nothing(b) => swap(test),
            (_, Some(test)) if is_nothing(a) => swap(test),
            _ => {
                // Equal to what no outsider controls is as good as that; equal to null or "" proves nothing.
                let (subject, other) = if a.all_taint().is_clean() { (b, a) } else { (a, b) };
                let says = other.all_taint().is_clean() && other.truth() != Some(false);
                if !says {
                    return Value::default();
                }
                Test { yes: everything(subject), no: Vec::new() }
            }
        };
        if test == Test::default() {
            return Value::default();
        }
        Value::shaped(Shape::Test(if equal { test } else { swap(&test) }))
    }

    fn within(&mut self, is_in: bool, a: &Value, b: &Value) -> Value {
        if let Some(constant) = fold(if is_in { Op::In } else { Op::NotIn }, a, b) {
            return Value::constant(constant);
        }
        let test = match a.text() {
            // Constant text looked for in the value.
            Some(text) if !b.all_taint().is_clean() => self.contains_test(text, b),
            _ if b.all_taint().is_clean() && !b.is_unset() => Test { yes: everything(a), no: Vec::new() },
            _ => Test::default(),
        };
        if test == Test::default() {
            return Value::default();
        }
        Value::shaped(Shape::Test(if is_in { test } else { swap(&test) }))
    }

    /// What it says that `text` is, or is not, in `value`.
    pub(super) fn contains_test(&self, text: &str, value: &Value) -> Test {
        let mut test = Test::default();
        let all = value.all_taint();
        for guard in self.rules.file.guard.iter().filter(|g| g.contains.iter().any(|c| c == text)) {
            let mask = self.rules.mask(&guard.classes);
            let side = if guard.when_true { &mut test.yes } else { &mut test.no };
            side.extend(all.labels().iter().map(|l| (l.origin, mask)));
        }
        test
    }
}

fn is_anchored(op: Op, a: &Value, b: &Value) -> bool {
    match a.text() {
        Some(format) if op == Op::Mod => leads(format.split('%').next().unwrap_or_default()),
        _ => {
            let mut lead = Lead::default();
            lead.add(a);
            lead.add(b);
            op == Op::Add && lead.is_anchored()
        }
    }
}

/// Whether a format shortens what it is given, or quotes it once more: `%.5s`, `{:.5}`, `%r`, `{!r}`.
pub(super) fn cuts(format: &Value) -> bool {
    format.text().is_some_and(|text| {
        let fields = text.split('%').skip(1).map(|field| {
            field.split(|c: char| c.is_ascii_alphabetic()).next().is_some_and(|flags| flags.contains('.'))
                || field.starts_with(['r', 'a'])
        });
        let braces = text.split('{').skip(1).filter_map(|field| field.split('}').next());
        let mut braces = braces.filter_map(|field| field.split_once(['!', ':']).map(|(_, rest)| rest));
        fields.into_iter().any(|cut| cut)
            || braces.any(|rest| rest.starts_with(['r', 'a']) || rest.contains('.'))
    })
}

/// All origins of `value`, for all classes.
pub(super) fn everything(value: &Value) -> Vec<(Origin, u32)> {
    value.all_taint().labels().iter().map(|l| (l.origin, u32::MAX)).collect()
}

fn swap(test: &Test) -> Test {
    Test { yes: test.no.clone(), no: test.yes.clone() }
}

/// What a search gives that found nothing.
fn is_nothing(value: &Value) -> bool {
    matches!(&value.constant, Some(Const::Null | Const::Bool(false) | Const::Int(0 | -1)))
}

fn fold(op: Op, a: &Value, b: &Value) -> Option<Const> {
    if let (Op::In | Op::NotIn, Some(object)) = (op, b.object()) {
        if !object.exact
            || object.entries.is_empty()
            || object.entries.iter().any(|(_, v)| v.constant.is_none())
        {
            return None;
        }
        let known = a.constant.as_ref()?;
        let found = object.entries.iter().any(|(_, v)| v.constant.as_ref() == Some(known));
        return Some(Const::Bool(found == (op == Op::In)));
    }
    super::constant::binary(op, a.constant.as_ref()?, b.constant.as_ref()?)
}
