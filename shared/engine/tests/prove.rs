//! Rung 7: fixes that are none, that are some, and that cannot be judged; real Python, real Node, real sandbox.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use quartet_domain::results::{Rung, TestStatus};
use quartet_domain::run::{Changed, Tested, Weakness};
use quartet_engine::testing::{Job, Tools, run_tests};
use quartet_engine::tree::Tree;

/// A file, the function with the sink, and what is asked of it. The sink's line ends in the comment `SINK`.
struct Case<'a> {
    path: &'a str,
    cwe: &'a str,
    function: &'a str,
    before: &'a str,
    after: &'a str,
}

impl Case<'_> {
    fn run(&self) -> Tested {
        let line = self.before.lines().position(|line| line.ends_with("SINK")).unwrap() + 1;
        let tree: Tree = [(self.path, self.before.as_bytes())].into_iter().collect();
        let fixed = BTreeMap::from([(self.path.to_owned(), self.after.as_bytes().to_vec())]);
        let weakness = Weakness {
            cwe: self.cwe.to_owned(),
            file_path: self.path.to_owned(),
            function_name: self.function.to_owned(),
            line_number: line as u64,
        };
        let work = tempfile::tempdir().unwrap();
        let tested = run_tests(&Job {
            tree: &tree,
            fixed: &fixed,
            weaknesses: &[weakness],
            changed: &Changed::default(),
            tools: &Tools {
                python: Some(support::python()),
                node: Some(support::node()),
                sandbox: PathBuf::from(support::SANDBOX),
            },
            work: work.path(),
            time_out: Duration::from_secs(240),
        });
        assert_eq!(std::fs::read_dir(work.path()).unwrap().count(), 0, "something was left behind");
        let shown = format!("{tested:?}");
        assert!(
            !shown.contains(&work.path().display().to_string()),
            "a path of the machine is shown: {shown}"
        );
        tested
    }
}

/// Rung 7 of a fix, and words of its detail.
#[track_caller]
fn check(case: &Case<'_>, passed: Option<bool>, contradicted: bool, words: &str) -> Tested {
    let tested = case.run();
    let proof = &tested.proofs[0];
    let rung = &proof.rungs[1];
    assert_eq!(rung.rung, Rung::RegressionTest);
    assert_eq!((rung.passed, proof.contradicted), (passed, contradicted), "{}: {rung:?}", case.after);
    assert!(rung.detail.contains(words), "{rung:?}");
    tested
}

/// Before is the weakness, after its fix; nothing but the two differs.
#[track_caller]
fn check_proved(path: &str, cwe: &str, function: &str, frame: &str, weak: &str, fixed: &str) {
    let (before, after) = (frame.replace("HERE", weak), frame.replace("HERE", fixed));
    let case = Case { path, cwe, function, before: &before, after: &after };
    let tested = check(&case, Some(true), false, "before the fix and");
    assert_eq!((tested.results.tests_generated, tested.results.tests_passed), (1, 1));
    assert_eq!(tested.results.suites[0].status, "passed");
    assert!(tested.results.sandbox_layers.iter().any(|layer| layer == "seccomp"));
    // The other way round it is no fix: what is data before shows nothing.
    let turned = Case { before: &after, after: &before, ..case };
    check(&turned, Some(false), false, "no code before the fix");
}

#[track_caller]
fn python(cwe: &str, function: &str, frame: &str, weak: &str, fixed: &str) {
    check_proved("app.py", cwe, function, frame, weak, fixed);
}

#[track_caller]
fn javascript(cwe: &str, function: &str, frame: &str, weak: &str, fixed: &str) {
    check_proved("app.js", cwe, function, frame, weak, fixed);
}

#[test]
fn sql_in_python() {
    python(
        "CWE-89",
        "find",
        "def find(connection, name, limit):\n    return connection.execute(HERE).fetchall()  # SINK\n",
        "f\"SELECT * FROM t WHERE n = '{name}' LIMIT {limit}\"",
        "\"SELECT * FROM t WHERE n = ? LIMIT ?\", (name, limit)",
    );
    // A class whose connection is made by a driver that is not there, and a query some lines before the sink.
    python(
        "CWE-89",
        "Users.find",
        "import psycopg2
class Users:
    def __init__(self, url):
        self.connection = psycopg2.connect(url)
    def find(self, name: str):
        with self.connection.cursor() as cursor:
            query = HERE
            cursor.execute(query, *parameters)  # SINK
            return [row for (row,) in cursor]
",
        "\"SELECT id FROM users WHERE name = '%s'\" % name; parameters = ()",
        "\"SELECT id FROM users WHERE name = %s\"; parameters = ((name,),)",
    );
}

