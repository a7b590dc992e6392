//! The rules of one language as data, and their look-up by name.
//!
//! A rule file says names, never code. Reading it gives [`file::RuleFile`]; [`Rules`] is the same with every name
//! interned, found by whole name (`sqlite3.connect`) or, where nothing is known of a receiver, by method (`*.execute`).

pub(super) mod file;
mod own;

use rustc_hash::FxHashMap;

use super::names::{Name, Names, Sym, id};
use super::value::Mask;
pub(crate) use own::OwnFlows;

use file::{Entry, Guard, On, Param, Propagator, RuleFile, Sanitiser, Source};

/// What a name stands for, by position in the rule file's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ref {
    Source(u32),
    /// A rule and one of its sinks.
    Sink(u32, u32),
    /// A rule and one of its call shapes.
    Shape(u32, u32),
    Sanitiser(u32),
    Propagator(u32),
    Guard(u32),
    Entry(u32),
}

pub(super) struct Rules<'r> {
    pub(super) file: &'r RuleFile,
    classes: Vec<&'r str>,
    /// Classes that flow only from sources that name them.
    private: Mask,
    whole: FxHashMap<(On, Name), Vec<Ref>>,
    methods: FxHashMap<(On, Sym), Vec<Ref>>,
    pub(super) entry_types: Vec<Vec<Name>>,
    pub(super) param_types: Vec<Name>,
    pub(super) plain_types: Vec<Name>,
    pub(super) carriers: Vec<Name>,
    pub(super) finished: Vec<Name>,
    pub(super) never: Vec<Name>,
    pub(super) vague: Vec<Name>,
    pub(super) provided: Vec<Name>,
    /// Types whose operators escape what they are joined with.
    pub(super) markup: Vec<Name>,
    /// Types that check what is put into their fields.
    pub(super) checked: Vec<Name>,
    becomes: Vec<Name>,
}

impl<'r> Rules<'r> {
    pub(super) fn new(file: &'r RuleFile, names: &mut Names) -> Self {
        let mut rules = Self {
            file,
            classes: Vec::new(),
            private: 0,
            whole: FxHashMap::default(),
            methods: FxHashMap::default(),
            entry_types: Vec::new(),
            param_types: Vec::new(),
            plain_types: Vec::new(),
            carriers: Vec::new(),
            finished: Vec::new(),
            never: Vec::new(),
            vague: Vec::new(),
            provided: Vec::new(),
            markup: Vec::new(),
            checked: Vec::new(),
            becomes: Vec::new(),
        };
        for (to, all) in &file.types {
            for from in all {
                names.alias(from, to);
            }
        }
        rules.classes.extend(file.private.iter().map(String::as_str));
        for rule in &file.rule {
            if !rule.class.is_empty() && !rules.classes.contains(&rule.class.as_str()) {
                rules.classes.push(&rule.class);
            }
        }
        rules.private = rules.mask(&file.private);
        rules.index(names);
        rules
    }

    fn index(&mut self, names: &mut Names) {
        let file = self.file;
        for (at, source) in file.source.iter().enumerate() {
            self.add(source.on, &source.matches, Ref::Source(id(at)), names);
        }
        for (at, rule) in file.rule.iter().enumerate() {
            for (n, sink) in rule.sink.iter().enumerate() {
                self.add(sink.on, &sink.matches, Ref::Sink(id(at), id(n)), names);
            }
            for (n, shape) in rule.shape.iter().enumerate() {
                self.add(shape.on, &shape.matches, Ref::Shape(id(at), id(n)), names);
            }
        }
        for (at, sanitiser) in file.sanitiser.iter().enumerate() {
            self.add(On::Call, &sanitiser.matches, Ref::Sanitiser(id(at)), names);
        }
        for (at, propagator) in file.propagator.iter().enumerate() {
            self.add(On::Call, &propagator.matches, Ref::Propagator(id(at)), names);
        }
        for (at, guard) in file.guard.iter().enumerate() {
            self.add(On::Call, &guard.matches, Ref::Guard(id(at)), names);
        }
        for (at, entry) in file.entry.iter().enumerate() {
            self.add(On::Call, &entry.calls, Ref::Entry(id(at)), names);
            self.add(On::Decorator, &entry.decorators, Ref::Entry(id(at)), names);
            self.add(On::Base, &entry.bases, Ref::Entry(id(at)), names);
            let types = entry.params.iter().map(|t| names.path(t)).collect();
            self.entry_types.push(types);
        }
        self.param_types = file.param.iter().map(|p| names.path(&p.ty)).collect();
        self.carriers = file.carriers.iter().map(|t| names.path(t)).collect();
        self.finished = file.finished.iter().map(|t| names.path(t)).collect();
        self.never = file.never.iter().map(|t| names.path(t)).collect();
        self.vague = file.vague.iter().map(|t| names.path(t)).collect();
        self.provided = file.provided.iter().map(|t| names.path(t)).collect();
        self.markup = file.markup.iter().map(|t| names.path(t)).collect();
        self.checked = file.checked.iter().map(|t| names.path(t)).collect();
        self.becomes = file.propagator.iter().map(|p| names.path(&p.becomes)).collect();
        self.plain_types = file.plain.iter().map(|t| names.path(t)).collect();
    }

    fn add(&mut self, on: On, patterns: &[String], what: Ref, names: &mut Names) {
        for pattern in patterns {
            match pattern.strip_prefix("*.") {
                Some(method) => self.methods.entry((on, names.sym(method))).or_default().push(what),
                None => self.whole.entry((on, names.path(pattern))).or_default().push(what),
            }
        }
    }

    /// The bits of the classes named; `*` is every class that is not private.
    pub(super) fn mask(&self, classes: &[String]) -> Mask {
        let mut mask = 0;
        for class in classes {
            mask |= if class == "*" { !self.private } else { self.class(class) };
        }
        mask
    }

    pub(super) fn class(&self, class: &str) -> Mask {
        self.classes.iter().position(|c| *c == class).map_or(0, |at| 1_u32.checked_shl(id(at)).unwrap_or(0))
    }

    pub(super) fn whole(&self, on: On, name: Name) -> &[Ref] {
        self.whole.get(&(on, name)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn method(&self, on: On, method: Sym) -> &[Ref] {
        self.methods.get(&(on, method)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn source(&self, at: u32) -> &'r Source {
        &self.file.source[at as usize]
    }

    pub(super) fn sanitiser(&self, at: u32) -> &'r Sanitiser {
        &self.file.sanitiser[at as usize]
    }

    pub(super) fn propagator(&self, at: u32) -> &'r Propagator {
        &self.file.propagator[at as usize]
    }

    pub(super) fn guard(&self, at: u32) -> &'r Guard {
        &self.file.guard[at as usize]
    }

    pub(super) fn entry(&self, at: u32) -> &'r Entry {
        &self.file.entry[at as usize]
    }

    pub(super) fn param(&self, at: usize) -> &'r Param {
        &self.file.param[at]
    }

    /// The type that a value has after propagator `at`.
    pub(super) fn becomes(&self, at: u32) -> Name {
        self.becomes.get(at as usize).copied().unwrap_or_default()
    }
}
