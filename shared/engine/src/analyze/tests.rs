//! Analysis from the outside: what it says of whole trees.

use std::collections::BTreeSet;

use encoding_rs::{KOI8_R, WINDOWS_1252};
use quartet_domain::results::{AnalysisResults, RiskLevel};

use super::unit::{MAX_DEPTH, MAX_FILE_BYTES};
use super::{Request, analyze};
use crate::tree::Tree;

const MD5: &str = "import hashlib\ndef digest(data):\n    return hashlib.md5(data).hexdigest()\n";

fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::new();
    for (path, text) in files {
        tree.insert(*path, text.as_bytes().to_vec());
    }
    tree
}

fn full(files: &[(&str, &str)]) -> AnalysisResults {
    analyze(&Request { tree: &tree(files), base: None, changed: None })
}

fn introduced(base: &[(&str, &str)], head: &[(&str, &str)]) -> Vec<Option<bool>> {
    let (base, head) = (tree(base), tree(head));
    let found = analyze(&Request { tree: &head, base: Some(&base), changed: None });
    found.vulnerabilities.iter().map(|found| found.introduced).collect()
}

#[test]
fn the_payload_adds_up() {
    let found = full(&[
        ("b.py", MD5),
        (
            "a.js",
            "app.get('/', (req, res) => {\n  db.query(`SELECT * FROM t WHERE a = '${req.query.a}'`);\n});\n",
        ),
        ("readme.md", "nothing"),
    ]);
    let places: Vec<_> =
        found.vulnerabilities.iter().map(|v| (v.file_path.as_str(), v.line_number)).collect();
    assert_eq!(places, [("a.js", 2), ("b.py", 3)]);
    assert_eq!(found.total_issues, 2);
    assert_eq!(found.files_analyzed, 2);
    assert_eq!(found.severity_breakdown.total(), 2);
    assert_eq!(found.overall_risk_level, RiskLevel::High);
    assert!(found.success && (0.5..1.0).contains(&found.ai_confidence_score));
    assert!(found.recommendations[0].starts_with("SQL Injection: "), "{:?}", found.recommendations);
    assert_eq!(found.vulnerabilities[1].function_name, "digest");
    assert_eq!(found.vulnerabilities[0].introduced, None);
}

#[test]
fn the_same_tree_gives_the_same_bytes() {
    let files = [("a.py", MD5), ("b/c.py", MD5)];
    let once = serde_json::to_string(&full(&files)).unwrap();
    assert_eq!(once, serde_json::to_string(&full(&files)).unwrap());
}

#[test]
fn nothing_found_is_certain() {
    let found = full(&[("a.py", "x = 1\n")]);
    assert_eq!((found.ai_confidence_score, found.overall_risk_level), (1.0, RiskLevel::None));
}

#[test]
fn a_moved_finding_is_not_introduced() {
    let moved = format!("import os\n\n\n{MD5}");
    assert_eq!(introduced(&[("a.py", MD5)], &[("a.py", &moved)]), [Some(false)]);
}

#[test]
fn a_copied_finding_is_introduced() {
    let twice = format!("{MD5}    return hashlib.md5(data).hexdigest()\n");
    assert_eq!(introduced(&[("a.py", MD5)], &[("a.py", &twice)]), [Some(false), Some(true)]);
    assert_eq!(introduced(&[("a.py", MD5)], &[("b.py", MD5)]), [Some(true)]);
}

#[test]
fn only_changed_files_are_reported() {
    let tree = tree(&[("a.py", MD5), ("b.py", MD5)]);
    let changed = BTreeSet::from(["b.py".to_owned(), "gone.py".to_owned()]);
    let found = analyze(&Request { tree: &tree, base: None, changed: Some(&changed) });
    assert_eq!((found.total_issues, found.files_analyzed), (1, 1));
    assert_eq!(found.vulnerabilities[0].file_path, "b.py");
}

const VIEW: &str = "import os\nfrom flask import request\nfrom helper import quoted\n\ndef view():\n    os.system('ls ' + quoted(request.args['q']))\n";
const QUOTES: &str = "import shlex\n\ndef quoted(text):\n    return shlex.quote(text)\n";
const LETS_THROUGH: &str = "def quoted(text):\n    return text\n";
const RUNS: &str = "import os\n\ndef run(name):\n    os.system('ls ' + name)\n";

/// What a change of `changed` is told of: file, line, rule, and whether it brought that.
fn told(
    base: &[(&str, &str)],
    head: &[(&str, &str)],
    changed: &str,
) -> Vec<(String, u64, String, Option<bool>)> {
    let (base, head) = (tree(base), tree(head));
    let changed = BTreeSet::from([changed.to_owned()]);
    let found = analyze(&Request { tree: &head, base: Some(&base), changed: Some(&changed) });
    let sure = found.vulnerabilities.into_iter().filter(|v| v.confidence_score >= 0.5);
    sure.map(|v| (v.file_path, v.line_number, v.cwe, v.introduced)).collect()
}

