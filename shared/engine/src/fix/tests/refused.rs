//! What templates leave alone, and why.

use super::super::fix;
use super::check_refused;
use crate::analyze::{Request, analyze};
use crate::tree::Tree;

#[track_caller]
fn python(imports: &str, body: &str, reason: &str) {
    let file = format!(
        "{imports}\nfrom flask import Flask, request, redirect\napp = Flask(__name__)\n\n\n@app.route(\"/\")\ndef f():\n    {body}\n"
    );
    check_refused("a.py", &file, reason);
}

#[track_caller]
fn script(imports: &str, body: &str, reason: &str) {
    let file = format!(
        "{imports}\nconst app = require('express')();\napp.get('/x', (req, res) => {{\n  {body}\n}});\n"
    );
    check_refused("a.js", &file, reason);
}

#[test]
fn meaning_that_would_change() {
    python("import pickle", "return str(pickle.loads(request.data))", "another format");
    python("import os", "exec(request.args['code'])", "no_template");
    python("import os", "return \"\" + eval(request.args['code'])", "no_template");
    script("const s = require('node-serialize');", "s.unserialize(req.body.a);", "no_template");
    script("const x = 1;", "eval(req.query.code);", "no_template");
}

#[test]
fn files_of_another_encoding() {
    let file = b"import hashlib\n# caf\xe9\nx = hashlib.md5(y)\n".as_slice();
    let tree: Tree = [("a.py", file)].into_iter().collect();
    let found = analyze(&Request { tree: &tree, base: None, changed: None });
    let fixes = fix(&tree, &found);
    let reasons: Vec<_> = fixes.results.rejected.iter().map(|rejected| rejected.reason.as_str()).collect();
    assert_eq!((fixes.files.len(), reasons), (0, vec!["the file is not UTF-8"]));
}

#[test]
fn secrets_that_are_read_at_import() {
    check_refused(
        "a.py",
        "PASSWORD = \"Tr0ub4dor&3x\"\n",
        "could not be imported before the variable is set",
    );
    check_refused(
        "a.py",
        "class Settings:\n    SECRET_KEY = \"Tr0ub4dor&3x\"\n",
        "could not be imported before the variable is set",
    );
}

#[test]
fn hashes_that_a_protocol_names() {
    check_refused(
        "a.py",
        "import hashlib\ndef md5_utf8(x):\n    return hashlib.md5(x)\n",
        "promise this very hash",
    );
    check_refused(
        "a.py",
        "import hashlib\nif kind == 'SHA-1':\n    x = hashlib.sha1(y)\n",
        "promise this very hash",
    );
    check_refused(
        "a.js",
        "const c = require('crypto');\nconst md5 = c.createHash('md5');\n",
        "promise this very hash",
    );
}

#[test]
fn commands_that_need_their_shell() {
    python("import os", "os.system(f'cat \"{request.args[\"f\"]}\" | wc')", "needs a shell");
    python(
        "import os",
        "b = request.args['b']\n    os.system(f'sh -c \"head -n {len(b)} {b}\" | wc')",
        "needs a shell",
    );
    python("import os", "os.system(request.args['command'])", "no_template");
    python("import os", "os.system(f'{request.args[\"program\"]} -l')", "no_template");
    script(
        "const { exec } = require('child_process');",
        "exec('cat ' + req.query.f + ' | wc');",
        "needs a shell",
    );
    script("const { exec } = require('child_process');", "exec(req.query.f);", "another way");
}

#[test]
fn places_that_nothing_tells() {
    python("import os", "return open(request.args['f']).read()", "no folder");
    python("import random", "random.seed(1)\n    return redirect('/')", "");
    script("const fs = require('fs');", "fs.readFile(req.query.f, () => {});", "no folder");
    script("const x = 1;", "res.send('<a href=\"' + req.query.n + '\">x</a>');", "escaping does not help");
    python(
        "from lxml import etree",
        "root = etree.parse('a.xml')\n    return str(root.xpath('//a[' + request.args['i'] + ']'))",
        "no quotes around it",
    );
    check_refused(
        "a.js",
        "document.getElementById('b').innerHTML = '<b>' + location.hash + '</b>';\n",
        "markup stands beside",
    );
    check_refused("a.py", "f = open('/tmp/x', 'w')\n", "fixed");
}

#[test]
fn libraries_that_the_repository_does_not_have() {
    python(
        "import xml.etree.ElementTree as ET",
        "return str(ET.fromstring(request.data))",
        "not among the repository's",
    );
}
