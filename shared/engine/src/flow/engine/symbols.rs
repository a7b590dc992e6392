//! The symbols that a function is run on: what each parameter may hold, by its type, its default and its name.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most forms of a value or expression have no row of their own"
)]

use super::super::ir::{ExprKind, Module, Param, Target};
use super::super::names::{Name, Sym};
use super::super::value::{ClassRef, FnRef, Label, Origin, Shape, Taint, Traits, Value};
use super::Engine;
use super::summary::RECEIVER;

impl Engine<'_> {
    pub(super) fn bind_symbols(&mut self, m: &Module, at: FnRef, call: u32) {
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
