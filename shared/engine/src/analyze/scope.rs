//! The functions of a file, and what each name in them was last assigned.
//!
//! Built in one walk. It looks through local assignments only: no order of branches, no calls. A name that is assigned in
//! several branches has several values, and all of them count.

use std::collections::HashMap;
use std::ops::Range;

use super::bind;
use super::outline::{Marks, Outline};
use super::unit::{Node, Unit};

/// Most earlier assignments that one use looks back on.
const MAX_LOOK_BACK: usize = 8;

pub(crate) struct Scopes<'u> {
    /// In order of their start; the first is the file.
    all: Vec<Scope<'u>>,
}

pub(crate) struct Scope<'u> {
    pub(crate) range: Range<usize>,
    parent: Option<usize>,
    /// `Class.method`; empty for the file and for functions without a name.
    pub(crate) name: String,
    pub(crate) kind: ScopeKind,
    pub(crate) parameters: HashMap<String, Parameter>,
    bindings: HashMap<String, Vec<Binding<'u>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScopeKind {
    File,
    Class,
    Function,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parameter {
    /// Its annotation says that it is a number or a truth value.
    Number,
    /// A web framework fills it from the request.
    Routed,
    Plain,
}

#[derive(Clone)]
pub(crate) struct Binding<'u> {
    /// Uses from here on see it.
    pub(crate) at: usize,
    pub(crate) value: Node<'u>,
    /// The block that it stands in: a use in the same block, or deeper, sees nothing older.
    block: Range<usize>,
    /// `+=`: what was there before counts too.
    pub(crate) adds: bool,
}

/// What a name means at a place.
pub(crate) enum Meaning<'s, 'u> {
    /// Newest first, never empty.
    Values(Vec<&'s Binding<'u>>),
    Parameter(Parameter),
    Unknown,
}

impl<'u> Scopes<'u> {
    pub(crate) fn of(unit: &'u Unit, outline: &Outline<'u>) -> Self {
        let root = unit.root();
        let file = Scope::new(root.range(), None, String::new(), ScopeKind::File);
        let mut scopes = Self { all: vec![file] };
        let mut open = vec![0_usize];
        let mut blocks = vec![root.range()];
        for (marks, node) in outline.iter() {
            let range = node.range();
            while blocks.len() > 1 && blocks.last().is_some_and(|block| range.start >= block.end) {
                blocks.pop();
            }
            while open.len() > 1
                && open.last().is_some_and(|&scope| range.start >= scopes.all[scope].range.end)
            {
                open.pop();
            }
            let inside = open.last().copied().unwrap_or(0);
            if marks.has(Marks::BLOCK) {
                blocks.push(range.clone());
            }
            let kind = if marks.has(Marks::SCOPE) { bind::opens_scope(&node.kind()) } else { None };
            if let Some(kind) = kind {
                let name = scopes.qualified(inside, bind::name_of(node));
                let mut scope = Scope::new(range, Some(inside), name, kind);
                bind::parameters(node, &mut |name, parameter| {
                    scope.parameters.insert(name, parameter);
                });
                open.push(scopes.all.len());
                scopes.all.push(scope);
                continue;
            }
            if !marks.has(Marks::BINDS) {
                continue;
            }
            let block = blocks.last().cloned().unwrap_or_default();
            let bindings = &mut scopes.all[inside].bindings;
            bind::assignments(node, &mut |assigned| {
                let binding = Binding {
                    at: assigned.at,
                    value: assigned.value,
                    block: block.clone(),
                    adds: assigned.adds,
                };
                bindings.entry(assigned.name).or_default().push(binding);
            });
        }
        for scope in &mut scopes.all {
            for bindings in scope.bindings.values_mut() {
                bindings.sort_by_key(|binding| binding.at);
            }
        }
        scopes
    }

    fn qualified(&self, inside: usize, name: Option<String>) -> String {
        let outer = &self.all[inside].name;
        match name {
            Some(name) if outer.is_empty() => name,
            Some(name) => format!("{outer}.{name}"),
            None => outer.clone(),
        }
    }

    /// The innermost scope that holds this byte.
    fn index_at(&self, at: usize) -> usize {
        let mut index = self.all.partition_point(|scope| scope.range.start <= at).saturating_sub(1);
        while let Some(parent) = self.all[index].parent {
            if self.all[index].range.end > at {
                break;
            }
            index = parent;
        }
        index
    }

    /// The innermost function that holds this byte, else the file.
    pub(crate) fn function_at(&self, at: usize) -> &Scope<'u> {
        let mut index = self.index_at(at);
        while self.all[index].kind == ScopeKind::Class {
            index = self.all[index].parent.unwrap_or(0);
        }
        &self.all[index]
    }

    /// What `name` means for a use at this byte.
    pub(crate) fn meaning(&self, name: &str, at: usize) -> Meaning<'_, 'u> {
        let mut index = Some(self.index_at(at));
        while let Some(current) = index {
            let scope = &self.all[current];
            let values = scope.values(name, at);
            if !values.is_empty() {
                return Meaning::Values(values);
            }
            if let Some(parameter) = scope.parameters.get(name) {
                return Meaning::Parameter(*parameter);
            }
            index = scope.parent;
        }
        Meaning::Unknown
    }

    /// Whether the function that holds `to` assigns `name` from byte `from` on.
    pub(crate) fn is_assigned_between(&self, name: &str, from: usize, to: usize) -> bool {
        let bindings = self.function_at(to).bindings.get(name);
        bindings.into_iter().flatten().any(|binding| from < binding.at && binding.at <= to)
    }

    /// How often a function's own scope assigns `name`.
    pub(crate) fn assignments_at(&self, name: &str, at: usize) -> usize {
        self.function_at(at).bindings.get(name).map_or(0, Vec::len)
    }
}

impl<'u> Scope<'u> {
    fn new(range: Range<usize>, parent: Option<usize>, name: String, kind: ScopeKind) -> Self {
        Self { range, parent, name, kind, parameters: HashMap::new(), bindings: HashMap::new() }
    }

    fn values(&self, name: &str, at: usize) -> Vec<&Binding<'u>> {
        let Some(bindings) = self.bindings.get(name) else { return Vec::new() };
        let seen = bindings.partition_point(|binding| binding.at <= at);
        // A function may run after what stands below it in the file.
        let bindings =
            if seen == 0 && self.kind == ScopeKind::File { &bindings[..] } else { &bindings[..seen] };
        let mut values = Vec::new();
        for binding in bindings.iter().rev().take(MAX_LOOK_BACK) {
            values.push(binding);
            if !binding.adds && binding.block.contains(&at) {
                break;
            }
        }
        values
    }
}
