//! JavaScript runners that a repository brings along in its `node_modules`: jest, vitest, mocha.
//!
//! Nothing is installed: a runner that is named in a `package.json` and is not there is skipped with the reason. Each runs
//! with a reporter of ours, which lies beside the tree, because these runners load reporters from files only.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use super::places::{Places, environment};
use crate::sandbox::{Limits, Program};
use crate::tree::Tree;

/// The reporter's name in the folder of reports.
pub(super) const REPORTER: &str = "reporter.cjs";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runner {
    Jest,
    Vitest,
    Mocha,
}

/// A runner that a `package.json` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) runner: Runner,
    /// The package's folder; empty for the root.
    pub(super) folder: String,
    /// The runner's program in the tree; absent where it is not vendored.
    pub(super) entry: Option<String>,
}

/// What runs somewhere else only.
pub(super) const UNSUPPORTED: [&str; 2] = ["ava", "tap"];

impl Runner {
    pub(super) const ALL: [Self; 3] = [Self::Jest, Self::Vitest, Self::Mocha];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Jest => "jest",
            Self::Vitest => "vitest",
            Self::Mocha => "mocha",
        }
    }

    fn entry(self) -> &'static str {
        match self {
            Self::Jest => "node_modules/jest/bin/jest.js",
            Self::Vitest => "node_modules/vitest/vitest.mjs",
            Self::Mocha => "node_modules/mocha/bin/mocha.js",
        }
    }

    pub(super) fn reporter(self) -> &'static str {
        match self {
            Self::Jest => include_str!("packaged/jest.cjs"),
            Self::Vitest => include_str!("packaged/vitest.cjs"),
            Self::Mocha => include_str!("packaged/mocha.cjs"),
        }
    }

    fn arguments(self, reporter: &str, reports: &str, temporary: &str) -> Vec<String> {
        match self {
            Self::Jest => vec![
                "--ci".to_owned(),
                "--runInBand".to_owned(),
                "--no-watchman".to_owned(),
                "--forceExit".to_owned(),
                format!("--cacheDirectory={temporary}"),
                format!("--reporters={reporter}"),
                "--coverage".to_owned(),
                "--coverageReporters=lcovonly".to_owned(),
                format!("--coverageDirectory={reports}"),
            ],
            Self::Vitest => vec!["run".to_owned(), format!("--reporter={reporter}"), "--no-color".to_owned()],
            Self::Mocha => vec!["--exit".to_owned(), "--reporter".to_owned(), reporter.to_owned()],
        }
    }
}

/// One for each package and runner that its test script, or else its dependencies, name.
pub(super) fn detect(tree: &Tree) -> Vec<Package> {
    let mut found: Vec<Package> = Vec::new();
    for (path, bytes) in tree.iter().filter(|(path, _)| is_own(path) && is_package(path)) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let script = test_script(bytes);
        for runner in Runner::ALL.into_iter().filter(|runner| names(&script, runner.name())) {
            let entry = homes(folder)
                .map(|home| format!("{home}{}", runner.entry()))
                .find(|entry| tree.get(entry).is_some());
            // One run for each runner: the root's, where there is one.
            if !found.iter().any(|other| other.runner == runner) {
                found.push(Package { runner, folder: folder.to_owned(), entry });
            }
        }
    }
    found
}

pub(super) fn program(
    node: &Path,
    package: &Package,
    entry: &str,
    places: &Places,
    time: Duration,
) -> Program {
    let text = |path: &Path| path.display().to_string();
    let reporter = text(&places.reports.join(REPORTER));
    let mut arguments = vec![text(&places.source.join(entry))];
    arguments.extend(package.runner.arguments(&reporter, &text(&places.reports), &text(&places.temporary)));
    let mut environment = environment(node, places);
    environment.insert("QUARTET_REPORT".to_owned(), text(&places.reports.join("tests.jsonl")));
    environment.insert("NODE_ENV".to_owned(), "test".to_owned());
    Program {
        path: node.to_owned(),
        arguments,
        folder: places.source.join(&package.folder),
        writable: places.root.clone(),
        readable: places.tool.clone(),
        environment,
        limits: Limits { wall: time, cpu: time, ..Limits::default() },
    }
}

/// The test scripts of all packages of the tree.
pub(super) fn scripts(tree: &Tree) -> impl Iterator<Item = String> {
    tree.iter().filter(|(path, _)| is_own(path) && is_package(path)).map(|(_, bytes)| test_script(bytes))
}

pub(super) fn is_own(path: &str) -> bool {
    !path.split('/').any(|part| part == "node_modules")
}

/// As a word: `npx jest --ci` names jest, `jestures` does not.
pub(super) fn names(script: &str, runner: &str) -> bool {
    script.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == runner)
}

fn is_package(path: &str) -> bool {
    path.rsplit('/').next() == Some("package.json")
}

fn test_script(package: &[u8]) -> String {
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
    serde_json::from_slice::<Package>(package).unwrap_or_default().scripts.test
}

/// The folder and those above it, with a slash at the end, down to the root's, which is empty.
fn homes(folder: &str) -> impl Iterator<Item = String> {
    let above = std::iter::successors(Some(folder), |folder| {
        (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(above, _)| above))
    });
    above.map(|folder| if folder.is_empty() { String::new() } else { format!("{folder}/") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &[(&str, &str, Option<&str>)]) {
        let tree: Tree = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        let found = detect(&tree);
        let found: Vec<_> =
            found.iter().map(|p| (p.runner.name(), p.folder.as_str(), p.entry.as_deref())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn runners_are_found_where_they_are_vendored() {
        let script = |words: &str| format!("{{\"scripts\": {{\"test\": \"{words}\"}}}}");
        let jest = script("npx jest --ci");
        check(&[("package.json", &jest)], &[("jest", "", None)]);
        check(&[("package.json", &script("jestures"))], &[]);
        let there = ("node_modules/jest/bin/jest.js", "");
        check(&[("package.json", &jest), there], &[("jest", "", Some("node_modules/jest/bin/jest.js"))]);
        check(
            &[("web/app/package.json", &jest), there],
            &[("jest", "web/app", Some("node_modules/jest/bin/jest.js"))],
        );
        check(
            &[
                ("web/package.json", &script("vitest run && mocha")),
                ("web/node_modules/mocha/bin/mocha.js", ""),
            ],
            &[("vitest", "web", None), ("mocha", "web", Some("web/node_modules/mocha/bin/mocha.js"))],
        );
        check(&[("node_modules/x/package.json", &jest), ("package.json", "[")], &[]);
    }
}
