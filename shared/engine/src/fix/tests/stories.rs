//! What holds for every template: secrets stay in, lines stay as they are, other files count, results add up.

use super::{fix, run};
use crate::analyze::{Request, analyze};
use crate::tree::Tree;
use quartet_domain::results::Rung;

#[test]
fn no_result_shows_a_secret() {
    let source = "import hashlib\ndef f(connect):\n    PASSWORD = \"Tr0ub4dor&3x\"\n    return connect(PASSWORD)\nx = hashlib.md5(b'1')\n";
    let fixes = run(&[("a.py", source)]);
    assert_eq!(fixes.results.functions_fixed.len(), 2, "{:?}", fixes.results.rejected);
    let shown = serde_json::to_string(&fixes.results).unwrap();
    assert!(!shown.contains("Tr0ub4dor"), "{shown}");
    assert!(shown.contains("-    PASSWORD = \\\"****\\\""), "{shown}");
    let fixed = str::from_utf8(&fixes.files["a.py"]).unwrap();
    assert!(fixed.contains("PASSWORD = os.environ[\"PASSWORD\"]") && fixed.contains("sha256"), "{fixed}");
}

#[test]
fn line_ends_and_tabs_stay() {
    let source = "import os\r\nfrom flask import request\r\n\r\ndef f():\r\n\tname = os.path.join('/srv', request.args['n'])\r\n\treturn open(name).read()\r\n";
    let fixes = run(&[("a.py", source)]);
    let fixed = str::from_utf8(&fixes.files["a.py"]).unwrap();
    assert_eq!(fixed.matches('\n').count(), fixed.matches("\r\n").count(), "{fixed:?}");
    assert!(
        fixed.contains("\r\n\t\traise PermissionError('the path leads outside its folder')\r\n\treturn"),
        "{fixed:?}"
    );
}

#[test]
fn imports_come_below_what_must_be_first() {
    #[track_caller]
    fn check(head: &str, expected: &str) {
        let body = "\n\ndef f(random):\n    import random\n    return random.random()\n";
        let fixes = run(&[("a.py", &format!("{head}{body}"))]);
        let fixed = str::from_utf8(&fixes.files["a.py"]).unwrap();
        assert!(fixed.starts_with(expected), "{fixed}");
        assert_eq!(fixed.matches("import secrets").count(), 1);
    }
    check(
        "#!/usr/bin/env python\n\"\"\"Doc.\"\"\"",
        "#!/usr/bin/env python\n\"\"\"Doc.\"\"\"\n\nimport secrets\n",
    );
    check(
        "\"\"\"Doc.\"\"\"\nfrom __future__ import annotations\n",
        "\"\"\"Doc.\"\"\"\nfrom __future__ import annotations\n\nimport secrets\n",
    );
    check("import os\nimport sys", "import os\nimport secrets\nimport sys\n");
    check(
        "import os  # first\nfrom sys import argv",
        "import os  # first\nimport secrets\nfrom sys import argv\n",
    );
    check("import os  # only", "import os  # only\nimport secrets\n");
    check("import os; import sys", "import os; import sys\nimport secrets\n");
    check("import sys\r\n\r\nimport a", "import secrets\r\nimport sys\r\n\r\nimport a");
    check("x = 1", "import secrets\n\nx = 1\n");
}

/// What a function does to its parameter shows where it is called.
#[test]
fn callers_in_other_files_are_read_again() {
    let shop = "import os\n\ndef remove(name):\n    os.system('rm ' + name)\n";
    let views =
        "from flask import request\nfrom shop import remove\n\ndef f():\n    remove(request.args['n'])\n";
    let fixes = run(&[("shop.py", shop), ("views.py", views)]);
    let [fixed] = &fixes.results.functions_fixed[..] else { panic!("{:?}", fixes.results) };
    assert_eq!(fixed.file_path, "shop.py");
    let read = fixed.verification.iter().find(|outcome| outcome.rung == Rung::NothingNew).unwrap();
    assert!(read.detail.contains("1 other file(s)"), "{}", read.detail);
}

/// Markup that another function makes must not be escaped as a whole.
#[test]
fn what_another_function_makes_is_left_alone() {
    let pages = "def page(name):\n    return '<p>' + name + '</p>'\n";
    let views = "from flask import Flask, request\nfrom pages import page\napp = Flask(__name__)\n\n@app.route('/')\ndef index():\n    return page(request.args['name'])\n";
    let fixes = run(&[("pages.py", pages), ("views.py", views)]);
    assert!(fixes.files.is_empty(), "{:?}", fixes.results.functions_fixed);
    assert!(fixes.results.rejected[0].reason.contains("another function"));
}

#[test]
fn two_weaknesses_of_one_call_are_both_fixed() {
    let source = "const app = require('express')();\napp.get('/', (req, res) => {\n  res.cookie('a', 'b', { secure: false, httpOnly: false });\n});\n";
    let fixes = run(&[("a.js", source)]);
    let fixed: Vec<_> = fixes.results.functions_fixed.iter().map(|fixed| fixed.fix_type.as_str()).collect();
    assert_eq!(fixed, ["cookie_hardening", "cookie_hardening"]);
}

#[test]
fn doubt_lowers_confidence() {
    let confidence = |source: &str| {
        let fixes = run(&[("a.py", source)]);
        fixes.results.functions_fixed.first().map(|fixed| fixed.confidence_score).unwrap()
    };
    let plain = confidence("import random\ntoken = random.random()\n");
    let changing = confidence("import hashlib\nx = hashlib.md5(y)\n");
    assert!(plain > changing, "{plain} {changing}");
}

#[test]
fn a_fix_names_its_finding_where_people_read_it() {
    let source = "import hashlib\nimport subprocess\n\ndef etag(text):\n    return hashlib.md5(text).hexdigest()\n\n\
                  def count(name):\n    return subprocess.run(f\"wc -l < {name}\", shell=True)\n";
    let mut tree = Tree::new();
    tree.insert("a.py", source.as_bytes().to_vec());
    let found = analyze(&Request { tree: &tree, base: None, changed: None });
    let fixed = fix(&tree, &found).results.functions_fixed;
    let found: Vec<_> = found.vulnerabilities.iter().map(|v| (v.line_number, &v.fingerprint)).collect();
    let fixed: Vec<_> = fixed.iter().map(|f| (f.line_number, &f.fingerprint)).collect();
    // The command's fix comes first, and adds an import above the hash.
    assert_eq!(fixed, found);
    assert_eq!(found.len(), 2);
}
