//! What known functions do to containers: sequences and mappings.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most forms of a value or expression have no row of their own"
)]

use super::super::ir::Const;
use super::super::rules::file::Effect;
use super::super::value::{Key, Object, Shape, Value};
use super::Engine;
use super::call::Site;

impl Engine<'_> {
    pub(super) fn sequence_effect(&mut self, site: &Site<'_>, effect: Effect) -> Value {
        let mut value = site.receiver_value();
        let mut taken = Value::default();
        let known =
            value.object().is_some_and(|o| o.exact && o.entries.iter().all(|(k, _)| matches!(k, Key::At(_))));
        if !known {
            let any = value.any_element();
            if matches!(effect, Effect::Pop | Effect::Shift) {
                return site
                    .at(0)
                    .filter(|k| k.text().is_some())
                    .map_or(any, |k| self.index(&value, &k, site.span));
            }
            let skip = usize::from(effect == Effect::Insert && site.args.len() > 1);
            for given in site.args.iter().skip(skip) {
                let inner = if given.spread { given.value.any_element() } else { given.value.clone() };
                value.object_mut().put(None, inner);
            }
            self.put_back(site, value);
            return Value::default();
        }
        let object = value.object_mut();
        let mut items: Vec<Value> = std::mem::take(&mut object.entries).into_iter().map(|(_, v)| v).collect();
        let position = |at: Option<Value>, len: usize| match at.and_then(|v| v.constant) {
            Some(Const::Int(n)) if n < 0 => usize::try_from(-n).ok().and_then(|n| len.checked_sub(n)),
            Some(Const::Int(n)) => usize::try_from(n).ok().filter(|n| *n <= len),
            _ => None,
        };
        let given: Vec<Value> = site.args.iter().map(|g| g.value.clone()).collect();
        match effect {
            Effect::Push => items.extend(given),
            Effect::Unshift => drop(items.splice(0..0, given)),
            Effect::Insert => match (position(site.at(0), items.len()), site.at(1)) {
                (Some(at), Some(new)) => items.insert(at, new),
                _ => object.exact = false,
            },
            Effect::Shift if !items.is_empty() => taken = items.remove(0),
            Effect::Pop if site.args.is_empty() => taken = items.pop().unwrap_or_default(),
            Effect::Pop => match position(site.at(0), items.len()).filter(|at| *at < items.len()) {
                Some(at) => taken = items.remove(at),
                None => {
                    object.exact = false;
                    taken = items.iter().fold(Value::unset(), |all, v| all.join(v));
                }
            },
            _ => {}
        }
        for (at, item) in (0_i64..).zip(items) {
            object.put(Some(Key::At(at)), item);
        }
        let own = value.taint.clone();
        self.put_back(site, value);
        Value { taint: taken.taint.union(&own), ..taken }
    }

    /// One key of all the parts, where each is constant.
    pub(super) fn compound_key(&mut self, parts: &[Value]) -> Option<Key> {
        if let [one] = parts {
            return self.key(one);
        }
        let mut text = String::new();
        for part in parts {
            super::constant::show(part.constant.as_ref()?, &mut text);
            text.push('\u{1f}');
        }
        Some(Key::Name(self.names.sym(&text)))
    }

    pub(super) fn container_effect(&mut self, site: &Site<'_>, effect: Effect) -> Value {
        let from = match &site.receiver {
            Some((_, receiver)) if receiver.object().is_some() || !receiver.taint.is_clean() => {
                receiver.clone()
            }
            _ => site.at(0).unwrap_or_default(),
        };
        match effect {
            Effect::Pairs => {
                let mut pair = Object { exact: true, ..Object::default() };
                pair.put(Some(Key::At(0)), Value::tainted(from.taint.clone()));
                pair.put(Some(Key::At(1)), Value { constant: None, ..from.any_element() });
                let rest = Value::shaped(Shape::Object(pair));
                Value::shaped(Shape::Object(Object { rest, ..Object::default() }))
            }
            Effect::Values => {
                let rest = Value { constant: None, ..from.any_element() };
                Value::shaped(Shape::Object(Object { rest, ..Object::default() }))
            }
            Effect::List => match site.args.as_slice() {
                [] => Value::shaped(Shape::Object(Object { exact: true, ..Object::default() })),
                [one] => Value { name: Default::default(), ..one.value.clone() },
                _ => Value::tainted(site.args_taint()),
            },
            _ => {
                let mut object = Object { exact: site.at(0).is_none(), ..Object::default() };
                for given in &site.args {
                    let key = (given.name != super::Sym::NONE).then_some(Key::Name(given.name));
                    object.put(
                        key,
                        if key.is_some() { given.value.clone() } else { given.value.any_element() },
                    );
                }
                if let (Some(first), 1) = (site.at(0), site.args.len()) {
                    return first;
                }
                Value::shaped(Shape::Object(object))
            }
        }
    }
}

/// `from`'s elements, and its own taint, into `into`.
pub(super) fn merge(into: &mut Value, from: &Value) {
    let own = into.taint.union(&from.taint);
    match from.object() {
        Some(other) => {
            let object = into.object_mut();
            for (key, value) in &other.entries {
                let key = matches!(key, Key::Name(_)).then_some(*key);
                object.put(key, value.clone());
            }
            object.exact &= other.exact;
            object.rest = object.rest.join(&other.rest);
        }
        None if from.taint.is_clean() => into.object_mut().exact = false,
        None => into.object_mut().put(None, Value::tainted(from.taint.clone())),
    }
    into.taint = own;
}
