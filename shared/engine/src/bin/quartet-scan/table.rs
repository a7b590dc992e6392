//! The results for people: one finding in two lines, then what to do, what was left out, and the sums.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quartet_domain::counted::counted;
use quartet_domain::results::{AnalysisResults, Severity, Vulnerability};

/// So many files that were left out are named; the JSON names all.
const NAMED: usize = 10;

pub(crate) fn write(results: &AnalysisResults, out: &mut impl Write) -> io::Result<()> {
    for found in &results.vulnerabilities {
        finding(found, out)?;
    }
    if !results.recommendations.is_empty() {
        writeln!(out)?;
    }
    for sentence in &results.recommendations {
        writeln!(out, "- {sentence}")?;
    }
    left_out(results, out)?;
    let counts = &results.severity_breakdown;
    writeln!(
        out,
        "\n{}, {} ({} critical, {} high, {} medium, {} low), {} suppressed, risk {}, {:.2} s",
        counted(results.files_analyzed, "file"),
        counted(results.total_issues, "finding"),
        counts.critical,
        counts.high,
        counts.medium,
        counts.low,
        results.suppressed_issues,
        format!("{:?}", results.overall_risk_level).to_uppercase(),
        results.duration,
    )
}

fn finding(found: &Vulnerability, out: &mut impl Write) -> io::Result<()> {
    let place = format!("{}:{}", plain(&found.file_path), found.line_number);
    let severity = match found.severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    };
    let function = if found.function_name.is_empty() { "-" } else { &found.function_name };
    let known = if found.introduced == Some(false) { "  (known)" } else { "" };
    writeln!(
        out,
        "{severity:<8} {:>3.0}%  {place}  {}  {}{known}",
        found.confidence_score * 100.0,
        found.rule_id,
        plain(function)
    )?;
    writeln!(out, "               {}", plain(&found.description))
}

fn left_out(results: &AnalysisResults, out: &mut impl Write) -> io::Result<()> {
    for file in &results.incomplete {
        writeln!(out, "not finished: {}", plain(file))?;
    }
    for file in results.files_skipped.iter().take(NAMED) {
        writeln!(out, "not analysed: {}: {}", plain(&file.file_path), plain(&file.reason))?;
    }
    if results.files_skipped.len() > NAMED {
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for file in &results.files_skipped {
            *reasons.entry(&file.reason).or_default() += 1;
        }
        let sums: Vec<String> = reasons.iter().map(|(reason, n)| format!("{n} {}", plain(reason))).collect();
        let skipped = counted(results.files_skipped.len(), "file");
        writeln!(out, "not analysed: {skipped} ({})", sums.join(", "))?;
    }
    let suppressed: Vec<String> =
        results.suppressed_by_rule.iter().map(|(rule, n)| format!("{n} {}", plain(rule))).collect();
    if suppressed.is_empty() { Ok(()) } else { writeln!(out, "suppressed: {}", suppressed.join(", ")) }
}

/// Text of the scanned code without what a terminal obeys or a reader cannot see.
fn plain(text: &str) -> String {
    let obeyed = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|c| if obeyed(c) { '\u{fffd}' } else { c }).collect()
}
