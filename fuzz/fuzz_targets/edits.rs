//! Code with a weakness in it somewhere: what is handed over as fixed parses with the exact parser, has no more findings of
//! any weakness than before, has left alone what no function with a finding holds, and is not changed by a second run.

#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use quartet_domain::results::AnalysisResults;
use quartet_engine::analyze::{Request, analyze};
use quartet_engine::build::{Verdict, check_syntax};
use quartet_engine::fix::fix;
use quartet_engine::tree::Tree;

/// A path, what stands before the text that is drawn, and what behind it. The first byte of a draw chooses.
const AROUND: [(&str, &str, &str); 8] = [
    ("a.py", "", ""),
    (
        "a.py",
        "# \u{e9}: stays\nimport hashlib, yaml, sqlite3\n\ndef f(a, c):\n    h = hashlib.md5(a)\n    ",
        "\n    c.execute('SELECT * FROM t WHERE a = ' + a)\n    return yaml.load(a)\n\n\nSTAYS = 'as  it is'\n",
    ),
    (
        "a.py",
        "# stays\nimport sqlite3\nimport os\n\ndef f(a, c):\n    c.execute(f\"SELECT * FROM t WHERE a = '{a}' AND ",
        "\")\n    os.system('ls ' + a)\n\n\nSTAYS = 'as  it is'\n",
    ),
    (
        "a.py",
        "# stays\nimport os\nfrom flask import request, redirect\n\ndef f():\n    a = request.args['a']\n    ",
        "\n    open('/srv/data/' + a).read()\n    os.system('ls -l ' + a)\n    return redirect(a)\n\n\nSTAYS = 'as  it is'\n",
    ),
    ("a.js", "", ""),
    (
        "a.js",
        "// \u{1f600} stays\nconst db = require('mysql');\nfunction f(a) {\n  ",
        "\n  db.query(`SELECT * FROM t WHERE a = ${a}`);\n}\n\nconst STAYS = 'as  it is';\n",
    ),
    (
        "a.ts",
        "// stays\nimport { exec } from 'child_process';\nimport crypto from 'crypto';\nexport function f(a: string): void {\n  exec('ls ' + ",
        ");\n  crypto.createHash('md5').update(a);\n}\n\nconst STAYS = 'as  it is';\n",
    ),
    (
        "a.js",
        "// stays\nconst fs = require('fs'), path = require('path'), os = require('os');\nmodule.exports = (req, res) => {\n  ",
        "\n  fs.readFile(path.join('/srv', req.query.a), () => {});\n  res.redirect(req.query.b);\n  res.send('<b>' + req.query.c);\n};\n\nconst STAYS = 'as  it is';\n",
    ),
];

fn found(tree: &Tree) -> AnalysisResults {
    analyze(&Request { tree, base: None, changed: None })
}

/// How many findings there are of each weakness.
fn counts(found: &AnalysisResults) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for one in &found.vulnerabilities {
        *counts.entry(one.cwe.as_str()).or_default() += 1;
    }
    counts
}

fuzz_target!(|draw: &str| {
    let Some(first) = draw.chars().next() else { return };
    let (path, before, after) = AROUND[first as usize % AROUND.len()];
    let source = format!("{before}{}{after}", &draw[first.len_utf8()..]);
    let tree: Tree = [(path, source.as_bytes())].into_iter().collect();
    let known = found(&tree);
    let fixes = fix(&tree, &known);
    for fixed in &fixes.results.functions_fixed {
        assert!(fixed.verification.len() == 5, "{fixed:?}");
        assert!(fixed.verification.iter().all(|rung| rung.passed == Some(true)), "{fixed:?}");
        assert!((0.0..=1.0).contains(&fixed.confidence_score), "{fixed:?}");
    }
    let Some(bytes) = fixes.files.get(path) else { return };
    let text = String::from_utf8_lossy(bytes);
    assert_ne!(text, source, "a fix changes something");
    match check_syntax(path, bytes) {
        Verdict::Parsed(errors) => assert!(errors.is_empty(), "{errors:?} in\n{text}"),
        Verdict::NotParsed(_) | Verdict::NotSource => panic!("{path} was changed without a parser for it"),
    }
    let stays = before.lines().next().filter(|_| !after.is_empty());
    assert!(stays.is_none_or(|line| text.starts_with(line)), "the first line of\n{text}");
    let tail = after.lines().last().unwrap_or_default();
    assert!(text.ends_with(&format!("{tail}\n")) || tail.is_empty(), "the last line of\n{text}");

    let mut fixed_tree = tree.clone();
    fixed_tree.insert(path, bytes.clone());
    let left = found(&fixed_tree);
    let (was, is) = (counts(&known), counts(&left));
    for (cwe, count) in is {
        assert!(was.get(cwe).is_some_and(|was| count <= *was), "more {cwe} in\n{source}\nthan in\n{text}");
    }
    let again = fix(&fixed_tree, &left).files;
    assert!(again.is_empty(), "a second run changes\n{text}\nto\n{}", String::from_utf8_lossy(&again[path]));
});
