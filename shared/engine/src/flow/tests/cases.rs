//! Code as people write it, framework by framework: each folder of `cases/` is one repository. A line is found by the
//! whole product, with confidence 0.5 or more, as the weaknesses that its comment names; a line without one is not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::analyze::{Request, analyze};
use crate::tree::Tree;

/// File, line and weakness.
type Places = BTreeSet<(String, u64, String)>;

#[track_caller]
fn check(folder: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/flow/tests/cases").join(folder);
    let tree = Tree::read_dir(&path).unwrap();
    let wanted: Places = tree.iter().flat_map(|(path, bytes)| marked(path, bytes)).collect();
    assert!(!wanted.is_empty(), "{folder} marks nothing");
    let results = analyze(&Request { tree: &tree, base: None, changed: None });
    let mut found = BTreeMap::new();
    for one in results.vulnerabilities.iter().filter(|one| one.confidence_score >= 0.5) {
        let place = (one.file_path.clone(), one.line_number, one.cwe.clone());
        found.insert(place, format!("{} {}", one.rule_id, one.confidence_score));
    }
    let missed = wanted.iter().filter(|place| !found.contains_key(*place));
    let missed = missed.map(|(path, line, cwe)| format!("missed  {folder}/{path}:{line} {cwe}"));
    let wrong = found.iter().filter(|(place, _)| !wanted.contains(*place));
    let wrong = wrong.map(|((path, line, cwe), rule)| format!("wrong   {folder}/{path}:{line} {cwe} {rule}"));
    let all: Vec<String> = missed.chain(wrong).collect();
    assert!(all.is_empty(), "\n{}", all.join("\n"));
    assert_eq!(results.incomplete, Vec::<String>::new());
}

/// The weaknesses that comments name, by line.
fn marked(path: &str, bytes: &[u8]) -> Vec<(String, u64, String)> {
    let text = String::from_utf8_lossy(bytes);
    let mut places = Vec::new();
    for (line, text) in (1_u64..).zip(text.lines()) {
        let comment = text.rfind("# CWE").or_else(|| text.rfind("// CWE")).or_else(|| text.rfind("/* CWE"));
        let words = comment.map_or("", |at| &text[at..]).split_whitespace();
        let names = words.filter(|word| word.starts_with("CWE-"));
        places.extend(names.map(|cwe| (path.to_owned(), line, cwe.to_owned())));
    }
    places
}

macro_rules! cases {
    ($($name:ident: $folder:literal,)*) => {
        $(#[test] fn $name() { check($folder); })*
    };
}

cases! {
    python_flask: "python/flask",
    python_django: "python/django",
    python_fastapi: "python/fastapi",
    python_aiohttp: "python/aiohttp",
    python_databases: "python/databases",
    python_clients: "python/clients",
    python_system: "python/system",
    python_templates: "python/templates",
    python_documents: "python/documents",
    python_crypto: "python/crypto",
    python_settings: "python/settings",
    python_package: "python/package",
    python_language: "python/language",
    script_express: "script/express",
    script_koa: "script/koa",
    script_fastify: "script/fastify",
    script_next: "script/next",
    script_nest: "script/nest",
    script_databases: "script/databases",
    script_clients: "script/clients",
    script_system: "script/system",
    script_dom: "script/dom",
    script_react: "script/react",
    script_documents: "script/documents",
    script_crypto: "script/crypto",
    script_settings: "script/settings",
    script_modules: "script/modules",
    script_language: "script/language",
}
