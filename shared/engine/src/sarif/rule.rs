//! A rule as SARIF describes it: what it is called, how bad it is, what to do.

use std::collections::BTreeMap;

use quartet_domain::results::{Severity, Vulnerability};
use serde_json::json;
use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor,
};

use super::level;

pub(super) fn descriptor(found: &Vulnerability) -> ReportingDescriptor {
    let (advice, link) = found.advice.split_once(" See http").unwrap_or((&found.advice, ""));
    let link = if link.is_empty() { String::new() } else { format!("http{link}") };
    let markdown = if link.is_empty() { advice.to_owned() } else { format!("{advice}\n\n[More]({link})") };
    let help = MultiformatMessageString::builder().text(found.advice.as_str()).markdown(markdown).build();
    let mut rule = ReportingDescriptor::builder()
        .id(found.rule_id.as_str())
        .name(found.kind.split_whitespace().collect::<String>())
        .short_description(MultiformatMessageString::builder().text(found.kind.as_str()).build())
        .help(help)
        .default_configuration(ReportingConfiguration::builder().level(json!(level(found.severity))).build())
        .properties(properties(found))
        .build();
    rule.help_uri = Some(link).filter(|link| !link.is_empty());
    rule
}

fn properties(found: &Vulnerability) -> PropertyBag {
    let mut tags = vec![found.category.clone()];
    if let Some(number) = found.cwe.strip_prefix("CWE-") {
        tags.push(format!("external/cwe/cwe-{number:0>3}"));
    }
    // The names and the scale are GitHub's; the numbers lie within CVSS's bands.
    let (score, word) = match found.severity {
        Severity::Critical => ("9.5", "error"),
        Severity::High => ("8.0", "error"),
        Severity::Medium => ("5.5", "warning"),
        Severity::Low => ("2.0", "recommendation"),
    };
    let more = BTreeMap::from([
        ("security-severity".to_owned(), json!(score)),
        ("problem.severity".to_owned(), json!(word)),
    ]);
    PropertyBag::builder().tags(tags).additional_properties(more).build()
}
