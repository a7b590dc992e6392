//! From a finding to edits: the table of templates, by weakness and language.
//!
//! A template reads the syntax tree at the finding's bytes and says what it would change, or why it will not. Several for
//! one weakness are tried in their order; the first that climbs the ladder is taken.

use crate::analyze::Facts;
use crate::analyze::finding::Finding;
use crate::analyze::unit::Unit;
use crate::language::Family;

use super::place::{Place, Proposal, Refused, node_at};
use super::project::Project;
use super::{
    command, cookie, hash, ldap, markup, number, path, random, redirect, secret, sql, temporary, tls, xml,
    xpath, yaml,
};

pub(super) type Template = fn(&Place<'_, '_>) -> Result<Proposal, Refused>;

/// The templates for a weakness. What is not here has advice only: unpickling, running code and trust boundaries cannot
/// be changed without changing what the program means.
pub(super) fn templates(cwe: &str, family: Family) -> &'static [Template] {
    use Family::{JavaScript, Python};
    match (cwe.strip_prefix("CWE-").unwrap_or(cwe), family) {
        ("22", Python) => &[path::guard, path::extraction],
        ("22", JavaScript) => &[path::guard],
        ("78", Python) => &[command::argument_list, command::quote],
        ("78", JavaScript) => &[command::exec_file],
        ("79", Python) => &[markup::escape_tainted, markup::escape_all, markup::autoescape],
        ("79", JavaScript) => {
            &[markup::text_content, markup::escape_script, markup::escape_locally, markup::autoescape_script]
        }
        ("89", Python | JavaScript) => &[sql::propose],
        ("90", Python) => &[ldap::python],
        ("90", JavaScript) => &[ldap::script],
        ("295", Python) => &[tls::python],
        ("295", JavaScript) => &[tls::script],
        ("326", Python | JavaScript) => &[number::key_size],
        ("327" | "328", Python | JavaScript) => &[hash::propose],
        ("330" | "338", Python) => &[random::python],
        ("330" | "338", JavaScript) => &[random::script],
        ("377", Python) => &[temporary::mkstemp],
        ("377", JavaScript) => &[temporary::mkdtemp],
        ("502", Python | JavaScript) => &[yaml::propose],
        ("601", Python | JavaScript) => &[redirect::own_host],
        ("611" | "776", Python) => &[xml::defused, xml::settings],
        ("611", JavaScript) => &[xml::script],
        ("614", Python | JavaScript) => &[cookie::secure],
        ("643", Python) => &[xpath::bind, xpath::guard],
        ("643", JavaScript) => &[xpath::script],
        ("732", Python | JavaScript) => &[number::file_mode],
        ("798", Python | JavaScript) => &[secret::environment],
        ("1004", Python | JavaScript) => &[cookie::http_only],
        _ => &[],
    }
}

/// What each template would do, in order; a single refusal where there is none.
pub(super) fn propose(
    path: &str,
    source: &str,
    finding: &Finding,
    project: &Project,
) -> Vec<Result<Proposal, Refused>> {
    let place = |propose: &dyn Fn(&Place<'_, '_>) -> Vec<Result<Proposal, Refused>>| {
        let unit = Unit::read(path, source.as_bytes()).ok().flatten()?;
        let family = unit.language.family()?;
        let facts = Facts::of(&unit)?;
        let sink = node_at(&unit.root(), &finding.range)?;
        Some(propose(&Place { facts: &facts, finding, sink, project, family }))
    };
    let all = place(&|place| {
        templates(&finding.about.cwe, place.family).iter().map(|template| template(place)).collect()
    });
    all.filter(|proposals| !proposals.is_empty()).unwrap_or_else(|| vec![Err(Refused::NoTemplate)])
}
