//! The results as SARIF 2.1.0 (OASIS), for forges' code scanning and editors.
//!
//! Only what the results say goes out: no snippets of code, so that no secret can be in one. Paths are relative to the
//! scanned tree. Absent from the functions, which have no use for it.

mod rule;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use quartet_domain::results::{AnalysisResults, FlowStep, Severity, Vulnerability};
use serde_json::json;
use serde_sarif::sarif::{
    ArtifactLocation, CodeFlow, Invocation, Location, Message, Notification, PhysicalLocation, Region,
    ReportingDescriptor, Result as Finding, ResultLevel, Run, Sarif, Suppression, ThreadFlow,
    ThreadFlowLocation, Tool, ToolComponent,
};

use crate::analyze::Survey;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What our fingerprints are made of can change; the number then does too.
const FINGERPRINT: &str = "quartet/v1";
/// The name of the folder that paths are relative to.
const ROOT: &str = "%SRCROOT%";

/// Findings, those taken back included, and what was not analysed.
pub fn log(survey: &Survey) -> Sarif {
    let taken_back = survey.suppressed.iter().map(|(found, reason)| (found, Some(reason.as_str())));
    let all: Vec<(&Vulnerability, Option<&str>)> =
        survey.results.vulnerabilities.iter().map(|found| (found, None)).chain(taken_back).collect();
    let rules = rules(&all);
    let places: BTreeMap<&str, i64> = rules.iter().map(|rule| rule.id.as_str()).zip(0..).collect();
    let results: Vec<Finding> = all.iter().map(|(found, reason)| result(found, *reason, &places)).collect();
    let driver = ToolComponent::builder()
        .name("Quartet")
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .rules(rules.clone())
        .build();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .invocations(vec![invocation(&survey.results)])
        .results(results)
        .build();
    Sarif::builder().version(json!("2.1.0")).schema(SCHEMA).runs(vec![run]).build()
}

/// One for each rule that found something, by name.
fn rules(all: &[(&Vulnerability, Option<&str>)]) -> Vec<ReportingDescriptor> {
    let by_id: BTreeMap<&str, &Vulnerability> =
        all.iter().rev().map(|(found, _)| (found.rule_id.as_str(), *found)).collect();
    by_id.into_values().map(rule::descriptor).collect()
}

fn result(found: &Vulnerability, reason: Option<&str>, places: &BTreeMap<&str, i64>) -> Finding {
    let mut result = Finding::builder()
        .rule_id(found.rule_id.as_str())
        .rule_index(places.get(found.rule_id.as_str()).copied().unwrap_or(-1))
        .level(level(found.severity))
        .message(message(&found.description))
        .locations(vec![location(&found.file_path, found.line_number)])
        .partial_fingerprints(BTreeMap::from([(FINGERPRINT.to_owned(), found.fingerprint.clone())]))
        .rank((found.confidence_score * 100.0).round())
        .build();
    if !found.flow.is_empty() {
        result.code_flows = Some(vec![code_flow(&found.flow)]);
    }
    result.baseline_state = found.introduced.map(|new| json!(if new { "new" } else { "unchanged" }));
    result.suppressions = reason
        .map(|reason| vec![Suppression::builder().kind(json!("inSource")).justification(reason).build()]);
    result
}

fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Critical | Severity::High => ResultLevel::Error,
        Severity::Medium => ResultLevel::Warning,
        Severity::Low => ResultLevel::Note,
    }
}

fn code_flow(steps: &[FlowStep]) -> CodeFlow {
    let locations = steps.iter().map(|step| {
        let mut place = location(&step.file_path, step.line_number);
        place.message = Some(message(&step.what));
        ThreadFlowLocation::builder().location(place).build()
    });
    let flow = ThreadFlow::builder().locations(locations.collect::<Vec<_>>()).build();
    CodeFlow::builder().thread_flows(vec![flow]).build()
}

fn location(path: &str, line: u64) -> Location {
    let artifact = ArtifactLocation::builder().uri(uri(path)).uri_base_id(ROOT).build();
    let line = i64::try_from(line.max(1)).unwrap_or(i64::MAX);
    let physical = PhysicalLocation::builder()
        .artifact_location(artifact)
        .region(Region::builder().start_line(line).build())
        .build();
    Location::builder().physical_location(physical).build()
}

fn message(text: &str) -> Message {
    Message::builder().text(text).build()
}

/// RFC 3986: all but unreserved characters and `/` escaped.
fn uri(path: &str) -> String {
    path.bytes().fold(String::with_capacity(path.len()), |mut uri, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            uri.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
        uri
    })
}

fn invocation(results: &AnalysisResults) -> Invocation {
    let unfinished = results.incomplete.iter().map(|text| notification(text.clone(), "warning"));
    let skipped = results
        .files_skipped
        .iter()
        .map(|file| notification(format!("{}: not analysed: {}", file.file_path, file.reason), "note"));
    Invocation::builder()
        .execution_successful(results.success)
        .tool_execution_notifications(unfinished.chain(skipped).collect::<Vec<_>>())
        .build()
}

fn notification(text: String, level: &str) -> Notification {
    Notification::builder().message(message(&text)).level(json!(level)).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("src/a b.py"), "src/a%20b.py");
        assert_eq!(uri("c:/é#?.py"), "c%3A/%C3%A9%23%3F.py");
    }
}
