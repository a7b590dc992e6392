//! What known functions do to receivers, arguments and results.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most forms of a value or expression have no row of their own"
)]

use super::super::ir::Const;
use super::super::names::Sym;
use super::super::rules::Ref;
use super::super::rules::file::{Effect, On, Propagator};
use super::super::value::{Key, Object, Shape, Taint, Test, Traits, Value};
use super::Engine;
use super::anchor::leads;
use super::call::Site;
use super::container::merge;

impl Engine<'_> {
    #[expect(clippy::too_many_lines, reason = "one row for each form")]
    pub(super) fn effect(&mut self, site: &Site<'_>, at: u32) -> Value {
        let rule = self.rules.propagator(at);
        let effect = rule.effect;
        match effect {
            Effect::Mark => {
                let value = Value { name: self.rules.becomes(at), ..site.receiver_value() };
                self.put_back(site, value);
                Value::default()
            }
            Effect::Become => {
                Value { name: self.rules.becomes(at), taint: site.args_taint(), ..Value::default() }
            }
            Effect::Keys => Value { taint: site.receiver_value().taint, ..Value::default() },
            Effect::Push | Effect::Unshift | Effect::Insert | Effect::Pop | Effect::Shift => {
                self.sequence_effect(site, effect)
            }
            Effect::Store => self.store_effect(site),
            Effect::Load => self.load_effect(site, rule),
            Effect::Extend => {
                let mut value = site.receiver_value();
                for given in &site.args {
                    merge(&mut value, &given.value);
                }
                self.put_back(site, value.clone());
                Value::default()
            }
            Effect::Assign => {
                let mut value = site.at(0).unwrap_or_default();
                for given in site.args.iter().skip(1) {
                    merge(&mut value, &given.value);
                }
                if let Some(place) = site.expr_at(0) {
                    self.store(site.m, place, value.clone(), site.span);
                }
                value
            }
            Effect::Fill => {
                let rest = site.at(0).unwrap_or_default().into_element();
                Value::shaped(Shape::Object(Object { rest, ..Object::default() }))
            }
            Effect::Absorb => {
                let taint = site.args_taint();
                if let Some((place, _)) = &site.receiver {
                    self.taint_place(site.m, *place, &taint);
                }
                let receiver = site.receiver_value();
                Value { taint: receiver.taint.union(&taint), ..receiver }
            }
            Effect::Receiver => {
                let receiver = site.receiver_value();
                Value { traits: receiver.traits.without(Traits::PARAM), ..receiver }
            }
            Effect::Args => {
                let taint = rule
                    .args
                    .iter()
                    .filter_map(|at| site.at(*at))
                    .fold(Taint::default(), |all, v| all.union(&v.all_taint()));
                Value::tainted(taint)
            }
            Effect::Nothing => Value::default(),
            Effect::Map
            | Effect::Filter
            | Effect::Then
            | Effect::Event
            | Effect::MapArg
            | Effect::FilterArg => self.callback_effect(site, rule, effect),
            Effect::Pairs | Effect::Values | Effect::List | Effect::Dict => {
                self.container_effect(site, effect)
            }
            Effect::Lower
            | Effect::Upper
            | Effect::Trim
            | Effect::Replace
            | Effect::Length
            | Effect::Join
            | Effect::Split
            | Effect::Format
            | Effect::StartsWith
            | Effect::EndsWith
            | Effect::Contains
            | Effect::IndexOf => self.text_effect(site, effect),
        }
    }

    pub(super) fn put_back(&mut self, site: &Site<'_>, value: Value) {
        if let Some((place, _)) = &site.receiver {
            self.store(site.m, *place, value, site.span);
        }
    }

    fn store_effect(&mut self, site: &Site<'_>) -> Value {
        let mut values: Vec<Value> = site.args.iter().map(|g| g.value.clone()).collect();
        let Some(last) = values.pop() else { return Value::default() };
        let mut holder = site.receiver_value();
        if values.is_empty() {
            merge(&mut holder, &last);
        } else {
            let key = self.compound_key(&values);
            holder.object_mut().put(key, last);
        }
        self.put_back(site, holder.clone());
        Value { taint: Taint::default(), ..holder }
    }

    fn load_effect(&mut self, site: &Site<'_>, rule: &Propagator) -> Value {
        let receiver = site.receiver_value();
        let keys = if rule.args.is_empty() { site.args.len() } else { rule.args.len() };
        let parts: Vec<Value> = (0..keys).filter_map(|at| site.at(at)).collect();
        let default = site.at(keys).unwrap_or_default();
        let name = receiver.name;
        let mut value = match self.compound_key(&parts) {
            Some(Key::Name(sym)) if parts.len() == 1 => self.member(&receiver, sym, site.span),
            Some(key) => receiver.element(key).unwrap_or_else(|| receiver.any_element()),
            None => receiver.any_element(),
        };
        value.taint = value.taint.union(&receiver.taint).union(&default.all_taint());
        if !default.taint.is_clean()
            || default.constant.is_some() && receiver.object().is_none_or(|o| !o.exact)
        {
            value.constant = None;
        }
        if value.name.is_known() || !name.is_known() {
            value
        } else {
            Value { name: self.names.call(name), ..value }
        }
    }

    fn callback_effect(&mut self, site: &Site<'_>, rule: &Propagator, effect: Effect) -> Value {
        let at = rule.callback.unwrap_or(0);
        let maps = matches!(effect, Effect::Map | Effect::MapArg);
        let receiver = site.receiver_value();
        let given = || site.at(usize::from(at == 0)).unwrap_or_default();
        let element = match effect {
            Effect::MapArg | Effect::FilterArg => given().any_element(),
            Effect::Then | Effect::Event => Value { traits: Traits::default(), ..receiver.clone() },
            _ => receiver.any_element(),
        };
        let Some(callback) = site.at(at).filter(|c| c.function().is_some()) else {
            let taint = receiver.all_taint().union(&site.args_taint());
            if effect == Effect::FilterArg {
                return Value { constant: None, ..given() };
            }
            let clean = site.at(at).map_or(0, |c| self.cleaned_by(&c));
            return match maps {
                true => Value { clean, ..Value::tainted(taint.without(clean)) },
                false => Value::tainted(taint),
            };
        };
        let wide = Value { constant: None, ..element };
        // After the element comes its index.
        let index = Value { traits: Traits::FIXED, ..Value::default() };
        // A fold gives what it has so far first: both may hold any element.
        let args = vec![wide.clone(), wide.clone(), Value::default(), Value::default()];
        let args = match effect {
            Effect::Then | Effect::Event => vec![wide],
            Effect::Map => vec![wide, index, receiver.clone()],
            _ => args,
        };
        let returned = self.call_back(&callback, args, site);
        match effect {
            Effect::Then => returned,
            Effect::Map | Effect::MapArg => {
                let rest = returned.into_element();
                Value::shaped(Shape::Object(Object { rest, ..Object::default() }))
            }
            Effect::FilterArg => Value { constant: None, ..given() },
            _ => Value { constant: None, ..receiver },
        }
    }

    /// What a library's function, handed over by name, makes harmless: `Number` in `list.map(Number)`.
    fn cleaned_by(&mut self, callback: &Value) -> u32 {
        let refs = self.matching(On::Call, callback.name, Sym::NONE);
        let clean = refs.iter().filter_map(|r| match r {
            Ref::Sanitiser(at) => Some(self.rules.sanitiser(*at)).filter(|s| s.when.is_empty()),
            Ref::Source(_)
            | Ref::Sink(..)
            | Ref::Shape(..)
            | Ref::Propagator(_)
            | Ref::Guard(_)
            | Ref::Entry(_) => None,
        });
        clean.fold(0, |all, s| all | self.rules.mask(&s.classes))
    }

    fn text_effect(&mut self, site: &Site<'_>, effect: Effect) -> Value {
        let receiver = site.receiver_value();
        let subject = if site.receiver.is_some() && effect != Effect::Length {
            receiver
        } else {
            site.at(0).unwrap_or(receiver)
        };
        if let Some(constant) = fold(effect, &subject, site) {
            return constant;
        }
        match effect {
            Effect::Length => Value::default(),
            Effect::StartsWith | Effect::EndsWith => Value::default(),
            Effect::Contains | Effect::IndexOf => {
                let wanted = site.at(0).unwrap_or_default();
                let test = match wanted.text() {
                    Some(text) => self.contains_test(text, &subject),
                    None if subject.all_taint().is_clean() => {
                        Test { yes: super::operate::everything(&wanted), no: Vec::new() }
                    }
                    None => Test::default(),
                };
                if test == Test::default() { Value::default() } else { Value::shaped(Shape::Test(test)) }
            }
            Effect::Split => {
                let taint = subject.all_taint();
                let rest = Value::tainted(taint.clone());
                Value { taint, ..Value::shaped(Shape::Object(Object { rest, ..Object::default() })) }
            }
            _ => {
                let taint = subject.all_taint().union(&site.args_taint());
                let built =
                    matches!(effect, Effect::Join | Effect::Format) || subject.traits.has(Traits::BUILT);
                let begins = subject.text().and_then(|t| t.split('{').next()).unwrap_or_default();
                let is_fixed =
                    subject.is_fixed_throughout() && site.args.iter().all(|g| g.value.is_fixed_throughout());
                let traits = match built {
                    _ if is_fixed && matches!(effect, Effect::Join | Effect::Format) => Traits::FIXED,
                    true if effect == Effect::Format && leads(begins) => Traits::BUILT.with(Traits::ANCHORED),
                    true => Traits::BUILT,
                    false => Traits::default(),
                };
                let clean = match effect {
                    Effect::Format if super::operate::cuts(&subject) => 0,
                    Effect::Join | Effect::Format => {
                        site.args.iter().fold(subject.cleaned(), |all, given| all & given.value.cleaned())
                    }
                    // Other letters, or fewer, may undo what a sanitiser did.
                    _ => 0,
                };
                Value { taint, traits, clean, ..Value::default() }
            }
        }
    }
}

