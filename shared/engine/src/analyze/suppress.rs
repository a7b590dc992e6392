//! Comments that take a finding back: `quartet: ignore[rule] reason`, on its line or on a line of its own above.
//!
//! A rule is named in full or by what follows its language; several are separated by commas. There is no way to silence
//! all rules at once: what nobody has looked at should not be hidden.

use std::collections::HashMap;

use super::finding::Finding;

const MARKER: &str = "quartet: ignore[";

/// The findings that stay, and how many do not.
pub(super) fn apply(source: &str, mut found: Vec<Finding>) -> (Vec<Finding>, u64) {
    let ignored = ignored(source);
    if ignored.is_empty() {
        return (found, 0);
    }
    let before = found.len();
    found.retain(|finding| {
        let rules = ignored.get(&finding.line).map(Vec::as_slice).unwrap_or_default();
        let id = finding.about.id.as_str();
        let short = id.split_once('.').map_or(id, |(_, short)| short);
        !rules.iter().any(|rule| *rule == id || *rule == short)
    });
    let suppressed = (before - found.len()) as u64;
    (found, suppressed)
}

/// Rules by the line, from 1, on which they are ignored.
fn ignored(source: &str) -> HashMap<u64, Vec<&str>> {
    let mut ignored: HashMap<u64, Vec<&str>> = HashMap::new();
    if !source.contains(MARKER) {
        return ignored;
    }
    let mut above: Vec<&str> = Vec::new();
    for (line, text) in (1_u64..).zip(source.lines()) {
        let here = marked(text);
        let trimmed = text.trim_start();
        if ["#", "//", "/*", "*", "{/*"].iter().any(|comment| trimmed.starts_with(comment)) {
            above.extend(here);
            continue;
        }
        let rules: Vec<&str> = above.drain(..).chain(here).collect();
        if !rules.is_empty() {
            ignored.insert(line, rules);
        }
    }
    ignored
}

fn marked(line: &str) -> Vec<&str> {
    let Some((before, after)) = line.split_once(MARKER) else { return Vec::new() };
    if !["#", "//", "/*", "*"].iter().any(|comment| before.contains(comment)) {
        return Vec::new();
    }
    let rules = after.split_once(']').map_or("", |(rules, _)| rules);
    rules.split(',').map(str::trim).filter(|rule| !rule.is_empty()).collect()
}
