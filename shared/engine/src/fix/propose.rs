//! From a finding to edits: picks the template, and says why there is none.

use crate::analyze::Facts;
use crate::analyze::finding::Finding;
use crate::analyze::unit::{Node, Unit};
use crate::rules::Template;
use crate::tree::Tree;

use super::edit::Edit;
use super::{hash, sql, yaml};

/// What a template wants to do.
#[derive(Debug)]
pub(super) struct Proposal {
    pub(super) edits: Vec<Edit>,
    /// As `sql_injection_prevention`.
    pub(super) fix_type: &'static str,
    pub(super) description: String,
    /// 0 to 1.
    pub(super) confidence: f64,
    /// Full names that the edited code must mean, as `yaml.safe_load`.
    pub(super) uses: Vec<String>,
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

/// What the whole tree says about its libraries.
pub(super) struct Project {
    pub(super) drivers: sql::Drivers,
}

/// A finding and the facts of the file that it is in.
pub(super) struct Place<'f, 'u> {
    pub(super) facts: &'f Facts<'u>,
    pub(super) finding: &'f Finding,
    pub(super) sink: Node<'u>,
    pub(super) project: &'f Project,
}

impl Project {
    pub(super) fn of(tree: &Tree) -> Self {
        Self { drivers: sql::Drivers::of_tree(tree) }
    }
}

impl<'u> Place<'_, 'u> {
    /// A part of the sink, by the rule's name for it.
    pub(super) fn part(&self, name: &str) -> Result<Node<'u>, Refused> {
        let part = self.finding.parts.get(name).ok_or(Refused::NoTemplate)?;
        self.facts.unit.node_at(&part.range, &part.kind).ok_or(Refused::NoTemplate)
    }

    /// What is called, and its arguments.
    pub(super) fn call(&self) -> Result<(Node<'u>, Vec<Node<'u>>), Refused> {
        let callee = self.sink.field("function").ok_or(Refused::NoTemplate)?;
        let list = self.sink.field("arguments").ok_or(Refused::NoTemplate)?;
        let arguments = list.named_children().filter(|argument| argument.kind() != "comment").collect();
        Ok((callee, arguments))
    }
}

pub(super) fn propose(
    path: &str,
    source: &str,
    finding: &Finding,
    project: &Project,
) -> Result<Proposal, Refused> {
    let template = finding.about.fix.ok_or(Refused::NoTemplate)?;
    let unit = Unit::parse(path, source.as_bytes()).ok().flatten().ok_or(Refused::NoTemplate)?;
    let facts = Facts::of(&unit);
    let sink = unit.node_at(&finding.range, &finding.kind).ok_or(Refused::NoTemplate)?;
    let place = Place { facts: &facts, finding, sink, project };
    match template {
        Template::SqlParameters => sql::propose(&place),
        Template::SafeYaml => yaml::propose(&place),
        Template::StrongHash => hash::propose(&place),
    }
}