#[test]
fn commands_in_python() {
    python(
        "CWE-78",
        "count",
        "import shlex, subprocess\ndef count(folder, name):\n    done = subprocess.run(HERE, capture_output=True)  # SINK\n    return int(done.stdout)\n",
        "f'wc -l {folder}/{name}', shell=True",
        "['wc', '-l', f'{folder}/{name}']",
    );
    // A handler that is made when the application is.
    python(
        "CWE-78",
        "create.ping",
        "import os, shlex
from flask import Flask, request
def create(config):
    app = Flask(__name__)
    @app.route('/ping', methods=['POST'])
    def ping():
        os.system('ping -c 1 ' + HERE)  # SINK
        return 'done'
    return app
",
        "request.form['host']",
        "shlex.quote(request.form['host'])",
    );
}

#[test]
fn paths_in_python() {
    python(
        "CWE-22",
        "read",
        "import os\nFOLDER = '/srv/exports'\ndef read(name):\n    path = os.path.join(FOLDER, name)\n    HERE\n    with open(path) as file:  # SINK\n        return file.read()\n",
        "pass",
        "path = os.path.realpath(path)\n    if os.path.commonpath([path, FOLDER]) != FOLDER: raise ValueError(name)",
    );
    python(
        "CWE-22",
        "show",
        "from pathlib import Path\ndef show(request, name: str):\n    return (Path('pages') / HERE).read_text()  # SINK\n",
        "name",
        "Path(name).name",
    );
}

#[test]
fn documents_in_python() {
    python(
        "CWE-502",
        "settings",
        "import yaml\ndef settings(text):\n    return yaml.HERE or {}  # SINK\n",
        "load(text, Loader=yaml.Loader)",
        "safe_load(text)",
    );
}

#[test]
fn pages_in_python() {
    python(
        "CWE-79",
        "hello",
        "from flask import Flask, request\nfrom markupsafe import escape\napp = Flask(__name__)\n@app.get('/')\ndef hello():\n    return f'<p>{HERE}</p>'  # SINK\n",
        "request.args.get(\"q\", \"\")",
        "escape(request.args.get(\"q\", \"\"))",
    );
    python(
        "CWE-79",
        "respond",
        "import html\ndef respond(store, query):\n    if store.find(query['user']).first() is None:\n        return 404, 'text/html', '<p>no user ' + HERE + '</p>'  # SINK\n    return 200, 'text/html', 'found'\n",
        "query.get('user', '')",
        "html.escape(query.get('user', ''))",
    );
    python(
        "CWE-79",
        "show",
        "import html\nfrom fastapi.responses import HTMLResponse\nasync def show(q: str):\n    return HTMLResponse('<p>' + HERE)  # SINK\n",
        "q",
        "html.escape(q)",
    );
}

#[test]
fn redirects_in_python() {
    python(
        "CWE-601",
        "login",
        "from urllib.parse import urlsplit\nfrom flask import redirect, request\ndef login():\n    target = request.args.get('next')\n    HERE\n    return redirect(target)  # SINK\n",
        "pass",
        "target = target if not urlsplit(target).netloc and not urlsplit(target).scheme else '/'",
    );
}

#[test]
fn weak_functions_in_python() {
    let hash =
        "import hashlib\ndef etag(text):\n    return hashlib.HERE(text.encode()).hexdigest()  # SINK\n";
    python("CWE-328", "etag", hash, "md5", "sha256");
    let token = "import random, secrets\ndef token(length=8):\n    return ''.join(HERE.choice('abc') for _ in range(length))  # SINK\n";
    python("CWE-330", "token", token, "random", "secrets.SystemRandom()");
    let file = "import os, tempfile\ndef scratch():\n    return tempfile.HERE  # SINK\n";
    python("CWE-377", "scratch", file, "mktemp()", "mkstemp()[1]");
    let client = "import requests\ndef ping(url):\n    return requests.get(url, verify=HERE)  # SINK\n";
    python("CWE-295", "ping", client, "False", "True");
    let answer = "from flask import make_response\ndef enter():\n    answer = make_response('hi')\n    answer.set_cookie('id', '1'HERE)  # SINK\n    return answer\n";
    python("CWE-614", "enter", answer, "", ", secure=True");
    python(
        "CWE-95",
        "read",
        "import ast\ndef read(text):\n    return HERE(text)  # SINK\n",
        "eval",
        "ast.literal_eval",
    );
}

