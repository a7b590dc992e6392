//! A call and its arguments, and the edits that set one of them: a keyword in Python, a property of an options object in
//! JavaScript.

use crate::analyze::Facts;
use crate::analyze::unit::Node;

use super::edit::Edit;
use super::place::is_call;

#[derive(Clone)]
pub(super) struct Call<'u> {
    pub(super) node: Node<'u>,
    pub(super) callee: Node<'u>,
    pub(super) list: Node<'u>,
    /// The callee's full name, resolved by imports; empty where it has none.
    pub(super) name: String,
    pub(super) arguments: Vec<Node<'u>>,
}

impl<'u> Call<'u> {
    pub(super) fn of(facts: &Facts<'u>, node: &Node<'u>) -> Option<Self> {
        let mut node = node.clone();
        while !is_call(&node.kind()) {
            if !matches!(&*node.kind(), "await" | "await_expression" | "parenthesized_expression") {
                return None;
            }
            let inner = node.named_children().next();
            node = inner?;
        }
        let callee = node.field("function").or_else(|| node.field("constructor"))?;
        let list = node.field("arguments")?;
        let arguments = list.named_children().filter(|argument| argument.kind() != "comment").collect();
        let name = facts.names.dotted(&callee).unwrap_or_default();
        Some(Self { node, callee, list, name, arguments })
    }

    /// The last part of the callee's name.
    pub(super) fn method(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }

    /// What the method is called on.
    pub(super) fn receiver(&self) -> Option<Node<'u>> {
        self.callee.field("object")
    }

    /// A positional argument that stands where it is counted.
    pub(super) fn positional(&self, at: usize) -> Option<Node<'u>> {
        let before = self.arguments.get(..=at)?;
        let plain = |a: &Node<'u>| {
            !matches!(&*a.kind(), "keyword_argument" | "list_splat" | "dictionary_splat" | "spread_element")
        };
        before.iter().all(plain).then(|| before[at].clone())
    }

    /// The value of a keyword argument.
    pub(super) fn named(&self, name: &str) -> Option<Node<'u>> {
        self.keyword(name)?.field("value")
    }

    /// A keyword argument, whole.
    pub(super) fn keyword(&self, name: &str) -> Option<Node<'u>> {
        let is_it = |a: &&Node<'u>| {
            a.kind() == "keyword_argument" && a.field("name").is_some_and(|n| n.text() == name)
        };
        self.arguments.iter().find(is_it).cloned()
    }

    /// The argument at a position, or of a name.
    pub(super) fn value(&self, at: usize, names: &[&str]) -> Option<Node<'u>> {
        self.positional(at).or_else(|| names.iter().find_map(|name| self.named(name)))
    }

    /// Sets a Python keyword: its value where it is given, else at the end of the list.
    pub(super) fn set(&self, name: &str, value: &str) -> Edit {
        match self.named(name) {
            Some(old) => Edit::replace(old.range(), value),
            None => self.append(&format!("{name}={value}")),
        }
    }

    /// One argument more, before a trailing comma where there is one.
    pub(super) fn append(&self, text: &str) -> Edit {
        match self.arguments.last() {
            Some(last) => Edit::insert(last.range().end, format!(", {text}")),
            None => Edit::insert(self.list.range().start + 1, text),
        }
    }

    /// Takes one argument out, with its comma.
    pub(super) fn without(&self, argument: &Node<'u>, source: &str) -> Edit {
        let at = self.arguments.iter().position(|a| a.range() == argument.range()).unwrap_or_default();
        let range = argument.range();
        if at > 0 {
            return Edit::replace(self.arguments[at - 1].range().end..range.end, "");
        }
        let rest = &source[range.end..self.list.range().end];
        let comma = rest.find(',').map_or(0, |comma| comma + 1);
        let spaces = rest[comma..].len() - rest[comma..].trim_start().len();
        Edit::replace(range.start..range.end + if comma > 0 { comma + spaces } else { 0 }, "")
    }
}

/// The value of a property in an object literal.
pub(super) fn property<'u>(object: &Node<'u>, key: &str) -> Option<Node<'u>> {
    pair(object, key)?.field("value")
}

fn pair<'u>(object: &Node<'u>, key: &str) -> Option<Node<'u>> {
    let mut pairs = object.named_children();
    pairs.find(|pair| {
        let named = pair.field("key").map(|k| k.text().trim_matches(['"', '\'']).to_owned());
        pair.kind() == "pair" && named.as_deref() == Some(key)
    })
}

/// Sets properties of an object literal: the value of one that is there, else at the end.
pub(super) fn set_properties(object: &Node<'_>, wanted: &[(&str, &str)]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut added = Vec::new();
    for (key, value) in wanted {
        match property(object, key) {
            Some(old) if old.text() == *value => {}
            Some(old) => edits.push(Edit::replace(old.range(), *value)),
            None => added.push(format!("{key}: {value}")),
        }
    }
    if !added.is_empty() {
        let text = added.join(", ");
        let last = object.named_children().filter(|part| part.kind() != "comment").last();
        edits.push(match last {
            Some(last) => Edit::insert(last.range().end, format!(", {text}")),
            None => Edit::replace(object.range(), format!("{{ {text} }}")),
        });
    }
    edits
}
