//! Flows that no single rule tells: branches, containers, closures, other files.

use quartet_domain::results::Vulnerability;

use super::super::analyze;
use crate::tree::Tree;

fn found(files: &[(&str, &str)]) -> Vec<Vulnerability> {
    let tree: Tree = files.iter().map(|(path, code)| (*path, code.as_bytes())).collect();
    analyze(&tree, None).hits.into_iter().map(|hit| hit.vulnerability).collect()
}

/// `body` of a Flask view: whether `eval(x)` at its end is reached by the request.
#[track_caller]
fn check(body: &str, reached: bool) {
    let lines: String = body.lines().map(|line| format!("    {line}\n")).collect();
    let code = format!(
        "from flask import request\ndef view():\n    q = request.args.get('q')\n{lines}    eval(x)\n"
    );
    let hits = found(&[("a.py", &code)]);
    let is_found = hits.iter().any(|v| v.rule_id == "python.code-injection" && v.confidence_score >= 0.5);
    assert_eq!(is_found, reached, "{code}\n{hits:#?}");
}

#[test]
fn branches() {
    check("x = q", true);
    check("x = 'a'\nif 7 * 6 > 40:\n    x = 'b'\nelse:\n    x = q", false);
    check("x = 'a'\nif f():\n    x = q", true);
    check("x = q if 'a' in 'b' else 'c'", false);
    check("x = 'a'\nfor i in f():\n    x = x + y\n    y = q", true);
    check("x = q\nx = 'a'", false);
    check("match 'B':\n    case 'A':\n        x = q\n    case 'B':\n        x = 'b'", false);
    check("try:\n    x = q\n    x = int(x)\nexcept ValueError:\n    pass", true);
    check("with f() as g:\n    x = q", true);
}

#[test]
fn containers() {
    check("d = {}\nd['a'] = q\nd['b'] = 'b'\nx = d['b']", false);
    check("d = {}\nd['a'] = q\nd['b'] = 'b'\nx = d['a']", true);
    check("l = []\nl.append('a')\nl.append(q)\nl.append('b')\nl.pop(0)\nx = l[0]", true);
    check("l = []\nl.append('a')\nl.append(q)\nl.append('b')\nl.pop(0)\nx = l[1]", false);
    check("x = ','.join(i for i in [q])", true);
    check("a, x = 'a', q", true);
    check("a, x = q, 'a'", false);
}

#[test]
fn guards() {
    check("if q not in ('a', 'b'):\n    return\nx = q", false);
    check("if q in ('a', 'b'):\n    return\nx = q", true);
    check("if not q.isdigit():\n    raise ValueError\nx = q", false);
    check("m = re.match('^a$', q)\nx = q", true);
    check("x = int(q)", false);
    check("if q == 'a':\n    x = q\nelse:\n    x = 'b'", false);
}

#[test]
fn functions() {
    check("def f(a, b):\n    return a\nx = f(q, 'a')", true);
    check("def f(a, b):\n    return b\nx = f(q, 'a')", false);
    check("def f(a, b):\n    return b\nx = f(b=q, a='a')", true);
    check("def f():\n    return q\nx = f()", true);
    check("def ok(a):\n    return a in ('a', 'b')\nif not ok(q):\n    return\nx = q", false);
    check(
        "class C:\n    def __init__(self, a, b):\n        self.a = a\n        self.b = b\nx = C(q, 'b').a",
        true,
    );
    check(
        "class C:\n    def __init__(self, a, b):\n        self.a = a\n        self.b = b\nx = C(q, 'b').b",
        false,
    );
    check("x = list(map(lambda i: i + 'a', [q]))[0]", true);
}

#[test]
fn across_files() {
    let view = "from flask import request\nfrom lib.run import go, same\ndef view():\n    go(same(request.args['q']))\n";
    let run = "import os\ndef same(x):\n    return x\ndef go(command):\n    os.system('ls ' + command)\n";
    let hits = found(&[("lib/__init__.py", ""), ("lib/run.py", run), ("view.py", view)]);
    let hit = hits.iter().find(|v| v.rule_id == "python.command-injection").unwrap();
    assert_eq!(
        (hit.file_path.as_str(), hit.line_number, hit.function_name.as_str()),
        ("lib/run.py", 5, "go")
    );
    assert!(hit.confidence_score >= 0.5);
    assert_eq!(hit.flow.first().map(|s| s.file_path.as_str()), Some("view.py"));
    assert_eq!(hit.flow.last().map(|s| s.file_path.as_str()), Some("lib/run.py"));
}

#[test]
fn across_scripts() {
    let view = "import { run } from './lib/run';\nimport db from './db';\nexport default (req, res) => { run(req.query.q); db.find(req.body.a); };\n";
    let run =
        "import { exec } from 'node:child_process';\nexport const run = (c: string) => exec(`ls ${c}`);\n";
    let db = "const { Pool } = require('pg');\nconst pool = new Pool();\nmodule.exports = { find(a) { return pool.query('select ' + a); } };\n";
    let hits = found(&[("app.ts", view), ("lib/run.ts", run), ("db.js", db)]);
    let ids: Vec<_> = hits.iter().filter(|v| v.confidence_score >= 0.5).map(|v| v.rule_id.as_str()).collect();
    assert_eq!(ids, ["javascript.sql-injection", "javascript.command-injection"], "{hits:#?}");
}

#[test]
fn a_parameter_alone_is_told_with_low_confidence() {
    let hits = found(&[("a.py", "import os\ndef f(x):\n    os.system('ls ' + x)\n")]);
    let weak: Vec<_> = hits.iter().filter(|v| v.rule_id == "python.command-injection").collect();
    assert_eq!(weak.len(), 1);
    assert!(weak[0].confidence_score < 0.5);
}

#[test]
fn a_fingerprint_does_not_move_with_its_lines() {
    let code = "import os\nfrom flask import request\ndef f():\n    os.system(request.args['a'])\n";
    let one = found(&[("a.py", code)]);
    let two = found(&[("a.py", &format!("# a line\n\n\n{code}"))]);
    assert_eq!(one[0].fingerprint, two[0].fingerprint);
    assert_ne!(one[0].line_number, two[0].line_number);
}

/// A quoted text is no word any more once it is cut, or quoted again.
#[test]
fn quoted_text_that_is_cut() {
    #[track_caller]
    fn check(text: &str, is_found: bool) {
        let code = format!(
            "import os, shlex\nfrom flask import request\ndef view():\n    q = shlex.quote(request.args['q'])\n    os.system({text})\n"
        );
        let hits = found(&[("a.py", &code)]);
        assert_eq!(hits.iter().any(|v| v.cwe == "CWE-78"), is_found, "{text}: {hits:#?}");
    }
    check("'ls %s' % q", false);
    check("f'ls {q}'", false);
    check("f'ls {q!s}'", false);
    check("f'ls {q:>9}'", false);
    check("'ls {}'.format(q)", false);
    check("'ls %.5s' % q", true);
    check("'ls %r' % q", true);
    check("f'ls {q:.7}'", true);
    check("f'ls {q!r}'", true);
    check("'ls {!r}'.format(q)", true);
    check("'ls {:.5}'.format(q)", true);
    check("'ls ' + q[1:-1]", true);
}