#[test]
fn directories_and_trees_in_python() {
    python(
        "CWE-90",
        "find",
        "import ldap3\nfrom ldap3.utils.conv import escape_filter_chars\ndef find(connection, name):\n    connection.search('dc=example', f'(uid={HERE})')  # SINK\n    return connection.entries\n",
        "name",
        "escape_filter_chars(name)",
    );
    python(
        "CWE-643",
        "find",
        "from lxml import etree\ndef find(name):\n    tree = etree.parse('users.xml')\n    return tree.xpath(HERE)  # SINK\n",
        "\"//user[@name='\" + name + \"']\"",
        "'//user[@name=$name]', name=name",
    );
}

#[test]
fn sql_in_javascript() {
    javascript(
        "CWE-89",
        "find",
        "async function find(db, slug) {\n  const rows = await db.query(HERE); // SINK\n  return rows.length > 0 ? rows[0].target : null;\n}\nmodule.exports = { find };\n",
        "`SELECT target FROM links WHERE slug = '${slug}'`",
        "'SELECT target FROM links WHERE slug = ?', [slug]",
    );
    javascript(
        "CWE-89",
        "Users.find",
        "const { Pool } = require('pg');\nclass Users {\n  constructor() { this.pool = new Pool(); }\n  async find(name) {\n    return this.pool.query(HERE); // SINK\n  }\n}\nmodule.exports = Users;\n",
        "\"SELECT * FROM users WHERE name = '\" + name + \"'\"",
        "{ text: 'SELECT * FROM users WHERE name = $1', values: [name] }",
    );
}

#[test]
fn commands_in_javascript() {
    // A handler without a name.
    javascript(
        "CWE-78",
        "",
        "const express = require('express');\nconst { exec, execFile } = require('node:child_process');\nconst app = express();\napp.get('/ping', (req, res) => {\n  HERE, (error, out) => res.send(out)); // SINK\n});\n",
        "exec('ping ' + req.query.host",
        "execFile('ping', [req.query.host]",
    );
}

#[test]
fn paths_in_javascript() {
    javascript(
        "CWE-22",
        "read",
        "const fs = require('node:fs');\nconst path = require('node:path');\nconst read = (name) => {\n  const full = path.resolve('/srv/files', name);\n  HERE\n  return fs.readFileSync(full, 'utf8'); // SINK\n};\n",
        "",
        "if (!full.startsWith('/srv/files/')) throw new Error('outside');",
    );
    check_proved(
        "app.mjs",
        "CWE-22",
        "read",
        "import { readFile } from 'node:fs/promises';\nimport path from 'node:path';\nexport async function read(name) {\n  return readFile(path.join('/srv/files', HERE)); // SINK\n}\n",
        "name",
        "path.basename(name)",
    );
}

#[test]
fn pages_redirects_and_weak_functions_in_javascript() {
    javascript(
        "CWE-79",
        "show",
        "const escape = (text) => text.replace(/</g, '&lt;');\nexports.show = (req, res) => {\n  res.send('<h1>' + HERE + '</h1>'); // SINK\n};\n",
        "req.query.q",
        "escape(req.query.q)",
    );
    javascript(
        "CWE-601",
        "after",
        "function after(req, res) {\n  const to = req.query.next;\n  HERE\n  res.redirect(to); // SINK\n}\n",
        "",
        "if (!/^\\/[^/\\\\]/.test(to)) return res.redirect('/');",
    );
    javascript(
        "CWE-328",
        "slug",
        "const crypto = require('crypto');\nfunction slug(text) {\n  return crypto.createHash('HERE').update(text).digest('hex'); // SINK\n}\n",
        "md5",
        "sha256",
    );
    javascript(
        "CWE-338",
        "token",
        "const crypto = require('node:crypto');\nfunction token() {\n  return HERE; // SINK\n}\n",
        "Math.random().toString(36)",
        "crypto.randomBytes(8).toString('hex')",
    );
}

