//! Secrets in any text file: keywords find lines, a rule's shape finds the secret in the line, and its randomness and a
//! list of placeholders decide.
//!
//! Invariant: the secret itself leaves this module only masked. Rules are data (`rules/secrets.toml`); a shape is compiled
//! when its keyword is first met, and is tried on a bounded piece of a line, once for each line.

mod judge;
mod load;
mod mask;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::finding::Finding;
use super::skip;
use crate::flow::Evidence;
use crate::language::Language;
use crate::tree::HEAD_BYTES;
use load::{Rule, Rules};

pub(crate) use mask::{masked, text as mask_text};

/// Larger files are data.
pub(crate) const MAX_BYTES: usize = 2 * 1024 * 1024;
/// How much of a line is looked at on each side of a keyword.
const WINDOW: usize = 600;
/// Most findings of one file: one with more is a list of examples, or made to flood.
const MAX_FINDINGS: usize = 50;
/// How sure a finding in a test, an example or a document can be.
const MAX_CONFIDENCE_IN_TESTS: f64 = 0.45;
/// A secret in a text.
struct Hit<'r> {
    rule: &'r Rule,
    /// The bytes of the secret.
    range: Range<usize>,
}

/// Whether anything in the file is worth a look; a reason when it is text but too large.
pub(crate) fn reads(path: &str, bytes: &[u8]) -> Result<bool, &'static str> {
    if skip::is_vendored(path) || judge::is_data(path) {
        return Ok(false);
    }
    if !is_text(bytes) {
        return if holds_settings(path) {
            Err("not text, not looked through for secrets")
        } else {
            Ok(false)
        };
    }
    if bytes.len() > MAX_BYTES { Err("too large to look for secrets") } else { Ok(true) }
}

/// Whether a file of this name is always text, and often has secrets in it.
fn holds_settings(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    name.starts_with(".env")
        || [".env", ".ini", ".cfg", ".conf", ".properties", ".yml", ".yaml", ".toml"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// So much of a file without a zero byte is text.
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    !bytes[..bytes.len().min(HEAD_BYTES)].contains(&0)
}

pub(crate) fn detect(path: &str, bytes: &[u8]) -> Vec<Finding> {
    let quoted = Language::of_path(path).is_some_and(Language::quotes_text);
    let confidence = if judge::is_for_show(path) { MAX_CONFIDENCE_IN_TESTS } else { 1.0 };
    let mut line = 1;
    let mut counted = 0;
    let mut found = Vec::new();
    for hit in hits(bytes, quoted) {
        line += bytes[counted..hit.range.start].iter().filter(|byte| **byte == b'\n').count() as u64;
        counted = hit.range.start;
        let secret = String::from_utf8_lossy(&bytes[hit.range.clone()]);
        let about = &hit.rule.about;
        found.push(Finding {
            about: Arc::clone(about),
            path: path.to_owned(),
            line,
            function: String::new(),
            function_range: 0..bytes.len(),
            description: format!("{} It reads `{}`.", about.description, masked(&secret)),
            confidence: about.confidence.min(confidence),
            flow: Vec::new(),
            range: hit.range,
            kind: String::new(),
            sink: masked(&secret),
            way: Vec::new(),
            evidence: Evidence::default(),
            fingerprint: String::new(),
        });
    }
    found
}

/// Secrets in the order of their place; where several rules know one, the surest.
fn hits(bytes: &[u8], quoted: bool) -> Vec<Hit<'static>> {
    let Some(rules) = Rules::all() else { return Vec::new() };
    let mut seen: HashMap<usize, usize> = HashMap::new();
    let mut found: Vec<Hit<'static>> = Vec::new();
    for keyword in rules.keywords.find_overlapping_iter(bytes) {
        let rule = rules.of_keyword(keyword.pattern().as_usize());
        if seen.get(&rule.place).is_some_and(|end| keyword.start() < *end) {
            continue;
        }
        let window = window(bytes, keyword.range());
        seen.insert(rule.place, window.end);
        let Some(shape) = rule.shape() else { continue };
        for captures in shape.captures_iter(&bytes[window.clone()]) {
            let Some(secret) = captures.iter().skip(1).flatten().next() else { continue };
            let range = window.start + secret.start()..window.start + secret.end();
            let is_bare = captures.get(1).is_none();
            if !(quoted && is_bare) && judge::is_secret(rule, secret.as_bytes()) {
                found.push(Hit { rule, range });
            }
        }
        if found.len() > 4 * MAX_FINDINGS {
            break;
        }
    }
    found.sort_by(|a, b| {
        a.range.start.cmp(&b.range.start).then(b.rule.about.confidence.total_cmp(&a.rule.about.confidence))
    });
    found.dedup_by(|next, kept| {
        let same = next.range.start < kept.range.end;
        if same && next.rule.about.confidence > kept.rule.about.confidence {
            std::mem::swap(next, kept);
        }
        same
    });
    found.truncate(MAX_FINDINGS);
    found
}

/// The keyword's line, or as much of it on either side as may count.
fn window(bytes: &[u8], keyword: Range<usize>) -> Range<usize> {
    let from = keyword.start.saturating_sub(WINDOW);
    let to = (keyword.end + WINDOW).min(bytes.len());
    let start =
        bytes[from..keyword.start].iter().rposition(|byte| *byte == b'\n').map_or(from, |at| from + at + 1);
    let end = bytes[keyword.end..to].iter().position(|byte| *byte == b'\n').map_or(to, |at| keyword.end + at);
    start..end
}
