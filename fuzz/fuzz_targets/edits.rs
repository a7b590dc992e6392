//! Source with a weakness in it somewhere: a fix either parses with the exact parser or is not handed over.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quartet_engine::analyze::{Request, analyze};
use quartet_engine::build::{Verdict, check_syntax};
use quartet_engine::fix::fix;
use quartet_engine::tree::Tree;

/// What the templates know, around what is drawn.
const AROUND: [(&str, &str, &str); 3] = [
    (
        "a.py",
        "import hashlib, yaml, sqlite3\ndef f(a, c):\n    h = hashlib.md5(a)\n    ",
        "\n    c.execute('SELECT ' + a)\n    return yaml.load(a)\n",
    ),
    ("a.js", "const db = require('mysql');\nfunction f(a) {\n  ", "\n  db.query(`SELECT ${a}`);\n}\n"),
    ("b.py", "", ""),
];

fuzz_target!(|text: &str| {
    let files = AROUND.map(|(path, before, after)| (path, format!("{before}{text}{after}").into_bytes()));
    let tree: Tree = files.into_iter().collect();
    let found = analyze(&Request { tree: &tree, base: None, changed: None });
    for (path, bytes) in fix(&tree, &found).files {
        match check_syntax(&path, &bytes) {
            Verdict::Parsed(errors) => {
                assert!(errors.is_empty(), "{path}: {}", String::from_utf8_lossy(&bytes))
            }
            Verdict::NotParsed(_) | Verdict::NotSource => {
                panic!("{path} was changed without a parser for it")
            }
        }
    }
});
