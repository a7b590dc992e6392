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

/// Where quotes, or a list, would not make the value one word.
#[test]
fn commands_that_a_shell_reads_in_another_way() {
    #[track_caller]
    fn check(body: &str, reason: &str) {
        let body = format!("a, b = request.args['a'], request.args['b']\n    {body}");
        python("import os, subprocess, shlex", &body, reason);
    }
    check(r#"os.system(f"printf x '{int(a)} {b} {int(a)}' | wc")"#, "needs a shell");
    check(r#"os.system(f"printf 'x\\n' '{int(a)} {b} {int(a)}'")"#, "backslash");
    check("c = \"sh -c 'ls\"\n    c += \" \" + a\n    c += \"' | wc\"\n    os.system(c)", "a name");
    check("c = \"grep 'foo \" + a\n    d = c + \"' file | wc\"\n    os.system(d)", "a name");
    check("os.system(f\"\"\"cat <<EOF\n{a}\nEOF\n\"\"\")", "text of its own");
    check("os.system(f\"\"\"cat <<'EOF'\n{a}\nEOF\n\"\"\")", "text of its own");
    check("os.system(f'cat <<< {a}')", "text of its own");
    check("os.system(f'ls | wc # {a}')", "comment");
    check("os.system(f'echo $(( {a} ))')", "expansion");
    check("os.system(f'echo ${a} | wc')", "character before");
    check("os.system(f'echo $({a})')", "expansion");
    check("os.system(f'echo `ls {a}`')", "backticks");
    check("os.system('echo \\\\' + a)", "backslash");
    check("os.system(r'echo \\x' + a + ' | wc')", "backslash");
    check("os.system(f'cat {a} >&{b}')", "file descriptor");
    check("subprocess.run(b'ls %s' % a.encode(), shell=True)", "bytes");
    check("os.system(f'ls {a=}')", "its own code");
    check("os.system(f'ls {a!r}')", "another way");
    check("os.system(f'ls {a:.5}')", "another way");
}

#[test]
fn commands_whose_words_are_code_again() {
    #[track_caller]
    fn check(body: &str, reason: &str) {
        let body = format!("a, b = request.args['a'], request.args['b']\n    {body}");
        python("import os, subprocess, shlex", &body, reason);
    }
    for command in [
        "bash -c {a}",
        "eval {a}",
        "su -c {a} | tee",
        "python3 -c {a}",
        "xargs sh -c {a}",
        "nohup {a}",
        "sudo {a}",
        "powershell -Command dir {a}",
        "ssh {a} ls {b}",
        "cat {a} | sh",
        "find {a} -exec {b} +",
        "docker exec {a} ls",
        "awk {a} file",
        "env A={a} ls",
        "time ls {a}",
        "exec {a}",
        "/usr/bin/perl -e {a}",
        "make {a}",
        "[ -v {a} ]",
        "echo {a} | xargs rm",
        "if test {a}; then ls; fi",
        ". {a}",
        "busybox sh -c {a}",
        "cmd /c dir {a}",
    ] {
        check(&format!("os.system(f'{command}')"), "");
    }
    check("os.system(f'bash -c {a}')", "as code");
    check("os.system(f'cd /tmp && {a}')", "needs a shell");
    check("os.system(f\"A={a} sh -c 'ls'\")", "value too");
    check("os.system(f'LANG=C ls {a}')", "plainly named");
    check("os.system(f'git clone {a}')", "another");
    check("subprocess.run(f'echo {a} {b}', shell=True, executable='/bin/bash')", "name the program");
    check("o = {}\n    subprocess.run(f'echo {a} {b}', shell=True, **o)", "name the program");
    #[track_caller]
    fn in_script(body: &str, reason: &str) {
        script("const { exec, spawn } = require('child_process');", body, reason);
    }
    in_script("exec(`bash -c ${req.query.a}`);", "as code");
    in_script("exec(`echo ${req.query.a}`, { shell: '/bin/bash' });", "name a shell");
    in_script("exec(`echo ${req.query.a}`, options);", "not written here");
    in_script("spawn(`echo ${req.query.a}`, ['b'], { shell: true });", "not written here");
    in_script("exec(`echo ${req.query.flags}`);", "several words");
}

#[test]
fn commands_with_values_that_are_no_single_word() {
    #[track_caller]
    fn check(body: &str, reason: &str) {
        let body = format!("a, b = request.args['a'], request.args['b']\n    {body}");
        python("import os, subprocess, shlex", &body, reason);
    }
    check("q = shlex.quote(a)\n    os.system(f'cp {q} {b} | tee x')", "quoted already");
    check("q = ' '.join(map(shlex.quote, a))\n    os.system(f'cp {q} {b} | tee x')", "several words");
    check("flags = a\n    os.system(f'cp {flags} {b}')", "several words");
    check("os.system(f'cp {request.args[\"extra_flags\"]} {b}')", "several words");
    check("CFLAGS = a\n    os.system(f'cp {CFLAGS} {b}')", "several words");
    check("os.system(f'cp {\" \".join(request.args.getlist(\"f\"))} {b}')", "several words");
    check("os.system(f\"cp {'-l ' + b if b else ''} {a}\")", "one of two");
    check("os.system(f\"cp {b or ''} {a}\")", "no word");
    check("path = 'out of ' + a\n    open(path)\n    os.system(f'cat {path} | wc')", "used elsewhere");
    check("c = 'cat '\n    if b:\n        c = 'ls '\n    c += a\n    os.system(c)", "several places");
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