#[test]
fn a_change_is_told_of_its_callers() {
    let same = [("app.py", VIEW), ("helper.py", QUOTES)];
    let broken = [("app.py", VIEW), ("helper.py", LETS_THROUGH)];
    let found = |introduced| [("app.py".to_owned(), 6, "CWE-78".to_owned(), Some(introduced))];
    assert_eq!(told(&same, &broken, "helper.py"), found(true));
    assert_eq!(told(&broken, &same, "helper.py"), []);
    // What was there before, in a file that the change left alone, is no news.
    assert_eq!(told(&broken, &broken, "helper.py"), []);
    assert_eq!(told(&broken, &broken, "app.py"), found(false));
}

#[test]
fn a_change_is_told_of_what_it_calls() {
    let view = "from flask import request\nfrom lib import run\n\ndef view():\n    run(request.args['q'])\n";
    let safe = view.replace("request.args['q']", "'fixed'");
    let found = |introduced| [("lib.py".to_owned(), 4, "CWE-78".to_owned(), Some(introduced))];
    let before = [("app.py", safe.as_str()), ("lib.py", RUNS)];
    let after = [("app.py", view), ("lib.py", RUNS)];
    assert_eq!(told(&before, &after, "app.py"), found(true));
    assert_eq!(told(&after, &after, "app.py"), found(false));
}

#[test]
fn a_change_of_a_script_is_told_of_its_callers() {
    let view = "const { clean } = require('./clean');\nconst { exec } = require('child_process');\nmodule.exports = (req, res) => { exec('ls ' + clean(req.query.q)); };\n";
    let safe = "exports.clean = (text) => parseInt(text, 10);\n";
    let unsafe_ = "exports.clean = (text) => text.trim();\n";
    let before = [("app.js", view), ("clean.js", safe)];
    let after = [("app.js", view), ("clean.js", unsafe_)];
    let found = [("app.js".to_owned(), 3, "CWE-78".to_owned(), Some(true))];
    assert_eq!(told(&before, &after, "clean.js"), found);
}

#[test]
fn a_file_nearby_keeps_its_own_findings() {
    let head = [("app.py", VIEW), ("helper.py", QUOTES), ("other.py", MD5)];
    let both = format!("{VIEW}    os.system(request.args['other'])\n");
    let with_other = [("app.py", both.as_str()), ("helper.py", LETS_THROUGH)];
    assert_eq!(told(&head, &head, "helper.py"), []);
    let base = [("app.py", both.as_str()), ("helper.py", QUOTES)];
    let found = [("app.py".to_owned(), 6, "CWE-78".to_owned(), Some(true))];
    assert_eq!(told(&base, &with_other, "helper.py"), found);
}

#[test]
fn comments_suppress_what_they_name() {
    #[track_caller]
    fn check(comment: &str, suppressed: u64) {
        for line in [
            format!("def f(x):\n    return hashlib.md5(x)  {comment}\n"),
            format!("def f(x):\n    {comment}\n    # more\n    return hashlib.md5(x)\n"),
        ] {
            let found = full(&[("a.py", &format!("import hashlib\n{line}"))]);
            assert_eq!((found.suppressed_issues, found.total_issues), (suppressed, 1 - suppressed), "{line}");
        }
    }
    check("# quartet: ignore[python.weak-hash] a cache key", 1);
    check("# quartet: ignore[weak-hash] a cache key", 1);
    check("# quartet: ignore[sql-injection, weak-hash] both", 1);
    check("# quartet: ignore[sql-injection] another", 0);
    check("# quartet: ignore everything", 0);
    check("# quartet: ignore[] nothing", 0);
    check("# quartet: ignore[weak-hash]", 0);
    check("# quartet: ignore[weak-hash] -", 0);
}

/// A place is one in the text, however its bytes are written: each encoding gives what UTF-8 gives.
#[test]
fn every_encoding_gives_the_same_findings() {
    fn in_bytes(path: &str, bytes: Vec<u8>) -> AnalysisResults {
        let tree: Tree = [(path, bytes)].into_iter().collect();
        analyze(&Request { tree: &tree, base: None, changed: None })
    }
    #[track_caller]
    fn check(path: &str, text: &str, bytes: Vec<u8>) {
        assert!(str::from_utf8(&bytes).is_err());
        let (known, found) = (in_bytes(path, text.into()), in_bytes(path, bytes));
        assert!(
            known.total_issues > 1 && known.vulnerabilities.iter().any(|v| v.flow.len() > 1),
            "{known:?}"
        );
        assert_eq!(serde_json::to_value(found).unwrap(), serde_json::to_value(known).unwrap());
    }
    let python = |head: &str, word: &str| {
        format!(
            "{head}import hashlib, os\nfrom flask import request\n# {}\ndef f():\n    name = request.args['{word}']\n    \
             os.system('ls {word} ' + name)\n    return hashlib.md5('{word}' + name)\n",
            word.repeat(20)
        )
    };
    let script = format!(
        "// {}\nconst {{ exec }} = require('child_process');\nmodule.exports = (req, res) => {{\n  \
         const café = req.query['é'];\n  exec('ls é ' + café);\n  eval('é' + café);\n}};\n",
        "é".repeat(20)
    );
    let french = python("", "é");
    check("a.py", &french, WINDOWS_1252.encode(&french).0.into_owned());
    check("a.js", &script, WINDOWS_1252.encode(&script).0.into_owned());
    check("a.ts", &script, WINDOWS_1252.encode(&script).0.into_owned());
    let russian = python("# -*- coding: koi8-r -*-\n", "да");
    // As UTF-8 it would have to declare that.
    check("a.py", &russian.replace("koi8-r", "utf-8"), KOI8_R.encode(&russian).0.into_owned());
    let wide = french.encode_utf16().flat_map(u16::to_le_bytes);
    check("a.py", &french, [0xff, 0xfe].into_iter().chain(wide).collect());
}

