//! Any bytes as a rule file that a repository brings: it is taken or refused, and the analysis comes to its end.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quartet_engine::analyze::{Request, analyze};
use quartet_engine::tree::Tree;

const CODE: [(&str, &[u8]); 3] = [
    ("a.py", b"import os\ndef f(a, b=1):\n    x = os.system('ls ' + a)\n    return [y for y in x if y]\n"),
    ("a.js", b"const f = (a, b = 1) => { eval(`x ${a}`); return new Map([[a, b]]); };\n"),
    ("a.ts", b"class C<T> { constructor(private a: T) {} get(): string { return `${this.a}`; } }\n"),
];

fuzz_target!(|bytes: &[u8]| {
    let rule = (".quartet/rules/fuzz.yml", bytes);
    let tree: Tree = CODE.into_iter().chain([rule]).collect();
    let found = analyze(&Request { tree: &tree, base: None, changed: None });
    assert_eq!(found.total_issues, found.vulnerabilities.len() as u64);
});
