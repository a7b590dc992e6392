//! The examples in the rule files: each `bad` one is found by its rule, no `good` one is.

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
        for code in &rule.bad {
            let found = run(path, code);
            if !found.iter().any(|v| v.rule_id == rule.id && v.confidence_score >= 0.5) {
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
        let mut ids = std::collections::BTreeSet::new();
        for rule in &builtin(language).rule {
            assert!(ids.insert(&rule.id), "{} twice", rule.id);
            assert!(rule.advice.ends_with('.') && rule.description.ends_with('.'), "{}", rule.id);
            assert!(rule.link.starts_with("http") && rule.cwe > 0 && !rule.kind.is_empty(), "{}", rule.id);
        }
    }
}
