//! Where two paths meet: what may hold on either one.

use std::rc::Rc;

use super::{Mask, Object, Shape, Test, Traits, Value};

impl Value {
    /// The value after a branch: taint of both, what both agree on, and the one type or shape that is known.
    pub(in super::super) fn join(&self, other: &Self) -> Self {
        if self.is_unset() {
            return other.clone();
        }
        if other.is_unset() {
            return self.clone();
        }
        let fixed = if self.is_fixed() && other.is_fixed() { Traits::FIXED } else { Traits::default() };
        let leads = |v: &Self| v.traits.has(Traits::ANCHORED) || v.taint.is_clean();
        let both = self.traits.with(other.traits);
        let anchored = both.has(Traits::ANCHORED) && leads(self) && leads(other);
        let lost = Traits::UNSET.with(Traits::FIXED).with(Traits::ANCHORED).with(Traits::NEVER);
        let kept = both.without(lost).with(fixed);
        let clean = |v: &Self| if v.is_fixed() { Mask::MAX } else { v.clean };
        Self {
            clean: clean(self) & clean(other),
            taint: self.taint.union(&other.taint),
            constant: if self.constant == other.constant { self.constant.clone() } else { None },
            name: if self.name.is_known() { self.name } else { other.name },
            shape: join_shapes(self.shape.as_ref(), other.shape.as_ref()),
            traits: if anchored { kept.with(Traits::ANCHORED) } else { kept },
        }
    }
}

fn join_shapes(a: Option<&Rc<Shape>>, b: Option<&Rc<Shape>>) -> Option<Rc<Shape>> {
    let (a, b) = match (a, b) {
        (Some(a), Some(b)) => (a, b),
        (Some(one), None) | (None, Some(one)) => {
            return match &**one {
                // A container that may also be something else has elements that may be absent.
                Shape::Object(object) if object.exact => {
                    Some(Rc::new(Shape::Object(Object { exact: false, ..object.clone() })))
                }
                Shape::Test(_) => None,
                Shape::Object(_)
                | Shape::Function(_)
                | Shape::Class(_)
                | Shape::Module(_)
                | Shape::Folder(_)
                | Shape::Bound(..) => Some(Rc::clone(one)),
            };
        }
        (None, None) => return None,
    };
    if Rc::ptr_eq(a, b) {
        return Some(Rc::clone(a));
    }
    match (&**a, &**b) {
        (Shape::Object(x), Shape::Object(y)) => Some(Rc::new(Shape::Object(join_objects(x, y)))),
        (Shape::Test(x), Shape::Test(y)) => Some(Rc::new(Shape::Test(Test {
            yes: x.yes.iter().filter(|f| y.yes.contains(f)).copied().collect(),
            no: x.no.iter().filter(|f| y.no.contains(f)).copied().collect(),
        }))),
        _ => Some(Rc::clone(a)),
    }
}

fn join_objects(x: &Object, y: &Object) -> Object {
    let same_keys = x.entries.len() == y.entries.len()
        && x.entries.iter().all(|(k, _)| y.entries.iter().any(|(other, _)| other == k));
    let mut out =
        Object { class: x.class.or(y.class), exact: x.exact && y.exact && same_keys, ..Object::default() };
    for (key, value) in &x.entries {
        let other = y.entries.iter().find(|(k, _)| k == key).map(|(_, v)| v);
        out.entries.push((*key, other.map_or_else(|| value.clone(), |o| value.join(o))));
    }
    for (key, value) in &y.entries {
        if !x.entries.iter().any(|(k, _)| k == key) && out.entries.len() < super::ENTRIES {
            out.entries.push((*key, value.clone()));
        }
    }
    out.rest = x.rest.join(&y.rest);
    out
}
