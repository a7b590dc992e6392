//! From what the engine found to what the payload says: words, steps, confidence and fingerprint.
//!
//! Confidence is a sum of evidence through the logistic function. The weights were fitted by hand on labelled code
//! and are listed here and nowhere else; 0.5 is where a finding is worth a person's time.

use std::collections::BTreeSet;
use std::ops::Range;

use quartet_domain::results::{FlowStep, Severity, Vulnerability};
use sha2::{Digest, Sha256};

use super::engine::{Engine, Found, Place, What};
use super::{Evidence, Hit};

/// Steps that a finding lists; the middle of a longer way is left out.
const STEPS: usize = 12;
/// Places that a finding's way keeps for its fix.
const WAY: usize = 64;

/// All findings of one run, unsorted.
pub(super) fn hits(engine: &Engine<'_>) -> Vec<Hit> {
    let mut out = Vec::with_capacity(engine.found.len());
    for (place, found) in &engine.found {
        let near_error = engine.files.is_broken(place.file, place.line);
        out.push(Hit {
            vulnerability: one(engine, place, found, near_error),
            range: found.span.start as usize..found.span.end as usize,
            function: found.around.start as usize..found.around.end as usize,
            sink: engine.files.text(place.file, found.span.start, found.span.end).into_owned(),
            way: way(engine, place.file, found),
            evidence: Evidence { weak: found.weak, guess: found.guess, near_error },
        });
    }
    out
}

/// Where in `file` the value came by.
fn way(engine: &Engine<'_>, file: u32, found: &Found) -> Vec<Range<usize>> {
    let mut way = Vec::new();
    for trace in &found.chain {
        let mut at = *trace;
        while let Some(step) = engine.steps.get(at as usize).filter(|_| at != 0 && way.len() < WAY) {
            if step.file == file {
                way.push(step.span.start as usize..step.span.end as usize);
            }
            at = step.before;
        }
    }
    way.sort_by_key(|range| (range.start, range.end));
    way.dedup();
    way
}

/// The places that were looked at and found harmless.
pub(super) fn judged(engine: &Engine<'_>) -> BTreeSet<(String, u64, String)> {
    let named = engine.judged.iter().map(|(file, line, rule)| {
        let rule = &engine.rules.file.rule[*rule as usize];
        (engine.files.path(*file).to_owned(), u64::from(*line), format!("CWE-{}", rule.cwe))
    });
    named.collect()
}

fn one(engine: &Engine<'_>, place: &Place, found: &Found, near_error: bool) -> Vulnerability {
    let rule = &engine.rules.file.rule[place.rule as usize];
    let path = engine.files.path(place.file);
    let function = engine.names.text(found.function);
    let flow = steps(engine, place, found);
    let severity = if found.weak { rule.severity.min(Severity::Medium) } else { rule.severity };
    let description = match found.source.and_then(|s| engine.sources.get(s as usize)) {
        Some(source) => format!("{} It comes from {} (line {}).", rule.description, source.what, source.line),
        None if found.weak => format!(
            "{} It is a parameter; whether an outsider sets it depends on the callers.",
            rule.description
        ),
        None => rule.description.clone(),
    };
    Vulnerability {
        kind: rule.kind.clone(),
        description,
        severity,
        file_path: path.to_owned(),
        line_number: u64::from(place.line),
        confidence_score: confidence(engine, place, found, near_error),
        category: "security".to_owned(),
        cwe: format!("CWE-{}", rule.cwe),
        rule_id: rule.id.clone(),
        fingerprint: fingerprint(
            &rule.id,
            path,
            function,
            &engine.files.text(place.file, found.span.start, found.span.end),
        ),
        function_name: function.to_owned(),
        flow,
        introduced: None,
        advice: format!("{} See {}", rule.advice, rule.link),
    }
}

/// | evidence | weight |
/// |---|---|
/// | a flow from a source, times its strength | 3.2 |
/// | only a parameter | -0.6 |
/// | a use wrong by its constants | 2.2 |
/// | times the rule's certainty, below one | -4 for each 1 missing |
/// | the sink is known by a method's name alone | -0.5 |
/// | each function on the way beyond the first | -0.25 |
/// | something on the way cleaned it for other classes | -0.3 |
/// | the parser could not read the lines around | -1 |
/// | the function ran out of fuel | -0.4 |
fn confidence(engine: &Engine<'_>, place: &Place, found: &Found, near_error: bool) -> f64 {
    let mut score = -0.6;
    if found.shape {
        score += 2.2;
    } else if !found.weak {
        let strength = found.source.and_then(|s| engine.sources.get(s as usize)).map_or(0.5, |s| s.strength);
        score += 3.2 * strength;
    }
    score -= 4.0 * (1.0 - found.certainty);
    if found.guess {
        score -= 0.5;
    }
    let hops = u32::try_from(found.chain.len().saturating_sub(1)).unwrap_or(8);
    score -= 0.25 * f64::from(hops);
    if found.cleaned {
        score -= 0.3;
    }
    if near_error {
        score -= 1.0;
    }
    let path = engine.files.path(place.file);
    if engine.incomplete.iter().any(|i| i.starts_with(path)) {
        score -= 0.4;
    }
    let value = 1.0 / (1.0 + f64::exp(-score));
    let value = if found.weak { value.min(0.45) } else { value };
    (value * 100.0).round() / 100.0
}

/// The rule, the file, the function and the sink's text without its spacing: none of them moves with the lines above.
fn fingerprint(rule: &str, path: &str, function: &str, text: &str) -> String {
    let mut hash = Sha256::new();
    for part in [rule, path, function] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    for word in text.split_whitespace() {
        hash.update(word.as_bytes());
    }
    hex::encode(&hash.finalize()[..16])
}

fn steps(engine: &Engine<'_>, place: &Place, found: &Found) -> Vec<FlowStep> {
    if found.shape {
        return Vec::new();
    }
    let mut out: Vec<FlowStep> = Vec::new();
    for trace in &found.chain {
        let mut part = Vec::new();
        let mut at = *trace;
        while let Some(step) = engine.steps.get(at as usize).filter(|_| at != 0) {
            let text = short(&engine.files.text(step.file, step.span.start, step.span.end));
            let what = match step.what {
                What::Source(source) => {
                    format!("read from {}", engine.sources.get(source as usize).map_or("outside", |s| s.what))
                }
                What::Into => format!("flows into `{text}`"),
                What::Passed => format!("passes through `{text}`"),
                What::Inside => "enters the function".to_owned(),
            };
            let file_path = engine.files.path(step.file).to_owned();
            part.push(FlowStep { file_path, line_number: u64::from(step.span.line), what });
            at = step.before;
            if part.len() > 64 {
                break;
            }
        }
        part.reverse();
        out.append(&mut part);
    }
    let text = short(&engine.files.text(place.file, found.span.start, found.span.end));
    out.push(FlowStep {
        file_path: engine.files.path(place.file).to_owned(),
        line_number: u64::from(place.line),
        what: format!("reaches `{text}`"),
    });
    if out.len() > STEPS {
        let tail = out.split_off(out.len() - STEPS / 2);
        out.truncate(STEPS / 2);
        out.extend(tail);
    }
    out
}

fn short(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.len() > 80 {
            let cut = out.char_indices().nth(77).map_or(out.len(), |(at, _)| at);
            out.truncate(cut);
            out.push('…');
            break;
        }
    }
    out
}
