//! JavaScript: Node's own test runner. Other runners are named, with the reason why they did not run.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::places::Places;
use super::pytest::environment;
use super::suite::Suite;
use crate::sandbox::{Limits, Program};
use crate::tree::Tree;

const REPORTER: &str = include_str!("node/reporter.mjs");
/// On one command line.
const MAX_FILES: usize = 2_000;
const OTHER_RUNNERS: [&str; 5] = ["jest", "vitest", "mocha", "ava", "tap"];

#[derive(Default, Deserialize)]
struct Package {
    #[serde(default)]
    scripts: Scripts,
}

#[derive(Default, Deserialize)]
struct Scripts {
    #[serde(default)]
    test: String,
}

pub(super) fn detect(tree: &Tree) -> Vec<Suite> {
    let scripts = || {
        tree.iter().filter(|(path, _)| is_own(path) && is_package(path)).map(|(_, bytes)| test_script(bytes))
    };
    let by_script = scripts().any(|script| script.contains("node --test") || script.contains("node:test"));
    let files: Vec<_> = tree
        .iter()
        .filter(|(path, _)| is_own(path) && is_test_file(path))
        .filter(|(_, bytes)| by_script || imports_runner(bytes))
        .map(|(path, _)| path.to_owned())
        .take(MAX_FILES)
        .collect();
    let node = (!files.is_empty()).then_some(Suite::Node(files));
    let other = OTHER_RUNNERS.iter().filter(|runner| scripts().any(|script| names(&script, runner)));
    let other = other.map(|runner| Suite::Unsupported {
        runner: (*runner).to_owned(),
        reason: format!("{runner} is not supported yet"),
    });
    node.into_iter().chain(other).collect()
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

fn is_own(path: &str) -> bool {
    !path.split('/').any(|part| part == "node_modules")
}

fn is_package(path: &str) -> bool {
    path.rsplit('/').next() == Some("package.json")
}

fn test_script(package: &[u8]) -> String {
    serde_json::from_slice::<Package>(package).unwrap_or_default().scripts.test
}

fn imports_runner(source: &[u8]) -> bool {
    let text = String::from_utf8_lossy(source);
    ["'node:test'", "\"node:test\"", "`node:test`"].iter().any(|name| text.contains(name))
}

/// As a word: `npx jest --ci` names jest, `jestures` does not.
fn names(script: &str, runner: &str) -> bool {
    script.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == runner)
}
