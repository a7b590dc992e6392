//! `quartet-scan` as its user meets it: what it prints, and its exit code.
#![cfg(feature = "cli")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const MD5: &str = "import hashlib\ndef digest(y):\n    return hashlib.md5(y)\n";
const RULE: &str = "\
id: acme.no-print
type: Print
cwe: CWE-489
severity: low
confidence: 0.9
description: Something is printed.
advice: Log it.
link: https://example.org/print
language: python
match:
  - callee: [print]
";

fn scan(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_quartet-scan")).args(arguments).output().expect("cargo has built it")
}

#[track_caller]
fn check(arguments: &[&str], code: i32, expected: &str) {
    let output = scan(arguments);
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.contains(expected), "{text}");
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    }
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain name")
}

#[test]
fn a_file_or_a_folder_is_scanned() {
    let folder = folder(&[("a.py", MD5)]);
    let file = folder.path().join("a.py");
    check(&[text(folder.path())], 0, "a.py:3");
    check(&[text(&file)], 0, "python.weak-hash");
    check(&[text(&file), "--json"], 0, "\"overall_risk_level\": \"MEDIUM\"");
}

#[test]
fn a_threshold_decides_the_exit_code() {
    let head = folder(&[("a.py", MD5)]);
    let base = folder(&[("a.py", MD5)]);
    let head = text(head.path());
    check(&[head, "--fail-on", "medium"], 1, "python.weak-hash");
    check(&[head, "--fail-on", "high"], 0, "python.weak-hash");
    check(&[head, "--fail-on", "low", "--base", text(base.path())], 0, "(known)");
    check(&[head, "--fail-on", "worst"], 2, "possible values: low, medium, high, critical");
}

#[test]
fn users_bring_rules() {
    let code = folder(&[("a.py", "print(1)\n"), (".quartet/rules/bad.yml", "id: x\n")]);
    let rules = folder(&[("print.yml", RULE)]);
    check(&[text(code.path()), "--rules", text(rules.path())], 0, "acme.no-print");
    check(&[text(code.path())], 0, "not finished: .quartet/rules/bad.yml:1: not a usable rule: ");
    check(&[text(code.path()), "--rules", "/no/such/place"], 2, "quartet-scan: cannot read /no/such/place: ");
    let source =
        "language = 'python'\n[[source]]\nmatch = ['queue.take']\nwhat = 'a partner'\nstrength = 0.9\n";
    let flow = folder(&[("a.py", "import os, queue\ndef f():\n    os.system(queue.take())\n")]);
    let rules = folder(&[("queue.toml", source), ("bad.toml", "language = 'python'\nsorces = 1\n")]);
    check(&[text(flow.path())], 0, " 0 findings");
    // Shown, and yet no scan by the rules that were asked for.
    for said in [
        "python.command-injection",
        "not finished: bad.toml:2: not a usable rule: ",
        "quartet-scan: not all of --rules could be used: bad.toml:2: ",
    ] {
        check(&[text(flow.path()), "--rules", text(rules.path())], 2, said);
    }
    let none = folder(&[("readme.md", "No rules.")]);
    check(&[text(code.path()), "--rules", text(none.path())], 2, " has no rules: ");
}

#[test]
fn what_was_left_out_is_said() {
    let folder = folder(&[
        ("a.min.js", "x"),
        ("vendor/b.go", "package b"),
        ("deep.py", &"(".repeat(20_000)),
        ("c.py", "import hashlib\nhashlib.md5(y)  # quartet: ignore[weak-hash] a cache's key\n"),
    ]);
    let folder = text(folder.path());
    check(&[folder], 0, "not analysed: a.min.js: minified");
    check(&[folder], 0, "not analysed: vendor/b.go: vendored");
    check(&[folder], 0, "not analysed: deep.py: nested deeper than");
    check(&[folder], 0, "suppressed: 1 python.weak-hash");
}

#[test]
fn what_cannot_be_read_is_said_in_one_sentence() {
    check(&["/no/such/place"], 2, "quartet-scan: cannot read /no/such/place: ");
    check(&["/dev/zero"], 2, "quartet-scan: /dev/zero is neither a file nor a folder");
    let large = folder(&[("large.py", &"x".repeat(6 << 20))]);
    check(&[text(&large.path().join("large.py"))], 2, "is larger than 5242880 bytes");
    check(&[], 2, "Usage: quartet-scan");
    check(&["--help"], 0, "Exit codes:");
    check(&[".", "--json", "--sarif"], 2, "cannot be used with");
}

/// Against the schema that OASIS publishes:
/// <https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json>.
#[test]
fn sarif_is_valid_and_says_all() {
    let token = ["gh", "p_k3Jd92LmQpZx8VbN4tRw6YsHc1GfEaUi7OoT"].concat();
    let flow =
        "import os\nfrom flask import request\ndef f():\n    os.system('ping ' + request.args.get('h'))\n";
    let suppressed = "import hashlib\nhashlib.md5(y)  # quartet: ignore[weak-hash] a cache's key\n";
    let head = folder(&[
        ("a b.py", flow),
        ("é/c.py", suppressed),
        ("d.py", MD5),
        ("e.env", &format!("TOKEN={token}\n")),
        ("vendor/x.go", "package x"),
        (".quartet/rules/bad.yml", "id: x\n"),
    ]);
    let base = folder(&[("d.py", MD5)]);
    let output = scan(&[text(head.path()), "--base", text(base.path()), "--sarif"]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(!printed.contains(&token[..12]), "a secret is shown");
    let log: Value = serde_json::from_str(&printed).unwrap();
    let schema: Value = serde_json::from_str(include_str!("data/sarif-schema-2.1.0.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let flaws: Vec<String> =
        schema.iter_errors(&log).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));

    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    let of = |rule: &str, path: &str| {
        let found = results.iter().find(|result| {
            result["ruleId"] == rule
                && result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == path
        });
        found.unwrap_or_else(|| panic!("{rule} in {path}: {printed}"))
    };
    let injected = of("python.command-injection", "a%20b.py");
    assert_eq!(injected["baselineState"], "new");
    let steps = injected["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    assert!(steps.len() >= 2, "{steps:?}");
    assert_eq!(of("python.weak-hash", "d.py")["baselineState"], "unchanged");
    let taken_back = &of("python.weak-hash", "%C3%A9/c.py")["suppressions"][0];
    assert_eq!(
        (&taken_back["kind"], &taken_back["justification"]),
        (&"inSource".into(), &"a cache's key".into())
    );
    let place = usize::try_from(injected["ruleIndex"].as_u64().unwrap()).unwrap();
    let rule = &run["tool"]["driver"]["rules"][place];
    assert_eq!(rule["id"], "python.command-injection");
    assert!(rule["properties"]["tags"].as_array().unwrap().contains(&"external/cwe/cwe-078".into()));
    assert_eq!(rule["properties"]["security-severity"], "9.5");
    let notes = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notes.contains("vendor/x.go") && notes.contains("bad.yml"), "{notes}");
}