const FIND: &str = "def find(cursor, a, b):\n    cursor.execute(HERE)  # SINK\n";
const WEAK: &str = "\"SELECT 1 WHERE a = '%s' AND b = '%s'\" % (a, b)";

#[track_caller]
fn check_find(after: &str, passed: Option<bool>, contradicted: bool, words: &str) {
    let (before, after) = (FIND.replace("HERE", WEAK), FIND.replace("HERE", after));
    let case = Case { path: "app.py", cwe: "CWE-89", function: "find", before: &before, after: &after };
    check(&case, passed, contradicted, words);
}

#[test]
fn a_fix_that_is_none_is_contradicted() {
    check_find("\"SELECT 1 WHERE a = '{}' AND b = '{}'\".format(a, b)", Some(false), true, "still code");
    check_find("\"SELECT 1 WHERE a = ? AND b = ?\", (a, c)", Some(false), true, "name 'c' is not defined");
    // Half of it is left.
    check_find("\"SELECT 1 WHERE a = ? AND b = '%s'\" % b, (a,)", Some(false), false, "still code in");
}

#[test]
fn a_contradicted_fix_is_left_out_of_what_is_tested() {
    let before = FIND.replace("HERE", WEAK);
    let case = Case { path: "app.py", cwe: "CWE-89", function: "find", before: &before, after: &before };
    let tested = check(&case, Some(false), true, "still code");
    assert_eq!(tested.proofs[0].rungs[0].passed, None);
    assert!(tested.proofs[0].rungs[0].detail.starts_with("left out"));
    assert_eq!(tested.results.suites[0].status, "failed");
    let test = &tested.results.test_functions[0];
    assert_eq!((test.status, test.function_name.as_str()), (TestStatus::Failed, "find"));
}

/// Nothing of this may pass.
#[track_caller]
fn check_unknown(path: &str, cwe: &str, function: &str, source: &str, words: &str) {
    let case = Case { path, cwe, function, before: source, after: source };
    check(&case, None, false, words);
}

#[test]
fn what_cannot_be_called_alone_is_not_proved() {
    check_unknown(
        "a.py",
        "CWE-89",
        "f",
        "import sys\nsys.exit(3)\ndef f(db, a): db.execute('SELECT ' + a)  # SINK\n",
        "cannot be imported: SystemExit",
    );
    check_unknown(
        "a.py",
        "CWE-89",
        "g",
        "def f(db, a): db.execute('SELECT ' + a)  # SINK\n",
        "the function was not found",
    );
    check_unknown("a.py", "CWE-89", "", "x = 1  # SINK\n", "the code is in no function");
    check_unknown(
        "a.py",
        "CWE-89",
        "f",
        "def f(db, a):\n    if a == 'open sesame':\n        db.execute('SELECT ' + a)  # SINK\n",
        "ended before the sink",
    );
    check_unknown(
        "a.py",
        "CWE-89",
        "f",
        "def f(db, a):\n    while True: pass\n    db.execute('SELECT ' + a)  # SINK\n",
        "TooLong",
    );
    check_unknown("a.py", "CWE-611", "f", "def f(): pass  # SINK\n", "no test can be generated for CWE-611");
    check_unknown("a.ts", "CWE-89", "f", "const f = 1; // SINK\n", "would have to be compiled");
    check_unknown("a.go", "CWE-89", "f", "// SINK\n", "this language");
    check_unknown("a.js", "CWE-89", "g", "const f = 1; // SINK\n", "the function was not found");
    check_unknown(
        "a.js",
        "CWE-89",
        "f",
        "require('./gone');\nconst f = (db, a) => db.query('SELECT ' + a); // SINK\n",
        "cannot be loaded",
    );
}

#[test]
fn a_test_that_says_something_else_each_time_proves_nothing() {
    let before = "import os\ndef f(db, name):\n    if int.from_bytes(os.urandom(8), 'big') % 2:\n        name = 'x'\n    db.execute('SELECT ' + name)  # SINK\n";
    let after = "import os\ndef f(db, name):\n    db.execute('SELECT ?', (name,))  # SINK\n";
    let case = Case { path: "a.py", cwe: "CWE-89", function: "f", before, after };
    // Whatever the coins say, it is no contradiction; and three equal runs of several attempts are one in many.
    let tested = case.run();
    assert!(!tested.proofs[0].contradicted, "{:?}", tested.proofs);
}
