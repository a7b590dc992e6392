//! A finding inside the engine: what the payload says of it, and the places in the code that a fix needs.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use quartet_domain::results::{FlowStep, Vulnerability};
use sha2::{Digest, Sha256};

use super::secrets::mask_text;
use crate::flow::Evidence;
use crate::rules::About;

/// Longest sink text that tells findings apart.
const MAX_SINK_BYTES: usize = 2000;

#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) about: Arc<About>,
    pub(crate) path: String,
    /// From 1.
    pub(crate) line: u64,
    /// The function that holds it; empty at the top of a file.
    pub(crate) function: String,
    /// The bytes of that function, or of the file.
    pub(crate) function_range: Range<usize>,
    pub(crate) description: String,
    /// 0 to 1.
    pub(crate) confidence: f64,
    pub(crate) flow: Vec<FlowStep>,
    /// The node that is the sink.
    pub(crate) range: Range<usize>,
    /// That node's kind; empty where data flow alone found it.
    pub(crate) kind: String,
    /// What the sink reads like; a secret's value is not in it.
    pub(crate) sink: String,
    /// The places in this file that the value came by.
    pub(crate) way: Vec<Range<usize>>,
    pub(crate) evidence: Evidence,
    /// Filled by [`identify`].
    pub(crate) fingerprint: String,
}

impl Finding {
    pub(crate) fn into_vulnerability(self, introduced: Option<bool>) -> Vulnerability {
        Vulnerability {
            kind: self.about.kind.clone(),
            description: mask_text(&self.description),
            severity: self.about.severity,
            file_path: self.path,
            line_number: self.line,
            confidence_score: self.confidence,
            category: self.about.category.clone(),
            cwe: self.about.cwe.clone(),
            rule_id: self.about.id.clone(),
            fingerprint: self.fingerprint,
            function_name: self.function,
            flow: self
                .flow
                .into_iter()
                .map(|step| FlowStep { what: mask_text(&step.what), ..step })
                .collect(),
            introduced,
            advice: format!("{} See {}", self.about.advice, self.about.link),
        }
    }
}

/// Gives each finding its fingerprint: path, rule, function, the sink's text without its spacing, and which of several
/// equal ones it is. Lines are not in it, so that moved code keeps it.
pub(crate) fn identify(found: &mut [Finding]) {
    found.sort_by(|a, b| {
        (&a.path, a.line, &a.about.id, a.range.start).cmp(&(&b.path, b.line, &b.about.id, b.range.start))
    });
    let mut seen: HashMap<String, u32> = HashMap::new();
    for finding in found {
        let mut end = finding.sink.len().min(MAX_SINK_BYTES);
        while !finding.sink.is_char_boundary(end) {
            end -= 1;
        }
        let sink: String = finding.sink[..end].chars().filter(|c| !c.is_whitespace()).collect();
        let key = format!("{}\n{}\n{}\n{sink}", finding.path, finding.about.id, finding.function);
        let nth = seen.entry(key.clone()).or_default();
        let digest = Sha256::digest(format!("{key}\n{nth}"));
        *nth += 1;
        finding.fingerprint = hex::encode(&digest[..16]);
    }
}