#[test]
fn text_that_is_not_in_the_encoding_it_declares_is_named() {
    let tree: Tree = [("a.py", b"# coding: utf-8\nname = 'caf\xe9'\n".as_slice())].into_iter().collect();
    let found = analyze(&Request { tree: &tree, base: None, changed: None });
    let skipped: Vec<_> = found.files_skipped.iter().map(|file| file.reason.as_str()).collect();
    assert_eq!((found.files_analyzed, skipped), (0, vec!["not text in a known encoding"]));
}

/// What nobody would write must end soon, without a panic; what is left out is named.
#[test]
fn what_is_no_code_is_read_or_named() {
    let n = 20_000;
    for (path, text) in [
        ("a.js", ")\n".repeat(n)),
        ("a.py", format!("x = '''{}", "'a".repeat(n))),
        ("a.js", "`${".repeat(1000)),
        ("a.py", "\0".repeat(n)),
    ] {
        let found = full(&[(path, &text)]);
        let is_named = found.files_skipped.iter().any(|skipped| skipped.file_path == path);
        assert!(found.files_analyzed == 1 || is_named, "{path}: {:?}", found.incomplete);
    }
}

#[test]
fn hostile_files_end() {
    #[track_caller]
    fn check(what: &str, path: &str, text: &str, complete: bool) {
        let found = full(&[(path, text)]);
        let left_out = (&found.incomplete, &found.files_skipped);
        assert_eq!(left_out.0.is_empty() && left_out.1.is_empty(), complete, "{what}: {left_out:?}");
    }
    let n = 20_000;
    check("open brackets", "a.py", &"(".repeat(n), false);
    check("open brackets", "a.js", &"[\n".repeat(n), false);
    check("nested calls", "a.py", &format!("{}1{}", "eval(".repeat(1000), ")".repeat(1000)), false);
    check("a long sum", "a.py", &format!("x = {}1", "1 + ".repeat(n)), false);
    check("unary", "a.py", &format!("x = {}1", "not ".repeat(n)), false);
    check("chained calls", "a.js", &format!("a{}", ".b()\n".repeat(n / 10)), false);
    check("else if", "a.js", &"if (a) { b } else\n".repeat(n / 10), false);
    check(
        "indented",
        "a.py",
        &(0..1000).map(|i| format!("{}if x:\n", " ".repeat(i))).collect::<String>(),
        false,
    );
    check("open string", "a.py", &format!("x = '''{}", "'a".repeat(n)), true);
    check("template in template", "a.js", &"`${".repeat(1000), true);
    check("zero bytes", "a.py", &"\0".repeat(n), true);
    check("not code", "a.ts", &"\u{feff}<<<<>>>>@@ = 日本語 ".repeat(1000), false);
    check("too large", "a.py", &"#\n".repeat(MAX_FILE_BYTES), false);
    check(
        "shallow enough",
        "a.py",
        &format!("{}1{}", "(".repeat(MAX_DEPTH / 2), ")".repeat(MAX_DEPTH / 2)),
        true,
    );
    let doubling: String = (1..2000).map(|i| format!("    a{i} = a{} + a{}\n", i - 1, i - 1)).collect();
    check("doubling", "a.py", &format!("import os\ndef f(a0):\n{doubling}    os.system(a1999)\n"), true);
    let many: String =
        (0..4_000).map(|i| format!("    q = 'x' + q + a\n    os.system(q + '{i}')\n")).collect();
    check("many sinks", "a.py", &format!("import os\ndef f(a, q):\n{many}"), false);
}

/// A list that nobody could read or receive is cut where it hurts least.
#[test]
fn the_worst_of_too_many_are_listed() {
    let many = format!("import hashlib\n{}", "hashlib.md5(data)\n".repeat(200));
    let mut files: Vec<(String, String)> = (0..26).map(|at| (format!("m{at}.py"), many.clone())).collect();
    let worst = "import os\nfrom flask import request\ndef f():\n    os.system(request.args['a'])\n";
    files.push(("z.py".to_owned(), worst.to_owned()));
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let found = full(&files);
    assert_eq!((found.total_issues, found.vulnerabilities.len()), (5_000, 5_000));
    assert_eq!(found.vulnerabilities.last().map(|last| last.file_path.as_str()), Some("z.py"));
    assert_eq!(found.incomplete, ["201 more findings, no worse ones, are not listed"]);
}
