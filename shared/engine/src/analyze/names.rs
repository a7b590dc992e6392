//! Which library a name stands for: `from os import system as s; s(x)` is a call of `os.system`.

use rustc_hash::FxHashMap;

use super::call::{self, Function};
use super::field::Field;
use super::outline::{Marks, Outline};
use super::unit::Node;
use super::value::Facts;
use crate::language::Family;

/// Longest chain of names that is read; of a longer one the end.
const MAX_PARTS: usize = 12;

/// What a file's imports call things.
#[derive(Default)]
pub(crate) struct Names {
    imported: FxHashMap<String, String>,
}

impl Names {
    pub(crate) fn of(family: Option<Family>, outline: &Outline<'_>) -> Self {
        let mut names = Self::default();
        for node in outline.with(Marks::IMPORTS) {
            match (family, &*node.kind()) {
                (Some(Family::Python), "import_statement") => names.import(node),
                (Some(Family::Python), "import_from_statement") => names.import_from(node),
                (Some(Family::JavaScript), "import_statement") => names.es_import(node),
                (Some(Family::JavaScript), "variable_declarator") => names.declared(node),
                _ => {}
            }
        }
        names
    }

    /// The full name of what this local name was imported as.
    pub(crate) fn imported(&self, local: &str) -> Option<&str> {
        self.imported.get(local).map(String::as_str)
    }

    /// Whether any import is of this module or of something in it.
    pub(crate) fn uses(&self, module: &str) -> bool {
        self.imported.values().any(|full| {
            full.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/']))
        })
    }

    /// The dotted name of an expression, its first part resolved by the imports; `a().b` reads `a().b`.
    pub(crate) fn dotted(&self, node: &Node<'_>) -> Option<String> {
        self.joined(Vec::new(), Some(node.clone()))
    }

    /// The dotted name of what a call calls; `None` for a node that is no call, or calls what has no name.
    pub(crate) fn callee(&self, node: &Node<'_>) -> Option<String> {
        match call::of(node)?.function {
            Function::Expression(function) => self.dotted(&function),
            Function::Method(name, object) => self.joined(vec![name.text().into_owned()], object),
        }
    }

    /// Whether the node is a call of a name whose last part may be `wanted`. Most calls are not, and to spell out the
    /// whole name of each costs more than all else that is done for them.
    pub(crate) fn may_call(&self, node: &Node<'_>, wanted: &dyn Fn(&str) -> bool) -> bool {
        let Some(call) = call::of(node) else { return false };
        let called = match call.function {
            Function::Expression(called) | Function::Method(called, _) => called.text(),
        };
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        let last = called.rsplit(|c| !is_part(c)).next().unwrap_or_default();
        let full = self.imported(&called).and_then(|full| full.rsplit('.').next());
        last.is_empty() || wanted(last) || full.is_some_and(wanted)
    }

    /// `parts` are those that follow, the last one first.
    fn joined(&self, mut parts: Vec<String>, mut next: Option<Node<'_>>) -> Option<String> {
        while let Some(at) = next {
            next = if let Some(name) = call::written(&at) {
                parts.push(self.imported(&name).map_or(name.clone(), str::to_owned));
                None
            } else if let Some((name, object)) = call::member(&at) {
                parts.push(name.text().into_owned());
                object
            } else if let Some(called) = call::of(&at) {
                parts.push("()".to_owned());
                match called.function {
                    Function::Expression(function) => Some(function),
                    Function::Method(name, object) => {
                        parts.push(name.text().into_owned());
                        object
                    }
                }
            } else if matches!(
                &*at.kind(),
                "parenthesized_expression" | "non_null_expression" | "await" | "await_expression"
            ) {
                Some(at.named_children().next()?)
            } else {
                parts.push("?".to_owned());
                None
            };
            if parts.len() > MAX_PARTS && next.is_some() {
                parts.push("?".to_owned());
                break;
            }
        }
        if parts.len() == 1 && parts[0] == "?" {
            return None;
        }
        parts.reverse();
        Some(parts.join(".").replace(".()", "()"))
    }

