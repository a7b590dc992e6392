//! A weakness: what people read of it, and the sinks, shapes and literals that are it.

use quartet_domain::results::Severity;
use serde::Deserialize;

use super::{Literal, ShapeRule, Sink};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::flow) struct Rule {
    /// As `python.sql-injection`.
    pub(in crate::flow) id: String,
    /// The class of its sinks; none for a rule of call shapes only.
    #[serde(default)]
    pub(in crate::flow) class: String,
    pub(in crate::flow) cwe: u32,
    /// The weakness in words, as `SQL Injection`.
    pub(in crate::flow) kind: String,
    pub(in crate::flow) severity: Severity,
    /// What is wrong, in one sentence.
    pub(in crate::flow) description: String,
    /// What to do, in one sentence.
    pub(in crate::flow) advice: String,
    pub(in crate::flow) link: String,
    /// Whether a parameter that reaches a sink is told of, with low confidence.
    #[serde(default)]
    pub(in crate::flow) weak: bool,
    #[serde(default)]
    pub(in crate::flow) sink: Vec<Sink>,
    #[serde(default)]
    pub(in crate::flow) shape: Vec<ShapeRule>,
    #[serde(default)]
    pub(in crate::flow) literal: Vec<Literal>,
    /// Code that it must find something in.
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "for the test that runs it"))]
    pub(in crate::flow) bad: Vec<String>,
    /// Code that it must find nothing in.
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "for the test that runs it"))]
    pub(in crate::flow) good: Vec<String>,
}
