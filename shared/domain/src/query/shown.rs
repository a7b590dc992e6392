//! Findings in words: what was asked for, and what there is.

use super::answer::{list, quoted};
use super::question::Question;
use super::repair::state;
use super::restriction::{Dimension, Fix, Restriction, What};
use crate::counted::noun_for;
use crate::results::{PipelineResults, Vulnerability};

/// Findings that are listed.
const MOST_LISTED: usize = 10;

/// As `high SQL Injection findings in notes/store.py`.
pub(super) fn described(restrictions: &[Restriction], words: &[String], count: usize) -> String {
    let proved = |one: &&Restriction| one.what == What::Fix(Fix::Verified);
    let (proved, restrictions): (Vec<&Restriction>, Vec<&Restriction>) =
        restrictions.iter().partition(proved);
    let before: String = [Dimension::Severity, Dimension::Fix, Dimension::Introduced, Dimension::Kind]
        .map(|dimension| of(&restrictions, dimension))
        .concat();
    let proved =
        proved.iter().map(|one| if one.negated { "without a verified fix " } else { "with a verified fix " });
    let proved: String = proved.collect();
    let after: String = [Dimension::File, Dimension::Line, Dimension::Function]
        .map(|dimension| of(&restrictions, dimension))
        .concat();
    let after = proved + &after;
    let noun = noun_for(count, "finding");
    let about: Vec<String> = words.iter().map(|word| quoted(word, 40)).collect();
    let about = if about.is_empty() { String::new() } else { format!(" about {}", about.join(", ")) };
    format!(
        "{before}{noun}{}{about}",
        if after.is_empty() { String::new() } else { format!(" {}", after.trim_end()) }
    )
}

/// What is said of one dimension, with a space after it.
fn of(restrictions: &[&Restriction], dimension: Dimension) -> String {
    let of = || restrictions.iter().filter(|one| one.what.dimension() == dimension);
    let wanted: Vec<String> = of().filter(|one| !one.negated).map(|one| word(&one.what)).collect();
    let wanted = wanted.join(" or ");
    let unwanted = of().filter(|one| one.negated).map(|one| {
        let is_fix = matches!(one.what, What::Fix(_));
        if is_fix { "open".to_owned() } else { format!("not {}", word(&one.what)) }
    });
    let said = Some(wanted).filter(|wanted| !wanted.is_empty()).into_iter().chain(unwanted);
    said.map(|part| format!("{part} ")).collect()
}

fn word(what: &What) -> String {
    match what {
        What::Severity(any) => {
            let words: Vec<String> = any.iter().rev().map(|one| format!("{one:?}").to_lowercase()).collect();
            if words.is_empty() { "of no severity".to_owned() } else { words.join(" or ") }
        }
        What::Kind(kind) => kind.name.to_owned(),
        What::Cwe(number) => format!("CWE-{number}"),
        What::File(path) => format!("in {}", quoted(path, 200)),
        What::Line(line) => format!("at line {line}"),
        What::Function(name) => format!("in the function {}", quoted(name, 80)),
        What::Fix(_) => "fixed".to_owned(),
        What::Introduced => "new".to_owned(),
        What::Outcome(_) | What::Active => String::new(),
    }
}

/// The findings, one on each line, with how their fixes are where that is asked about.
pub(super) fn shown(question: &Question, found: &[&Vulnerability], results: &PipelineResults) -> String {
    let fixes = question.restricts(&[Dimension::Fix]);
    let told = |finding: &&Vulnerability| match fixes {
        true => format!("{}; {}", line(finding), state(finding, &results.fix_results)),
        false => line(finding),
    };
    let mut lines = Vec::new();
    list(&mut lines, found, MOST_LISTED, told);
    let all = results.analysis_results.vulnerabilities.len();
    if fixes && all > found.len() {
        lines.push(format!("Those are {} of {all} findings.", found.len()));
    } else if fixes {
        lines.push(format!("Those are all {all} findings."));
    }
    lines.join("\n")
}

pub(super) fn line(finding: &Vulnerability) -> String {
    let severity = format!("{:?}", finding.severity).to_lowercase();
    let mut line = format!("- {severity}: {}", quoted(&finding.kind, 80));
    if !finding.cwe.is_empty() {
        line.push_str(&format!(" ({})", quoted(&finding.cwe, 20)));
    }
    line.push_str(&format!(" at {}:{}", quoted(&finding.file_path, 200), finding.line_number));
    if !finding.function_name.is_empty() {
        line.push_str(&format!(" in {}", quoted(&finding.function_name, 80)));
    }
    line
}
