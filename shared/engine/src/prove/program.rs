//! The two tests of one fix, and their runs in the sandbox.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use quartet_domain::run::Weakness;
use serde::{Deserialize, Serialize};

use super::lines::{self, Span};
use super::verdict::Report;
use super::{Job, erase, weakness};
use crate::language::{Family, Language};
use crate::sandbox::{self, Ending, Limits, Program};
use crate::testing::{Places, environment};
use crate::tree::Tree;

/// Of one run; a function that is called alone ends at once.
const RUN_TIME: Duration = Duration::from_secs(20);
/// Room for an interpreter and the module under test.
const MEMORY_BYTES: u64 = 512 * 1024 * 1024;
const REPORT: &str = "proof.json";

#[derive(Clone, Copy)]
pub(super) enum Side {
    Before,
    After,
}

/// The test of one fix for the head, and the same for the fixed tree, where the sink may be some lines further.
pub(super) struct Pair<'a> {
    tool: PathBuf,
    family: Family,
    before: (Cow<'a, Tree>, String),
    after: (Cow<'a, Tree>, String),
}

#[derive(Serialize)]
struct Spec<'a> {
    file: &'a str,
    function: &'a str,
    lines: Span,
    weakness: &'a str,
    cwe: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Attempts(BTreeMap<String, String>),
    Reason(String),
}

impl<'a> Pair<'a> {
    pub(super) fn of(job: &'a Job<'_>, weakness: &Weakness) -> Result<Self, String> {
        let path = weakness.file_path.as_str();
        let family = Language::of_path(path).and_then(Language::family);
        let family = family.ok_or("no test can be generated for this language")?;
        if path.ends_with(".jsx") {
            return Err("not callable alone: it would have to be compiled".to_owned());
        }
        let kind = weakness::kind_of(&weakness.cwe, family)
            .ok_or_else(|| format!("no test can be generated for {} in this language", weakness.cwe))?;
        let tool = match family {
            Family::Python => job.tools.python.as_ref().ok_or("there is no Python here")?,
            Family::JavaScript => job.tools.node.as_ref().ok_or("there is no Node.js here")?,
        };
        let runnable = |tree: &'a Tree| -> Result<Cow<'a, Tree>, String> {
            if !erase::is_typed(path) {
                return Ok(Cow::Borrowed(tree));
            }
            let runnable =
                erase::runnable(tree, path).map_err(|reason| format!("not callable alone: {reason}"))?;
            Ok(Cow::Owned(runnable))
        };
        let text_of = |tree: &Tree| -> Result<String, String> {
            let text = tree.get(path).and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
            text.ok_or_else(|| "the file is not there".to_owned())
        };
        let (source, fixed) = (text_of(job.head)?, text_of(job.fixed)?);
        let before = lines::of_statement(path, &source, weakness.line_number);
        let test = |lines| -> Result<String, String> {
            let function = &weakness.function_name;
            let spec = Spec { file: path, function, lines, weakness: kind, cwe: &weakness.cwe };
            let spec = serde_json::to_string(&spec).map_err(|error| error.to_string())?;
            Ok(weakness::text(family, &spec))
        };
        Ok(Self {
            tool: tool.clone(),
            family,
            before: (runnable(job.head)?, test(before)?),
            after: (runnable(job.fixed)?, test(lines::after(&source, &fixed, before))?),
        })
    }
}

/// Runs tests until the time is up.
pub(super) struct Prover<'a> {
    pub(super) job: &'a Job<'a>,
    pub(super) layers: Vec<BTreeSet<String>>,
    started: Instant,
}

impl<'a> Prover<'a> {
    pub(super) fn new(job: &'a Job<'a>) -> Self {
        Self { job, layers: Vec::new(), started: Instant::now() }
    }

    /// Up to `count` runs, fewer if the time is up. Each gets a tree of its own: nothing is left from one to the next.
    pub(super) fn run(&mut self, pair: &Pair<'_>, side: Side, place: usize, count: usize) -> Vec<Report> {
        let ((tree, text), name) = match side {
            Side::Before => (&pair.before, "before"),
            Side::After => (&pair.after, "after"),
        };
        let mut reports = Vec::new();
        for _ in 0..count {
            let left = self.job.time_out.saturating_sub(self.started.elapsed());
            if left.is_zero() {
                reports.push(Report::Stopped("no time was left for it".to_owned()));
                break;
            }
            let work = self.job.work.join(format!("prove-{place}-{name}"));
            reports.push(match Places::make(&work, tree, &pair.tool) {
                Ok(places) => {
                    let report = self.run_in(&places, pair, text, left.min(RUN_TIME));
                    places.sweep();
                    report
                }
                Err(error) => Report::Stopped(format!("the files could not be written: {error}")),
            });
        }
        reports
    }

    fn run_in(&mut self, places: &Places, pair: &Pair<'_>, text: &str, time: Duration) -> Report {
        let report = places.reports.join(REPORT).display().to_string();
        let outcome = sandbox::run(
            &self.job.tools.sandbox,
            &program(&pair.tool, pair.family, text, report, places, time),
        );
        if !outcome.layers.is_empty() {
            self.layers.push(outcome.layers.into_iter().collect());
        }
        match serde_json::from_slice(&places.report(REPORT)) {
            Ok(Answer::Attempts(attempts)) if outcome.ending == Ending::Exited(0) => {
                let shown = |(name, verdict): (String, String)| (name, places.hide(&verdict));
                Report::Attempts(attempts.into_iter().map(shown).collect())
            }
            Ok(Answer::Reason(reason)) => Report::NotCallable(places.hide(&reason)),
            Ok(Answer::Attempts(_)) | Err(_) => Report::Stopped(outcome.ending.reason()),
        }
    }
}

fn program(
    tool: &Path,
    family: Family,
    text: &str,
    report: String,
    places: &Places,
    time: Duration,
) -> Program {
    let mut environment = environment(tool, places);
    let arguments = match family {
        Family::Python => {
            environment.insert("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned());
            environment.insert("PYTHONHASHSEED".to_owned(), "0".to_owned());
            vec!["-c".to_owned(), text.to_owned(), report]
        }
        Family::JavaScript => vec!["-e".to_owned(), text.to_owned(), report],
    };
    Program {
        path: tool.to_owned(),
        arguments,
        folder: places.source.clone(),
        writable: places.root.clone(),
        readable: places.tool.clone(),
        environment,
        limits: Limits { wall: time, cpu: time, memory_bytes: MEMORY_BYTES, ..Limits::default() },
    }
}
