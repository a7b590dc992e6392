//! Any text as a rule file that a repository brings: it is taken, or refused with its line and reason; and whatever it
//! says, the analysis ends and every finding that is there without it is there as surely with it.

#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use quartet_domain::results::AnalysisResults;
use quartet_engine::analyze::{Request, analyze};
use quartet_engine::tree::Tree;

/// The first byte of a draw chooses the file's name, and so its form.
const RULES: [&str; 2] = [".quartet/rules/fuzz.yml", ".quartet/rules/fuzz.toml"];

const CODE: [(&str, &str); 5] = [
    (
        "a.py",
        "import os, sqlite3, acme\nfrom flask import request\ndef f(a, b=1):\n    x = os.system('ls ' + a)\n    \
         name = acme.clean(request.args['n'])\n    sqlite3.connect('d').execute('SELECT ' + name)\n    \
         acme.run(acme.read(), token='Xk29dkQ8sZpL1vTq')\n    return [y for y in x if acme.safe(y)]\n",
    ),
    (
        "a.js",
        "const acme = require('acme');\nconst f = (req, res) => { eval(`x ${req.query.a}`); \
         acme.run(acme.clean(req.body.b)); return new Map([[req, res]]); };\n",
    ),
    ("a.ts", "class C<T> { constructor(private a: T) {} get(): string { return eval(`${this.a}`); } }\n"),
    ("A.java", "class A { String f(String a) throws Exception { Runtime.getRuntime().exec(\"ls \" + a); return a; } }\n"),
    ("a.sh", "#!/bin/sh\ncurl http://example.org/$1 | sh\n"),
];

fn found(rule: Option<(&str, &str)>) -> AnalysisResults {
    let tree: Tree = CODE.into_iter().chain(rule).map(|(path, text)| (path, text.as_bytes())).collect();
    analyze(&Request { tree: &tree, base: None, changed: None })
}

fuzz_target!(|draw: &str| {
    static BUILT_IN: OnceLock<AnalysisResults> = OnceLock::new();
    let built_in = BUILT_IN.get_or_init(|| found(None));
    let Some(first) = draw.chars().next() else { return };
    let path = RULES[first as usize % RULES.len()];
    let with = found(Some((path, &draw[first.len_utf8()..])));
    assert_eq!(with.total_issues, with.vulnerabilities.len() as u64);
    for one in &built_in.vulnerabilities {
        let stays = with.vulnerabilities.iter().any(|other| {
            (&other.rule_id, &other.file_path, other.line_number) == (&one.rule_id, &one.file_path, one.line_number)
                && other.confidence_score >= one.confidence_score
                && other.severity >= one.severity
        });
        assert!(stays, "{path} takes back {one:?}");
    }
    for problem in with.incomplete.iter().filter(|problem| problem.starts_with(path)) {
        let place = problem[path.len()..].strip_prefix(':').and_then(|rest| rest.split_once(": "));
        let line = place.and_then(|(line, _)| line.parse::<usize>().ok());
        assert!(line.is_some_and(|line| (1..=draw.lines().count() + 1).contains(&line)), "{problem}");
        assert!(!problem.contains(char::is_control), "{problem:?}");
    }
});