    fn import(&mut self, node: &Node<'_>) {
        for name in node.field_children("name") {
            if name.kind() == "aliased_import" {
                self.alias(&name, "");
            } else {
                let text = name.text();
                let top = text.split('.').next().unwrap_or(&text).to_owned();
                self.imported.insert(top.clone(), top.clone());
                if text.len() > top.len() {
                    // Nothing local is called so; it only records that the module is used.
                    self.imported.insert(text.to_string(), text.into_owned());
                }
            }
        }
    }

    fn import_from(&mut self, node: &Node<'_>) {
        let Some(module) = Field::ModuleName.of(node) else { return };
        let prefix = format!("{}.", module.text());
        for name in node.field_children("name") {
            if name.kind() == "aliased_import" {
                self.alias(&name, &prefix);
            } else {
                let text = name.text();
                self.imported.insert(text.to_string(), format!("{prefix}{text}"));
            }
        }
    }

    fn alias(&mut self, import: &Node<'_>, prefix: &str) {
        if let (Some(name), Some(alias)) = (Field::Name.of(import), Field::Alias.of(import)) {
            self.imported.insert(alias.text().into_owned(), format!("{prefix}{}", name.text()));
        }
    }

    fn es_import(&mut self, node: &Node<'_>) {
        let Some(module) = Field::Source.of(node).map(|source| module_name(&source.text())) else { return };
        for part in node.dfs() {
            match &*part.kind() {
                "import_clause" | "namespace_import" => {
                    for name in part.named_children().filter(|name| name.kind() == "identifier") {
                        self.imported.insert(name.text().into_owned(), module.clone());
                    }
                }
                "import_specifier" => {
                    let Some(name) = Field::Name.of(&part) else { continue };
                    let local = Field::Alias.of(&part).unwrap_or_else(|| name.clone());
                    self.imported.insert(local.text().into_owned(), format!("{module}.{}", name.text()));
                }
                _ => {}
            }
        }
    }

    /// `const x = require('m')`, `const { a: b } = require('m')`, `const a = require('m').a`, `const p = promisify(a)`.
    fn declared(&mut self, node: &Node<'_>) {
        let (Some(name), Some(value)) = (Field::Name.of(node), Field::Value.of(node)) else { return };
        let Some(full) = self.required(&value) else { return };
        if name.kind() == "identifier" {
            self.imported.insert(name.text().into_owned(), full);
            return;
        }
        for part in name.children() {
            match &*part.kind() {
                "shorthand_property_identifier_pattern" => {
                    let text = part.text();
                    self.imported.insert(text.to_string(), format!("{full}.{text}"));
                }
                "pair_pattern" => {
                    if let (Some(key), Some(local)) = (Field::Key.of(&part), Field::Value.of(&part)) {
                        self.imported.insert(local.text().into_owned(), format!("{full}.{}", key.text()));
                    }
                }
                _ => {}
            }
        }
    }

    fn required(&self, value: &Node<'_>) -> Option<String> {
        match &*value.kind() {
            "await_expression" => self.required(&value.named_children().next()?),
            "member_expression" => {
                let object = Field::Object.of(value)?;
                (object.kind() == "call_expression").then_some(())?;
                Some(format!("{}.{}", self.required(&object)?, Field::Property.of(value)?.text()))
            }
            "call_expression" => {
                let function = Field::Function.of(value)?;
                let argument = Field::Arguments.of(value)?.named_children().next()?;
                match &*function.text() {
                    "require" | "import" if argument.kind() == "string" => {
                        Some(module_name(&argument.text()))
                    }
                    "promisify" | "util.promisify" => {
                        self.required(&argument).or_else(|| self.dotted(&argument))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// `'node:fs/promises'` is `fs/promises`.
fn module_name(literal: &str) -> String {
    let name = literal.trim_matches(['"', '\'', '`']);
    name.strip_prefix("node:").unwrap_or(name).to_owned()
}

/// Whether this name is only printed or logged where it stands.
pub(crate) fn is_logging(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    let list = node.parent().filter(|parent| matches!(&*parent.kind(), "argument_list" | "arguments"));
    let call = list.and_then(|list| list.parent()).and_then(|call| Field::Function.of(&call));
    let name = call.and_then(|function| facts.names.dotted(&function)).unwrap_or_default();
    name == "print"
        || ["console.", "logging.", "logger.", "log."].iter().any(|logger| name.starts_with(logger))
}
