//! Putting values into variables, attributes, elements and patterns.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most forms of a value or expression have no row of their own"
)]

use super::super::ir::{ExprId, ExprKind, Module, Span, Target};
use super::super::names::{Name, Sym};
use super::super::rules::file::On;
use super::super::value::{Key, Taint, Traits, Value};
use super::{Engine, What};

impl Engine<'_> {
    /// `from` is the expression that gave the value, where there is one.
    pub(super) fn assign(&mut self, m: &Module, target: &Target, value: Value, from: Option<ExprId>) {
        if self.depth >= super::DEPTH {
            return;
        }
        self.depth += 1;
        match target {
            Target::Place(place) => {
                let span = m.expr(*place).span;
                if let Some(from) = from {
                    self.note_assigned(m, *place, &value, from);
                }
                self.check_secret(m, *place, &value, span);
                let value = self.traced(value, span);
                self.store(m, *place, value, span);
            }
            Target::Tuple(parts) => self.assign_tuple(m, parts, &value),
            Target::Fields(fields) => {
                for (sym, inner, default) in fields {
                    let mut element =
                        self.member(&value, *sym, from.map_or_else(Span::default, |f| m.expr(f).span));
                    if let Some(default) = default {
                        let default = self.eval(m, *default);
                        element = if element == Value::default() {
                            default
                        } else {
                            Value { constant: None, ..element }
                        };
                    }
                    self.assign(m, inner, element, None);
                }
            }
            Target::Rest(inner) => {
                let rest = Value { constant: None, ..value };
                self.assign(m, inner, rest, None);
            }
            Target::Ignore => {}
        }
        self.depth -= 1;
    }

    fn assign_tuple(&mut self, m: &Module, parts: &[Target], value: &Value) {
        for (at, part) in (0_i64..).zip(parts) {
            let element = if matches!(part, Target::Rest(_)) {
                value.clone()
            } else {
                match value.element(Key::At(at)) {
                    Some(found) => Value { taint: found.taint.union(&value.taint), ..found },
                    None => value.any_element(),
                }
            };
            self.assign(m, part, element, None);
        }
    }

    fn traced(&mut self, value: Value, span: Span) -> Value {
        if value.taint.is_clean() {
            return Value { traits: value.traits.without(Traits::UNSET), ..value };
        }
        // What this path has proven of the value it has proven for good.
        let value = self.proven_part(value);
        let taint = value.taint.retrace(|before| self.step(span, What::Into, before));
        Value { taint, ..value }
    }

    /// Puts `value` where `place` says, building what is around it anew.
    pub(super) fn store(&mut self, m: &Module, place: ExprId, value: Value, span: Span) {
        if self.depth >= super::DEPTH {
            return;
        }
        self.depth += 1;
        match &m.expr(place).kind {
            ExprKind::Var { up, slot } => self.write(*up, *slot, value),
            ExprKind::Global(sym) => {
                let name = self.names.child(Name::NONE, *sym);
                self.check_use(m, On::Set, name, Sym::NONE, None, &[&value], span);
            }
            ExprKind::Attr(base, sym) => {
                self.store_member(m, *base, Some(Key::Name(*sym)), &Value::default(), value, span);
            }
            ExprKind::Index(base, key) => {
                let at = self.eval(m, *key);
                let key = self.key(&at);
                self.store_member(m, *base, key, &at, value, span);
            }
            ExprKind::Slice(base, ..) => self.store_member(m, *base, None, &Value::default(), value, span),
            ExprKind::Call { .. } | ExprKind::Await(_) => {
                // The place a call gives: nothing is known of where it lies.
            }
            _ => {}
        }
        self.depth -= 1;
    }

    fn store_member(
        &mut self,
        m: &Module,
        base: ExprId,
        key: Option<Key>,
        at: &Value,
        value: Value,
        span: Span,
    ) {
        let mut holder = self.eval(m, base);
        let sym = match key {
            Some(Key::Name(sym)) => sym,
            Some(Key::At(_)) | None => Sym::NONE,
        };
        self.check_set(m, base, &holder, sym, &[&value, at], span);
        if let (Some(class), Some(Key::Name(sym))) = (holder.object().and_then(|o| o.class), key) {
            self.remember_field(class, sym, &value);
        }
        if holder.is_unset() {
            holder = Value::default();
        }
        if holder.function().is_some() || holder.object().is_none() && holder.shape.is_some() {
            return;
        }
        holder.object_mut().put(key, value);
        holder.traits = holder.traits.without(Traits::PARAM);
        self.store(m, base, holder, span);
    }

    /// Adds `taint` to what `place` holds.
    pub(super) fn taint_place(&mut self, m: &Module, place: ExprId, taint: &Taint) {
        if taint.is_clean() {
            return;
        }
        let now = self.eval(m, place);
        let merged = now.taint.union(taint);
        if merged != now.taint {
            let span = m.expr(place).span;
            let value = Value { taint: merged, constant: None, ..now };
            let value = self.traced(value, span);
            self.store(m, place, value, span);
        }
    }

    /// Findings about setting `base.sym`, or the whole name of what is set.
    fn check_set(
        &mut self,
        m: &Module,
        base: ExprId,
        holder: &Value,
        sym: Sym,
        values: &[&Value],
        span: Span,
    ) {
        let name = if holder.name.is_known() { self.names.child(holder.name, sym) } else { holder.name };
        self.check_use(m, On::Set, name, sym, Some((base, holder)), values, span);
        if values.last().is_some_and(|at| !at.all_taint().is_clean()) {
            let any = self.names.path("<element>");
            self.check_use(m, On::Set, any, Sym::NONE, Some((base, holder)), values, span);
        }
    }
}
