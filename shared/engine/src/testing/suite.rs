//! Which suites a tree has, and one run of one of them.

use std::path::Path;
use std::time::Duration;

use quartet_domain::results::{TestFunction, TestSuite};

use super::coverage::Coverage;
use super::packaged::{self, Package};
use super::places::Places;
use super::{Tools, node, pytest, record, unittest};
use crate::sandbox::{self, Ending, Outcome};
use crate::tree::Tree;

/// A suite that was found in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Suite {
    Pytest,
    /// The test files.
    Unittest(Vec<String>),
    /// The test files.
    Node(Vec<String>),
    /// A runner in the tree, and its program.
    Packaged(Package, String),
    /// A runner that this build cannot run, and why.
    Unsupported {
        runner: String,
        reason: String,
    },
}

impl Suite {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Pytest => "pytest",
            Self::Unittest(_) => "unittest",
            Self::Node(_) => "node",
            Self::Packaged(package, _) => package.runner.name(),
            Self::Unsupported { runner, .. } => runner,
        }
    }
}

/// One run of one suite on one tree.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) suite: TestSuite,
    pub(super) tests: Vec<TestFunction>,
    pub(super) coverage: Coverage,
    /// Absent when nothing untrusted ran.
    pub(super) layers: Option<Vec<String>>,
}

impl Run {
    fn without(runner: &str, status: &str, reason: impl Into<String>) -> Self {
        let suite = TestSuite { runner: runner.to_owned(), status: status.to_owned(), reason: reason.into() };
        Self { suite, tests: Vec::new(), coverage: Coverage::default(), layers: None }
    }
}

pub(super) fn detect(tree: &Tree) -> Vec<Suite> {
    let mut suites = Vec::new();
    match unittest::detect(tree) {
        Some(files) => suites.push(Suite::Unittest(files)),
        None if pytest::is_used(tree) => suites.push(Suite::Pytest),
        None => {}
    }
    suites.extend(node::detect(tree).map(Suite::Node));
    suites.extend(packaged::detect(tree).into_iter().map(|package| match package.entry.clone() {
        Some(entry) => Suite::Packaged(package, entry),
        None => Suite::Unsupported {
            runner: package.runner.name().to_owned(),
            reason: "it is not in the repository's node_modules, and nothing is installed".to_owned(),
        },
    }));
    suites.extend(packaged::UNSUPPORTED.into_iter().filter(|name| named(tree, name)).map(|name| {
        Suite::Unsupported { runner: name.to_owned(), reason: format!("{name} is not supported") }
    }));
    suites
}

fn named(tree: &Tree, runner: &str) -> bool {
    packaged::scripts(tree).any(|script| packaged::names(&script, runner))
}

pub(super) fn run(suite: &Suite, tree: &Tree, tools: &Tools, work: &Path, time: Duration) -> Run {
    let name = suite.name();
    let tool = match suite {
        Suite::Unsupported { reason, .. } => return Run::without(name, "skipped", reason.as_str()),
        Suite::Pytest | Suite::Unittest(_) => tools.python.as_deref().ok_or("Python"),
        Suite::Node(_) | Suite::Packaged(..) => tools.node.as_deref().ok_or("Node.js"),
    };
    let tool = match tool {
        Ok(tool) => tool,
        Err(missing) => return Run::without(name, "skipped", format!("there is no {missing} here")),
    };
    if time.is_zero() {
        return Run::without(name, "error", "no time was left for it");
    }
    let places = match Places::make(work, tree, tool) {
        Ok(places) => places,
        Err(error) => return Run::without(name, "error", format!("the files could not be written: {error}")),
    };
    let run = run_in(suite, tree, tool, tools, &places, time);
    places.sweep();
    run
}

fn run_in(suite: &Suite, tree: &Tree, tool: &Path, tools: &Tools, places: &Places, time: Duration) -> Run {
    let program = match suite {
        Suite::Node(files) => node::program(tool, files, places, time),
        Suite::Packaged(package, entry) => {
            if let Err(error) = places.put(packaged::REPORTER, package.runner.reporter()) {
                return Run::without(
                    suite.name(),
                    "error",
                    format!("the reporter could not be written: {error}"),
                );
            }
            packaged::program(tool, package, entry, places, time)
        }
        Suite::Unittest(files) => unittest::program(tool, files, tree, places, time),
        Suite::Pytest | Suite::Unsupported { .. } => pytest::program(tool, tree, places, time),
    };
    let outcome = sandbox::run(&tools.sandbox, &program);
    let coverage = match suite {
        Suite::Node(_) | Suite::Packaged(..) => Coverage::of_lcov(&places.report("lcov.info"), places),
        Suite::Pytest | Suite::Unittest(_) | Suite::Unsupported { .. } => {
            Coverage::of_python(&places.report("coverage.json"))
        }
    };
    let record = record::read(&places.report("tests.jsonl"), places);
    let (status, reason) = verdict(&record, &outcome, places);
    let suite = TestSuite { runner: suite.name().to_owned(), status: status.to_owned(), reason };
    let layers = (!outcome.layers.is_empty()).then_some(outcome.layers);
    Run { suite, tests: record.tests, coverage, layers }
}

/// `passed` needs a run that came to its own end with every test that ran passing, and at least one.
fn verdict(record: &record::Record, outcome: &Outcome, places: &Places) -> (&'static str, String) {
    if let Some(missing) = &record.missing {
        return ("skipped", missing.clone());
    }
    let own_end = matches!(outcome.ending, Ending::Exited(_));
    if !own_end || !record.ended {
        let reason = outcome.ending.reason();
        let said = places.hide(&last_lines(&outcome.output));
        return ("error", if own_end && !said.is_empty() { format!("{reason}: {said}") } else { reason });
    }
    if record.has_failures() {
        return ("failed", record.failure_reason());
    }
    if record.has_passes() {
        return ("passed", String::new());
    }
    ("skipped", "no test ran".to_owned())
}

/// The end of what was said, where runners say what went wrong.
fn last_lines(output: &[u8]) -> String {
    const MAX_CHARS: usize = 600;
    let text = String::from_utf8_lossy(output);
    let lines: Vec<_> = text.trim().lines().rev().take(8).collect();
    let text: String = lines.into_iter().rev().collect::<Vec<_>>().join("\n");
    let skip = text.chars().count().saturating_sub(MAX_CHARS);
    text.chars().skip(skip).collect()
}
