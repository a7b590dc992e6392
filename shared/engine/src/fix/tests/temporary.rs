//! Temporary files: what gets a name that nobody knows, and what must keep its own.

use super::{check_file, check_refused};

#[test]
fn files_in_python() {
    check_file(
        "a.py",
        "import tempfile\n\ndef f():\n    name = tempfile.mktemp(suffix='.txt')\n    return name\n",
        "import os\nimport tempfile\n\ndef f():\n    handle, name = tempfile.mkstemp(suffix='.txt')\n    os.close(handle)\n    return name\n",
    );
    check_file(
        "a.py",
        "import tempfile\n\ndef f():\n    return open(tempfile.mktemp(), 'w')\n",
        "import tempfile\n\ndef f():\n    return tempfile.NamedTemporaryFile('w', delete=False)\n",
    );
}

#[test]
fn files_in_javascript() {
    check_file(
        "a.js",
        "const fs = require('fs');\n\nfunction save(state) {\n  fs.writeFileSync('/tmp/state.json', state);\n}\n",
        "const fs = require('fs');\nconst path = require('path');\nconst os = require('os');\n\nfunction save(state) {\n  fs.writeFileSync(path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'state-')), 'state.json'), state);\n}\n",
    );
    check_file(
        "a.ts",
        "import * as fs from 'node:fs';\nimport os from 'node:os';\nimport path from 'node:path';\n\nexport function save(state: string): string {\n  const file = \"/var/tmp/state\";\n  fs.writeFileSync(file, state);\n  return fs.readFileSync(file, 'utf8');\n}\n",
        "import * as fs from 'node:fs';\nimport os from 'node:os';\nimport path from 'node:path';\n\nexport function save(state: string): string {\n  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), \"state-\")), \"state\");\n  fs.writeFileSync(file, state);\n  return fs.readFileSync(file, 'utf8');\n}\n",
    );
    check_file(
        "a.js",
        "const fs = require('fs');\nconst { tmpdir } = require('os');\nconst { join } = require('path');\n\nfunction save(state) {\n  const file = join(tmpdir(), 'state.json');\n  fs.writeFileSync(file, state);\n  return file;\n}\n",
        "const fs = require('fs');\nconst { tmpdir } = require('os');\nconst { join } = require('path');\n\nfunction save(state) {\n  const file = join(fs.mkdtempSync(join(tmpdir(), 'state-')), 'state.json');\n  fs.writeFileSync(file, state);\n  return file;\n}\n",
    );
    let file = |body: &str| format!("const fs = require('fs');\nfunction save(state) {{\n  {body}\n}}\n");
    check_refused("a.js", &file("fs.writeFileSync('/tmp/app/state.json', state);"), "a folder of its own");
    check_refused(
        "a.js",
        &file("fs.writeFileSync('/tmp/state', state); load('/tmp/state');"),
        "named elsewhere too",
    );
}

/// What is refused: a file that is there already, is made again and again, or is looked for by its name.
#[test]
fn names_that_must_stay_in_javascript() {
    #[track_caller]
    fn check(body: &str, reason: &str) {
        let head = "const fs = require('fs');\nconst { tmpdir } = require('os');\nconst { join } = require('path');\n\n";
        check_refused("a.js", &format!("{head}function save(state) {{\n  {body}\n}}\n"), reason);
    }
    check("fs.appendFileSync(join(tmpdir(), 'app.log'), state);", "there already");
    check("return fs.createWriteStream(join(tmpdir(), 'app.log'), { flags: 'a' });", "there already");
    check("fs.writeFileSync(join(tmpdir(), 'app.log'), state, { flag: 'a' });", "there already");
    check("for (const one of state) fs.writeFileSync(join(tmpdir(), 'one.txt'), one);", "turn of a loop");
    check(
        "state.forEach((one) => {\n    const file = join(tmpdir(), 'one.txt');\n    fs.writeFileSync(file, one);\n  });",
        "turn of a loop",
    );
    check(
        "const file = join(tmpdir(), 'cache.json');\n  if (fs.existsSync(file)) return fs.readFileSync(file);\n  fs.writeFileSync(file, state);",
        "looked for before",
    );
    check("fs.writeFileSync(join(tmpdir(), 'app.lock'), state);", "by its name");
    check_refused(
        "a.js",
        "const fs = require('fs');\nconst FILE = '/tmp/state.json';\nfunction load() {\n  return fs.readFileSync(FILE);\n}\nfunction save(state) {\n  fs.writeFileSync(FILE, state);\n}\n",
        "looked for before",
    );
}

#[test]
fn names_that_must_be_free_in_python() {
    #[track_caller]
    fn check(body: &str, reason: &str) {
        let head = "import os\nimport shutil\nimport tempfile\nfrom pathlib import Path\n\n";
        check_refused("a.py", &format!("{head}def f(s):\n    {body}\n"), reason);
    }
    let named = |body: &str| format!("name = tempfile.mktemp()\n    {body}");
    for body in [
        "os.mkfifo(name)",
        "os.symlink('/x', name)",
        "os.link('/x', name)",
        "os.mkdir(name)",
        "os.makedirs(name=name)",
        "s.bind(name)",
        "shutil.copytree('a', name)",
        "Path(name).mkdir()",
        "open(name, 'x').write('1')",
        "open(name, mode=s).write('1')",
    ] {
        check(&named(body), "no file has it yet");
    }
    check("name = other = tempfile.mktemp()\n    return name", "variable of its own");
    check("with open(tempfile.mktemp(), s) as f:\n        f.write('x')", "have to be there");
    check("with open(tempfile.mktemp(), 'x') as f:\n        f.write('x')", "have to be there");
    // Another function's folder of the same name is another.
    check_file(
        "a.py",
        "import os\nimport tempfile\n\ndef f():\n    name = tempfile.mktemp()\n    return open(name, 'w')\n\ndef g(name):\n    os.mkdir(name)\n",
        "import os\nimport tempfile\n\ndef f():\n    handle, name = tempfile.mkstemp()\n    os.close(handle)\n    return open(name, 'w')\n\ndef g(name):\n    os.mkdir(name)\n",
    );
}
