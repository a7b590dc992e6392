//! Fixes from the outside: what becomes of a file.

mod markup;
mod python;
mod refused;
mod script;
mod sql;
mod steps;
mod stories;
mod temporary;

use quartet_domain::results::Rung;

use super::{Fixes, fix};
use crate::analyze::{Request, analyze};
use crate::tree::Tree;

fn run(files: &[(&str, &str)]) -> Fixes {
    let mut tree = Tree::new();
    for (path, text) in files {
        tree.insert(*path, text.as_bytes().to_vec());
    }
    let found = analyze(&Request { tree: &tree, base: None, changed: None });
    fix(&tree, &found)
}

/// `before` with `header` above it becomes `after` with the same header, on every rung; a second run changes nothing.
#[track_caller]
fn check_file(path: &str, before: &str, after: &str) {
    let fixes = run(&[(path, before)]);
    let fixed = fixes.files.get(path).map(|bytes| String::from_utf8(bytes.clone()).unwrap());
    assert_eq!(fixed.as_deref(), Some(after), "rejected: {:#?}", fixes.results.rejected);
    for fixed in &fixes.results.functions_fixed {
        let rungs: Vec<_> = fixed.verification.iter().map(|outcome| (outcome.rung, outcome.passed)).collect();
        let all = [Rung::Parses, Rung::FindingGone, Rung::NothingNew, Rung::Contained, Rung::ImportsResolve];
        assert_eq!(rungs, all.map(|rung| (rung, Some(true))));
    }
    assert!(run(&[(path, after)]).files.is_empty(), "a second run changes it again");
}

#[track_caller]
fn check_refused(path: &str, source: &str, reason: &str) {
    let fixes = run(&[(path, source)]);
    assert!(fixes.files.is_empty(), "{:?}", fixes.results.functions_fixed);
    let reasons: Vec<_> = fixes.results.rejected.iter().map(|rejected| rejected.reason.as_str()).collect();
    assert!(reasons.iter().any(|got| got.contains(reason)), "{reasons:?} in\n{source}");
}

#[test]
fn yaml() {
    #[track_caller]
    fn check(path: &str, before: &str, after: &str) {
        check_file(path, before, after);
    }
    check("a.py", "import yaml\nx = yaml.load(y)\n", "import yaml\nx = yaml.safe_load(y)\n");
    check(
        "a.py",
        "import yaml\nx = yaml.load_all(y, Loader=yaml.FullLoader)\n",
        "import yaml\nx = yaml.safe_load_all(y)\n",
    );
    check("a.py", "from yaml import load\nx = load(y)\n", "from yaml import safe_load\nx = safe_load(y)\n");
    check(
        "a.py",
        "from yaml import load, Loader\nx = load(y, Loader)\nz = load(q, Loader)\n",
        "from yaml import safe_load, Loader\nx = safe_load(y)\nz = safe_load(q)\n",
    );
    check(
        "a.js",
        "const yaml = require('js-yaml');\nyaml.load(a, { schema: yaml.DEFAULT_FULL_SCHEMA });\n",
        "const yaml = require('js-yaml');\nyaml.load(a, { schema: yaml.DEFAULT_SAFE_SCHEMA });\n",
    );
}

#[test]
fn hashes() {
    #[track_caller]
    fn check(path: &str, before: &str, after: &str) {
        check_file(path, before, after);
    }
    check("a.py", "import hashlib\nx = hashlib.md5(y)\n", "import hashlib\nx = hashlib.sha256(y)\n");
    check(
        "a.py",
        "import hashlib as h\nx = h.new('sha1', y)\n",
        "import hashlib as h\nx = h.new('sha256', y)\n",
    );
    check("a.py", "from hashlib import md5\nx = md5(y)\n", "from hashlib import sha256\nx = sha256(y)\n");
    check(
        "a.py",
        "from Crypto.Hash import MD5\n\ndef f(x):\n    return MD5.new(x)\n",
        "from Crypto.Hash import SHA256\n\ndef f(x):\n    return SHA256.new(x)\n",
    );
    check(
        "a.js",
        "const crypto = require('crypto');\nexports.f = (x) => crypto.createHash(\"md5\").update(x);\n",
        "const crypto = require('crypto');\nexports.f = (x) => crypto.createHash(\"sha256\").update(x);\n",
    );
    check_refused("a.js", "const md5 = require('md5');\nmd5(x);\n", "another library");
}

#[test]
fn several_fixes_of_one_file_add_up() {
    let source = "import hashlib, sqlite3, yaml\n\ndef f(c, a):\n    c.execute(f'DELETE FROM t WHERE a = {a}')\n    \
                  return hashlib.md5(a), hashlib.md5(a), yaml.load(a)\n";
    let fixes = run(&[("a.py", source)]);
    let results = &fixes.results;
    let lines: Vec<_> = results.functions_fixed.iter().map(|fixed| fixed.rule_id.as_str()).collect();
    assert_eq!(lines, ["python.sql-injection", "python.weak-hash", "python.weak-hash", "python.unsafe-yaml"]);
    assert_eq!((results.files_modified, results.total_lines_changed), (1, 8));
    assert!((0.5..1.0).contains(&results.fix_confidence_average));
    assert!(results.functions_fixed[0].diff.contains("+    c.execute('DELETE FROM t WHERE a = ?', (a,))"));
    assert!(run(&[("a.py", str::from_utf8(&fixes.files["a.py"]).unwrap())]).files.is_empty());
}

#[test]
fn a_file_that_does_not_parse_is_left_alone() {
    let fixes = run(&[("a.py", "import hashlib\nx = hashlib.md5(y)\nif\n")]);
    assert!(fixes.files.is_empty());
    assert_eq!(fixes.results.rejected[0].reason, "parses");
}
