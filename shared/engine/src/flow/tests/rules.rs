//! The examples in the rule files: each `bad` one is found by its rule, no `good` one is.

use std::collections::BTreeSet;

use super::super::lower::Language;
use super::super::rules::file::builtin;
use quartet_domain::results::Vulnerability;

use super::super::analyze;
use crate::tree::Tree;

fn run(path: &str, code: &str) -> Vec<Vulnerability> {
    let mut tree = Tree::new();
    tree.insert(path, code.as_bytes().to_vec());
    analyze(&tree, None).hits.into_iter().map(|hit| hit.vulnerability).collect()
}

#[track_caller]
fn check(language: Language, path: &str) {
    let mut wrong = Vec::new();
    for rule in &builtin(language).rule {
        // Some uses are worth a line, and no more.
        let all = rule.sink.iter().map(|s| s.certainty).chain(rule.shape.iter().map(|s| s.certainty));
        let is_sure = !rule.literal.is_empty() || all.fold(0.0, f64::max) > 0.6;
        let least = if is_sure { 0.5 } else { 0.0 };
        for code in &rule.bad {
            let found = run(path, code);
            if !found.iter().any(|v| v.rule_id == rule.id && v.confidence_score >= least) {
                let found: Vec<_> = found.iter().map(|v| (&v.rule_id, v.confidence_score)).collect();
                wrong.push(format!("{} misses{code}found: {found:?}", rule.id));
            }
        }
        for code in &rule.good {
            if run(path, code).iter().any(|v| v.rule_id == rule.id) {
                wrong.push(format!("{} finds something in{code}", rule.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn python_examples() {
    check(Language::Python, "app.py");
}

#[test]
fn javascript_examples() {
    check(Language::JavaScript, "app.js");
    check(Language::TypeScript, "app.ts");
}

#[test]
fn every_rule_says_what_to_do() {
    for language in [Language::Python, Language::JavaScript] {
        let mut ids = BTreeSet::new();
        for rule in &builtin(language).rule {
            assert!(ids.insert(&rule.id), "{} twice", rule.id);
            assert!(rule.advice.ends_with('.') && rule.description.ends_with('.'), "{}", rule.id);
            assert!(!rule.bad.is_empty() && !rule.good.is_empty(), "{} has no examples", rule.id);
            assert!(rule.link.starts_with("http") && rule.cwe > 0 && !rule.kind.is_empty(), "{}", rule.id);
        }
    }
}

/// Weaknesses for which both languages have a rule; of several numbers that say the same, one is enough.
const BOTH: [&[u32]; 39] = [
    &[22],
    &[78],
    &[79],
    &[89],
    &[90],
    &[91, 643],
    &[94, 95],
    &[113],
    &[117],
    &[209],
    &[295],
    &[312],
    &[319],
    &[326],
    &[327],
    &[328],
    &[330],
    &[338],
    &[347],
    &[352],
    &[377],
    &[400, 1333],
    &[434],
    &[470],
    &[501],
    &[502],
    &[532],
    &[601],
    &[611],
    &[614],
    &[732],
    &[776],
    &[798],
    &[915],
    &[918],
    &[943],
    &[1004],
    &[1333],
    &[1336],
];

#[test]
fn every_weakness_has_a_rule_in_both_languages() {
    let mut gaps = Vec::new();
    for (language, folder) in [(Language::Python, "python"), (Language::JavaScript, "javascript")] {
        let mut known: BTreeSet<u32> = builtin(language).rule.iter().map(|rule| rule.cwe).collect();
        known.extend(patterns(folder));
        let own: &[&[u32]] = if language == Language::JavaScript { &[&[1321]] } else { &[] };
        let missing = BOTH.iter().chain(own).filter(|group| !group.iter().any(|cwe| known.contains(cwe)));
        gaps.extend(missing.map(|group| format!("{folder} has no rule for {group:?}")));
    }
    assert_eq!(gaps, Vec::<String>::new());
}

/// The weaknesses of the pattern rules in a folder.
fn patterns(folder: &str) -> Vec<u32> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").join(folder);
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let texts = files.map(|file| std::fs::read_to_string(file).unwrap());
    let numbers = |text: String| {
        let line = text.lines().find_map(|line| line.strip_prefix("cwe: CWE-"));
        line.map(|number| number.trim().parse().unwrap())
    };
    texts.filter_map(numbers).collect()
}
