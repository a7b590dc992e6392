//! Users' rules find what they say, and can do nothing else.

use super::{FOLDER, OwnRules};
use crate::analyze::{Request, analyze};
use crate::language::Language;
use crate::tree::Tree;

const RULE: &str = "\
id: acme.no-legacy
type: Legacy Call
cwe: CWE-477
severity: low
confidence: 0.8
description: The old client is called.
advice: Call the new client.
link: https://example.org/client
language: [python, java]
match:
  - callee: ['*legacy.call']
";

fn tree(files: &[(&str, &str)]) -> Tree {
    files.iter().map(|(path, text)| (*path, text.as_bytes())).collect()
}

fn ids(files: &[(&str, &str)]) -> Vec<String> {
    let tree = tree(files);
    let found = analyze(&Request { tree: &tree, base: None, changed: None });
    assert!(found.incomplete.is_empty(), "{:?}", found.incomplete);
    found.vulnerabilities.into_iter().map(|found| found.rule_id).collect()
}

#[test]
fn a_repository_brings_rules() {
    let rule = (".quartet/rules/legacy.yml", RULE);
    assert_eq!(ids(&[rule, ("a.py", "import legacy\nlegacy.call(1)\n")]), ["acme.no-legacy"]);
    assert_eq!(ids(&[rule, ("A.java", "class A { void f() { legacy.call(1); } }")]), ["acme.no-legacy"]);
    assert!(ids(&[("rules/legacy.yml", RULE), ("a.py", "import legacy\nlegacy.call(1)\n")]).is_empty());
}

#[test]
fn a_named_folder_brings_rules() {
    let rules = OwnRules::read(&Tree::new(), &tree(&[("legacy.yml", RULE), ("notes.txt", "x")]));
    assert!(rules.unusable.is_empty() && rules.of(Language::Java).is_some());
}

#[test]
fn a_built_in_finding_stays_beside_a_users() {
    let rule = RULE.replace("*legacy.call", "hashlib.md5").replace("CWE-477", "CWE-328");
    let code = ("a.py", "import hashlib\ndef f(x):\n    return hashlib.md5(x)\n");
    assert_eq!(ids(&[(".quartet/rules/a.yml", &rule), code]), ["acme.no-legacy", "python.weak-hash"]);
}

#[test]
fn a_rule_that_cannot_be_used_is_named() {
    #[track_caller]
    fn check(rule: &str, expected: &str) {
        let path = format!("{FOLDER}a.yml");
        let tree = tree(&[(&path, rule), ("a.py", "x = 1\n")]);
        let found = analyze(&Request { tree: &tree, base: None, changed: None });
        assert_eq!(found.incomplete.len(), 1, "{:?}", found.incomplete);
        let named = &found.incomplete[0];
        assert!(named.starts_with(&format!("{path}:")) && named.contains(expected), "{named}");
        assert!(!named.contains('\n') && named.len() < 700, "{named}");
    }
    check(&RULE.replace("acme.", "python."), ":1: not a usable rule: names that begin with `python.`");
    check(&RULE.replace("acme.no-legacy", "secret.x"), ":1: ");
    check(&RULE.replace("cwe: CWE-477", "cwe: CVE-477"), ":3: ");
    check(&RULE.replace("cwe: CWE-477", "cwe: 477"), "invalid type: integer `477`");
    check(&RULE.replace("severity: low", "severity: worst"), "worst");
    check(
        &RULE.replace("language: [python, java]", "language: cobol"),
        ":9: not a usable rule: no language \"cobol\"",
    );
    check(&RULE.replace("language: [python, java]\n", ""), "it must name its `language`");
    check(&RULE.replace("https://", "javascript:"), ":8: ");
    check(
        &RULE.replace("callee: ['*legacy.call']", "rule: { kind: nothing_of_this_kind }"),
        "acme.no-legacy",
    );
    check(&RULE.replace("callee: ['*legacy.call']", "rule: { regex: '(' }"), "regular expression");
    check(
        &RULE.replace("callee: ['*legacy.call']", r"rule: { kind: call, regex: '(\w{200}){200}' }"),
        "regular expression",
    );
    check(&RULE.replace("- callee: ['*legacy.call']", "- : ["), "a.yml:1");
    check("", "not a usable rule");
    check(&"[".repeat(30_000), "not a usable rule");
    check(&"x: 1\n".repeat(10_000), "larger than");
    let deep = "rule: { kind: call, has: { has: { has: { has: { kind: call } } } } }";
    check(&RULE.replace("callee: ['*legacy.call']", deep), "levels deep");
    check("&a [*a, *a]", "not a usable rule");
}

#[test]
fn one_name_is_one_rule() {
    let rules = tree(&[("a.yml", RULE), ("b.yml", RULE)]);
    assert_eq!(OwnRules::read(&Tree::new(), &rules).unusable.len(), 1);
}

/// Work is bounded: a rule that looks around from everywhere ends, on a file made for it.
#[test]
fn costly_rules_end() {
    let rule = RULE.replace(
        "callee: ['*legacy.call']",
        "rule: { kind: identifier, inside: { kind: module, stopBy: end, has: { kind: string, stopBy: end, regex: '^x{9}y$' } } }",
    );
    let code = "a = b\n".repeat(20_000);
    let tree = tree(&[(".quartet/rules/a.yml", &rule), ("a.py", &code)]);
    let found = analyze(&Request { tree: &tree, base: None, changed: None });
    assert_eq!((found.total_issues, found.incomplete.len()), (0, 1), "{:?}", found.incomplete);
}
