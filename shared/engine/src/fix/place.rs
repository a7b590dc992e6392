//! A finding's place in the code, and what templates ask of it: the node at the finding's bytes, the statement around it,
//! what the file's lines look like. Templates read the syntax tree here and nothing that a rule captured.

use std::ops::Range;

use crate::analyze::Facts;
use crate::analyze::finding::Finding;
use crate::analyze::unit::Node;
use crate::analyze::{Meaning, Origin};
use crate::language::Family;

use super::call::Call;
use super::edit::Edit;
use super::project::Project;

/// What a template wants to do.
#[derive(Debug)]
pub(super) struct Proposal {
    pub(super) edits: Vec<Edit>,
    /// As `sql_injection_prevention`.
    pub(super) fix_type: &'static str,
    pub(super) description: String,
    pub(super) doubt: Doubt,
    /// Full names that the edited code must mean, as `yaml.safe_load`.
    pub(super) uses: Vec<String>,
}

/// What makes a proposal less sure than its template is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Doubt {
    /// Correct callers may see another behaviour; the description says which.
    pub(super) changes_meaning: bool,
    /// Things that had to be inferred.
    pub(super) inferred: u32,
}

/// Why a finding has no edit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("no_template")]
    NoTemplate,
    /// There is a template, but this code is not of its shape.
    #[error("no_template: {0}")]
    Shape(&'static str),
}

pub(super) struct Place<'f, 'u> {
    pub(super) facts: &'f Facts<'u>,
    pub(super) finding: &'f Finding,
    pub(super) sink: Node<'u>,
    pub(super) project: &'f Project,
    pub(super) family: Family,
}

impl Proposal {
    pub(super) fn new(fix_type: &'static str, edits: Vec<Edit>, description: &str) -> Self {
        let description = description.to_owned();
        Self { edits, fix_type, description, doubt: Doubt::default(), uses: Vec::new() }
    }

    /// Says that correct callers may see a difference.
    pub(super) fn changing_meaning(mut self) -> Self {
        self.doubt.changes_meaning = true;
        self
    }

    pub(super) fn inferring(mut self, count: u32) -> Self {
        self.doubt.inferred += count;
        self
    }

    pub(super) fn using(mut self, name: impl Into<String>) -> Self {
        self.uses.push(name.into());
        self
    }
}