fn fold(effect: Effect, subject: &Value, site: &Site<'_>) -> Option<Value> {
    let text = |t: String| Some(Value::constant(Const::Str(t.into())));
    let flag = |b: bool| Some(Value::constant(Const::Bool(b)));
    if effect == Effect::Length
        && let Some(object) = subject.object()
    {
        let len = i64::try_from(object.entries.len()).ok().filter(|_| object.exact)?;
        return Some(Value::constant(Const::Int(len)));
    }
    let it = subject.text()?;
    let first = site.at(0);
    let other = first.as_ref().and_then(Value::text);
    match effect {
        Effect::Lower => text(it.to_lowercase()),
        Effect::Upper => text(it.to_uppercase()),
        Effect::Trim if site.args.is_empty() => text(it.trim().to_owned()),
        Effect::Length => Some(Value::constant(Const::Int(i64::try_from(it.chars().count()).ok()?))),
        Effect::StartsWith => flag(it.starts_with(other?)),
        Effect::EndsWith => flag(it.ends_with(other?)),
        Effect::Contains => flag(it.contains(other?)),
        Effect::IndexOf => {
            let at = it.find(other?).map_or(Ok(-1), i64::try_from).ok()?;
            Some(Value::constant(Const::Int(at)))
        }
        Effect::Replace => {
            let second = site.at(1);
            let to = second.as_ref().and_then(Value::text)?;
            let from = other.filter(|f| !f.is_empty())?;
            (it.len() < 512).then(|| it.replace(from, to)).and_then(text)
        }
        _ => None,
    }
}
