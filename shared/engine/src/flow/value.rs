//! What the engine knows of a value: where it may come from, what it is made of, what it is called.
//!
//! Values are immutable and shared; changing a container makes a new one, or changes in place where nobody else holds
//! it. Every list in a value has a cap, so that no program can make one value costly.

mod join;
mod taint;

use std::rc::Rc;

use super::ir::{ClassId, Const, FnId};
use super::names::{Name, Sym};
pub(super) use taint::{Label, Taint};

/// A set of sink classes, one bit each.
pub(super) type Mask = u32;

/// Labels on one value; what is beyond is dropped, the strongest came first.
pub(super) const LABELS: usize = 6;
/// Known elements of one container.
pub(super) const ENTRIES: usize = 48;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Origin {
    /// A read of something an outsider controls, by position in the run's list, or one
    /// element of what was read.
    Source { at: u32, key: Sym },
    /// A parameter (or one element of it) of the activation `call`.
    Param { call: u32, index: u16, key: Sym },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FnRef {
    pub(super) file: u32,
    pub(super) function: FnId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ClassRef {
    pub(super) file: u32,
    pub(super) class: ClassId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    Name(Sym),
    At(i64),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Object {
    pub(super) class: Option<ClassRef>,
    pub(super) entries: Vec<(Key, Value)>,
    /// Elements whose key is not known.
    pub(super) rest: Value,
    /// `entries` are all there is.
    pub(super) exact: bool,
}

/// What holds of some origins when the value turns out true, or false.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Test {
    pub(super) yes: Vec<(Origin, Mask)>,
    pub(super) no: Vec<(Origin, Mask)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Object(Object),
    Function(FnRef),
    Class(ClassRef),
    /// Another file of the repository.
    Module(u32),
    /// A folder of the repository, as a package of modules.
    Folder(Sym),
    /// A method with its receiver.
    Bound(FnRef, Value),
    Test(Test),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Value {
    pub(super) taint: Taint,
    pub(super) constant: Option<Const>,
    /// How it was obtained, or its type.
    pub(super) name: Name,
    pub(super) shape: Option<Rc<Shape>>,
    pub(super) traits: Traits,
    /// The classes for which a sanitiser gave it, or all its parts that are no constants. Taint does not say that: a value
    /// of which nobody knows where it comes from has none.
    pub(super) clean: Mask,
}

/// Small facts about a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Traits(u8);

impl Traits {
    /// A variable nobody has set.
    pub(super) const UNSET: Self = Self(1);
    /// A parameter as it came in.
    pub(super) const PARAM: Self = Self(2);
    /// Text put together from parts.
    pub(super) const BUILT: Self = Self(4);
    /// A source as it was read.
    pub(super) const FRESH: Self = Self(16);
    /// One of several constants, or text of such.
    pub(super) const FIXED: Self = Self(8);
    /// Text whose beginning, which no outsider chose, says where it leads: a host, or a path of one's own.
    pub(super) const ANCHORED: Self = Self(32);
    /// What a call gives that does not come back.
    pub(super) const NEVER: Self = Self(64);

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl Value {
    pub(super) fn unset() -> Self {
        Self { traits: Traits::UNSET, ..Self::default() }
    }

    pub(super) fn constant(constant: Const) -> Self {
        Self { constant: Some(constant), ..Self::default() }
    }

    pub(super) fn named(name: Name) -> Self {
        Self { name, ..Self::default() }
    }

    pub(super) fn shaped(shape: Shape) -> Self {
        Self { shape: Some(Rc::new(shape)), ..Self::default() }
    }

    pub(super) fn tainted(taint: Taint) -> Self {
        Self { taint, ..Self::default() }
    }

    /// Nothing but constants of the program is in it.
    pub(super) fn is_fixed(&self) -> bool {
        self.constant.is_some() || self.traits.has(Traits::FIXED)
    }

    /// The same of a container's elements.
    pub(super) fn is_fixed_throughout(&self) -> bool {
        let Some(object) = self.object() else { return self.is_fixed() };
        let rest = &object.rest;
        self.taint.is_clean()
            && object.entries.iter().all(|(_, element)| element.is_fixed())
            && (rest.is_fixed() || object.exact && *rest == Self::default())
    }

    /// The value as one of several that are made alike: none of them is known, but all may be constants.
    pub(super) fn into_element(self) -> Self {
        let traits = if self.is_fixed() { self.traits.with(Traits::FIXED) } else { self.traits };
        Self { constant: None, traits, ..self }
    }

    /// The classes for which no part of it is raw: constants, and what sanitisers gave.
    pub(super) fn cleaned(&self) -> Mask {
        self.deep_cleaned(4)
    }

    fn deep_cleaned(&self, depth: u8) -> Mask {
        match self.object() {
            _ if self.is_fixed() => Mask::MAX,
            Some(_) if depth == 0 => 0,
            Some(object) => {
                let rest = if object.exact { Mask::MAX } else { object.rest.deep_cleaned(depth - 1) };
                object.entries.iter().fold(rest, |all, (_, value)| all & value.deep_cleaned(depth - 1))
            }
            None => self.clean,
        }
    }

    pub(super) fn is_unset(&self) -> bool {
        self.traits.has(Traits::UNSET)
    }

    pub(super) fn object(&self) -> Option<&Object> {
        match self.shape.as_deref() {
            Some(Shape::Object(object)) => Some(object),
            Some(
                Shape::Function(_)
                | Shape::Class(_)
                | Shape::Module(_)
                | Shape::Folder(_)
                | Shape::Bound(..)
                | Shape::Test(_),
            )
            | None => None,
        }
    }

    pub(super) fn test(&self) -> Option<&Test> {
        if let Some(Shape::Test(test)) = self.shape.as_deref() { Some(test) } else { None }
    }

    pub(super) fn function(&self) -> Option<FnRef> {
        match self.shape.as_deref() {
            Some(Shape::Function(f) | Shape::Bound(f, _)) => Some(*f),
            Some(
                Shape::Object(_) | Shape::Class(_) | Shape::Module(_) | Shape::Folder(_) | Shape::Test(_),
            )
            | None => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Some(Const::Str(text)) = &self.constant { Some(text) } else { None }
    }

    pub(super) fn truth(&self) -> Option<bool> {
        match self.constant.as_ref()? {
            Const::Str(text) => Some(!text.is_empty()),
            Const::Int(n) => Some(*n != 0),
            Const::Float(x) => Some(*x != 0.0),
            Const::Bool(b) => Some(*b),
            Const::Null => Some(false),
        }
    }

    /// Everything that may be in it, elements included.
    pub(super) fn all_taint(&self) -> Taint {
        self.deep_taint(4)
    }

    fn deep_taint(&self, depth: u8) -> Taint {
        let mut all = self.taint.clone();
        if let (Some(object), true) = (self.object(), depth > 0) {
            for (_, value) in &object.entries {
                all = all.union(&value.deep_taint(depth - 1));
            }
            all = all.union(&object.rest.deep_taint(depth - 1));
        }
        all
    }

    /// One element, where its key is known.
    pub(super) fn element(&self, key: Key) -> Option<Value> {
        let object = self.object()?;
        let at_end = |n: i64| i64::try_from(object.entries.len()).ok().map(|len| len + n);
        let key = match key {
            Key::At(n) if n < 0 && object.exact => Key::At(at_end(n)?),
            Key::At(_) | Key::Name(_) => key,
        };
        let found = object.entries.iter().find(|(k, _)| *k == key).map(|(_, v)| v.clone());
        match found {
            Some(value) if object.exact => Some(value),
            Some(value) => Some(Value { taint: value.taint.union(&object.rest.taint), ..value }),
            None if object.exact => Some(Value::default()),
            None => Some(object.rest.clone()),
        }
    }

    /// Any element, as a loop gives them.
    pub(super) fn any_element(&self) -> Value {
        let Some(object) = self.object() else {
            return Value { taint: self.taint.clone(), ..Value::default() };
        };
        let mut any = object.rest.clone();
        for (_, value) in &object.entries {
            any = if any == Value::default() { value.clone() } else { any.join(value) };
        }
        any.taint = any.taint.union(&self.taint);
        any
    }

    /// The object in place, made one if it is none yet.
    pub(super) fn object_mut(&mut self) -> &mut Object {
        if self.object().is_none() {
            self.shape = Some(Rc::new(Shape::Object(Object::default())));
        }
        self.constant = None;
        let shape = Rc::make_mut(self.shape.get_or_insert_with(|| Rc::new(Shape::Object(Object::default()))));
        if !matches!(shape, Shape::Object(_)) {
            *shape = Shape::Object(Object::default());
        }
        match shape {
            Shape::Object(object) => object,
            Shape::Function(_)
            | Shape::Class(_)
            | Shape::Module(_)
            | Shape::Folder(_)
            | Shape::Bound(..)
            | Shape::Test(_) => {
                unreachable!("made an object just above")
            }
        }
    }
}

impl Object {
    /// Puts `value` under `key`, replacing what was there.
    pub(super) fn put(&mut self, key: Option<Key>, value: Value) {
        match key {
            Some(key) => match self.entries.iter().position(|(k, _)| *k == key) {
                Some(at) => self.entries[at].1 = value,
                None if self.entries.len() < ENTRIES => self.entries.push((key, value)),
                None => self.spill(&value),
            },
            None => self.spill(&value),
        }
    }

    fn spill(&mut self, value: &Value) {
        self.exact = false;
        self.rest = if self.rest == Value::default() { value.clone() } else { self.rest.join(value) };
    }
}