impl<'u> Place<'_, 'u> {
    pub(super) fn source(&self) -> &'u str {
        self.facts.unit.source()
    }

    /// The sink as a call.
    pub(super) fn call(&self) -> Result<Call<'u>, Refused> {
        Call::of(self.facts, &self.sink).ok_or(Refused::NoTemplate)
    }

    /// Code with the quotes that the file's first literal has.
    pub(super) fn styled(&self, code: &str) -> String {
        let root = self.facts.unit.root();
        let mut literals = root.dfs().filter(|node| node.kind() == "string").map(|node| node.text());
        let is_plain = |text: &str| {
            text.ends_with(['"', '\'']) && !text.ends_with("\"\"\"") && !text.ends_with("\'\'\'")
        };
        let first = literals.find(|text| is_plain(text));
        let single = first.is_some_and(|text| text.ends_with('\''));
        if single && !code.contains('\'') { code.replace('"', "'") } else { code.to_owned() }
    }

    /// What line ends look like here.
    pub(super) fn newline(&self) -> &'static str {
        newline(self.source())
    }

    /// The statement that holds the node, right below a block.
    pub(super) fn statement(&self, node: &Node<'u>) -> Option<Node<'u>> {
        let mut at = node.clone();
        loop {
            let parent = at.parent()?;
            if matches!(&*parent.kind(), "block" | "module" | "statement_block" | "program") {
                return Some(at);
            }
            at = parent;
        }
    }

    /// An edit that puts lines before a statement that begins its line, indented as it is; `\t` stands for one level more.
    pub(super) fn before(&self, statement: &Node<'u>, lines: &[String]) -> Result<Edit, Refused> {
        let start = statement.range().start;
        let line = line_start(self.source(), start);
        let indent = &self.source()[line..start];
        if !indent.trim().is_empty() {
            return Err(Refused::Shape("the statement shares its line"));
        }
        let level = self.indent_unit();
        let mut text = String::new();
        for added in lines {
            text.push_str(indent);
            text.push_str(&self.styled(added).replace('\t', &level));
            text.push_str(self.newline());
        }
        Ok(Edit::insert(line, text))
    }

    /// One level of indentation: how far the first block that has lines of its own stands in from what it belongs to.
    fn indent_unit(&self) -> String {
        let source = self.source();
        let indent = |at: usize| {
            let line = &source[line_start(source, at)..];
            line[..line.len() - line.trim_start_matches([' ', '\t']).len()].to_owned()
        };
        let root = self.facts.unit.root();
        let mut levels = root.dfs().filter_map(|node| {
            let block = matches!(&*node.kind(), "block" | "statement_block").then_some(node)?;
            let first = block.named_children().next()?.range().start;
            let outer = indent(block.parent()?.range().start);
            let inner = indent(first);
            inner.strip_prefix(&outer).filter(|level| !level.is_empty()).map(str::to_owned)
        });
        levels.next().unwrap_or_else(|| "    ".to_owned())
    }

    /// A name that the value flows through, or the value's own place.
    pub(super) fn is_on_way(&self, node: &Node<'u>) -> bool {
        let range = node.range();
        let source = self.source();
        self.finding.way.iter().any(|step| {
            if step.start < range.end && range.start < step.end {
                return true;
            }
            let text = source.get(step.clone()).unwrap_or_default();
            let name = text.split(['[', '.']).next().unwrap_or(text);
            node.dfs().any(|part| part.kind() == "identifier" && part.text() == name)
        })
    }

    /// Whether the expression is made of constants alone, numbers included.
    pub(super) fn is_constant(&self, node: &Node<'u>) -> bool {
        self.facts.value(node, &[]).origin == Origin::Constant
    }

    /// The only value that a local name has, where it is written down; the expression itself when it is no name.
    pub(super) fn written(&self, node: &Node<'u>) -> Option<Node<'u>> {
        if node.kind() != "identifier" {
            return Some(node.clone());
        }
        match self.facts.scopes.meaning(&node.text(), node.range().start) {
            Meaning::Values(values) => match &values[..] {
                [only] if !only.adds => Some(only.value.clone()),
                _ => None,
            },
            Meaning::Parameter(_) | Meaning::Unknown => None,
        }
    }

    /// Names inside the function around the sink.
    pub(super) fn names_in_function(&self) -> Vec<String> {
        let range = self.facts.scopes.function_at(self.sink.range().start).range.clone();
        let root = self.facts.unit.root();
        let inside = root.dfs().filter(|node| node.kind() == "identifier" && within(&range, &node.range()));
        inside.map(|node| node.text().into_owned()).collect()
    }
}

pub(super) fn within(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

pub(super) fn line_start(source: &str, at: usize) -> usize {
    source[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

pub(super) fn newline(source: &str) -> &'static str {
    if source.find('\n').is_some_and(|at| source[..at].ends_with('\r')) { "\r\n" } else { "\n" }
}

/// The node with exactly these bytes: a call before what wraps it, else the innermost; of a statement what it holds.
pub(super) fn node_at<'u>(root: &Node<'u>, range: &Range<usize>) -> Option<Node<'u>> {
    let node = exactly_at(root, range)?;
    let inner = match &*node.kind() {
        "return_statement" | "expression_statement" => node.named_children().next(),
        _ => None,
    };
    inner.or(Some(node))
}

fn exactly_at<'u>(root: &Node<'u>, range: &Range<usize>) -> Option<Node<'u>> {
    let mut at = root.clone();
    let mut found = None;
    loop {
        if at.range() == *range && at.is_named() {
            if is_call(&at.kind()) {
                return Some(at);
            }
            found = Some(at.clone());
        }
        let Some(inner) = at.children().find(|child| within(&child.range(), range)) else { return found };
        at = inner;
    }
}

pub(super) fn is_call(kind: &str) -> bool {
    matches!(kind, "call" | "call_expression" | "new_expression")
}
