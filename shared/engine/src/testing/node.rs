//! JavaScript: Node's own test runner.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::packaged;
use super::places::{Places, environment};
use crate::sandbox::{Limits, Program};
use crate::tree::Tree;

const REPORTER: &str = include_str!("node/reporter.mjs");
/// On one command line.
const MAX_FILES: usize = 2_000;

/// The test files that are written for it.
pub(super) fn detect(tree: &Tree) -> Option<Vec<String>> {
    let by_script =
        packaged::scripts(tree).any(|script| script.contains("node --test") || script.contains("node:test"));
    let files: Vec<_> = tree
        .iter()
        .filter(|(path, _)| packaged::is_own(path) && is_test_file(path))
        .filter(|(_, bytes)| by_script || imports_runner(bytes))
        .map(|(path, _)| path.to_owned())
        .take(MAX_FILES)
        .collect();
    (!files.is_empty()).then_some(files)
}

/// The names that `node --test` looks for by itself.
pub(super) fn is_test_file(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let Some((stem, "js" | "mjs" | "cjs")) = name.rsplit_once('.') else { return false };
    stem == "test"
        || stem.starts_with("test-")
        || [".test", "-test", "_test"].iter().any(|end| stem.ends_with(end))
        || folder.split('/').any(|part| part == "test")
}

pub(super) fn program(node: &Path, files: &[String], places: &Places, time: Duration) -> Program {
    // As data, and not as a file: a file could be changed by the suite that runs before the next one.
    let reporter = format!("data:text/javascript;base64,{}", STANDARD.encode(REPORTER));
    let report = |name: &str| places.reports.join(name).display().to_string();
    let mut arguments = vec![
        "--test".to_owned(),
        "--experimental-test-coverage".to_owned(),
        format!("--test-reporter={reporter}"),
        format!("--test-reporter-destination={}", report("tests.jsonl")),
        "--test-reporter=lcov".to_owned(),
        format!("--test-reporter-destination={}", report("lcov.info")),
    ];
    arguments.extend(files.iter().map(|file| format!("./{file}")));
    Program {
        path: node.to_owned(),
        arguments,
        folder: places.source.clone(),
        writable: places.root.clone(),
        readable: places.tool.clone(),
        environment: environment(node, places),
        limits: Limits { wall: time, cpu: time, ..Limits::default() },
    }
}

fn imports_runner(source: &[u8]) -> bool {
    let text = String::from_utf8_lossy(source);
    ["'node:test'", "\"node:test\"", "`node:test`"].iter().any(|name| text.contains(name))
}
