//! Comments that take a finding back: `quartet: ignore[rule] reason`, on its line or on a line of its own above.
//!
//! A rule is named in full or by what follows its language; several are separated by commas. There is no way to silence
//! all rules at once, and none without a reason: what nobody has looked at should not be hidden.

use std::collections::HashMap;

use super::finding::Finding;

const MARKER: &str = "quartet: ignore[";
const COMMENTS: [&str; 7] = ["#", "//", "/*", "*", "{/*", "--", "<!--"];
/// Longest reason that is kept.
const MAX_REASON_CHARS: usize = 200;
/// Most comments of one file that are named as having no effect.
const MAX_NAMED: usize = 20;

/// A finding that somebody looked at and took back.
#[derive(Clone, Debug)]
pub(crate) struct Suppressed {
    pub(crate) finding: Finding,
    pub(crate) reason: String,
}

#[derive(Default)]
pub(super) struct Sorted {
    pub(super) found: Vec<Finding>,
    pub(super) suppressed: Vec<Suppressed>,
    /// Lines, from 1, of comments without a reason.
    pub(super) without_reason: Vec<u64>,
}

#[derive(Clone)]
struct Comment<'s> {
    rules: Vec<&'s str>,
    reason: String,
}

pub(super) fn apply(source: &str, found: Vec<Finding>) -> Sorted {
    let mut sorted = Sorted::default();
    let ignored = ignored(source, &mut sorted.without_reason);
    for finding in found {
        let id = finding.about.id.as_str();
        let short = id.split_once('.').map_or(id, |(_, short)| short);
        let comments = ignored.get(&finding.line).map(Vec::as_slice).unwrap_or_default();
        match comments.iter().find(|comment| comment.rules.iter().any(|rule| *rule == id || *rule == short)) {
            Some(comment) => sorted.suppressed.push(Suppressed { reason: comment.reason.clone(), finding }),
            None => sorted.found.push(finding),
        }
    }
    sorted
}

/// Comments by the line, from 1, that they speak of.
fn ignored<'s>(source: &'s str, without_reason: &mut Vec<u64>) -> HashMap<u64, Vec<Comment<'s>>> {
    let mut ignored: HashMap<u64, Vec<Comment<'_>>> = HashMap::new();
    if !source.contains(MARKER) {
        return ignored;
    }
    let mut above: Vec<Comment<'_>> = Vec::new();
    for (line, text) in (1_u64..).zip(source.lines()) {
        let here = marked(text);
        if here.as_ref().is_some_and(|comment| comment.reason.is_empty()) && without_reason.len() < MAX_NAMED
        {
            without_reason.push(line);
        }
        let here = here.filter(|comment| !comment.reason.is_empty());
        let trimmed = text.trim_start();
        if COMMENTS.iter().any(|comment| trimmed.starts_with(comment)) {
            above.extend(here);
            continue;
        }
        let comments: Vec<Comment<'_>> = above.drain(..).chain(here).collect();
        if !comments.is_empty() {
            ignored.insert(line, comments);
        }
    }
    ignored
}

fn marked(line: &str) -> Option<Comment<'_>> {
    let (before, after) = line.split_once(MARKER)?;
    COMMENTS.iter().any(|comment| before.contains(comment)).then_some(())?;
    let (rules, reason) = after.split_once(']')?;
    let rules: Vec<&str> = rules.split(',').map(str::trim).filter(|rule| !rule.is_empty()).collect();
    let reason = reason.trim().trim_end_matches("*/}").trim_end_matches("*/").trim_end_matches("-->").trim();
    let says = reason.chars().any(char::is_alphanumeric);
    let reason = if says { reason.chars().take(MAX_REASON_CHARS).collect() } else { String::new() };
    (!rules.is_empty()).then_some(Comment { rules, reason })
}
