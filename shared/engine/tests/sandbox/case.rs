//! A program in the sandbox, and what is asked of its end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use quartet_engine::sandbox::{Ending, Limits, Outcome, Program, run};

use crate::support;

pub(crate) struct Case {
    folder: tempfile::TempDir,
    pub(crate) limits: Limits,
}

impl Case {
    pub(crate) fn new() -> Self {
        let limits = Limits { wall: Duration::from_secs(20), ..Limits::default() };
        Self { folder: tempfile::tempdir().unwrap(), limits }
    }

    /// Stands in the command line of every process of this case, and of no other.
    pub(crate) fn mark(&self) -> String {
        format!("quartet-hostile-{}", self.folder.path().file_name().unwrap().display())
    }

    pub(crate) fn outside(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn program(&self, path: PathBuf, arguments: &[&str]) -> Program {
        let work = self.folder.path().join("work");
        std::fs::create_dir_all(&work).unwrap();
        // A virtual environment and the installation that it points to.
        let real = std::fs::canonicalize(&path).unwrap();
        let readable =
            [&path, &real].map(|path| path.parent().unwrap().parent().unwrap().to_owned()).to_vec();
        Program {
            path,
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            folder: work.clone(),
            writable: work,
            readable,
            environment: BTreeMap::from([("LANG".to_owned(), "C.UTF-8".to_owned())]),
            limits: self.limits.clone(),
        }
    }

    /// Runs a Python script in isolated mode, so that nothing but the script decides what happens.
    pub(crate) fn python(&self, script: &str) -> Outcome {
        let attempt = format!("mark = '{}'\n{ATTEMPT}\n{}", self.mark(), self.filled(script));
        self.run(support::python(), &["-I", "-S", "-c", &attempt])
    }

    pub(crate) fn node(&self, script: &str) -> Outcome {
        let attempt = format!("// {}\n{NODE_ATTEMPT}\n{}", self.mark(), self.filled(script));
        self.run(support::node(), &["-e", &attempt])
    }

    /// `PARENT` is the process that watches, `OUTSIDE` the folder that the program's own lies in.
    fn filled(&self, script: &str) -> String {
        let parent = std::process::id().to_string();
        script.replace("PARENT", &parent).replace("OUTSIDE", &self.outside().display().to_string())
    }

    fn run(&self, path: PathBuf, arguments: &[&str]) -> Outcome {
        let outcome = run(Path::new(support::SANDBOX), &self.program(path, arguments));
        for layer in LAYERS {
            assert!(outcome.layers.iter().any(|held| held == layer), "{layer} did not hold: {outcome:?}");
        }
        outcome
    }
}

/// What holds on every kernel; where it has Landlock, that is named too.
const LAYERS: [&str; 7] = [
    "empty_environment",
    "own_session",
    "rlimits",
    "no_new_privileges",
    "no_capabilities",
    "seccomp",
    "watched",
];

/// The same in Node: `attempt(what)` awaits.
const NODE_ATTEMPT: &str = "
const attempt = async (what) => {
  try { console.log('ESCAPED', await what()); } catch (error) { console.log('refused', error.code ?? error.name); }
};
";

/// `attempt(what)` prints what an attempt came to: `refused` or, if it worked, `ESCAPED` and what it got.
const ATTEMPT: &str = "
import os, sys, time
def attempt(what, *args, **kwargs):
    try:
        print('ESCAPED', what(*args, **kwargs), flush=True)
    except (OSError, MemoryError) as error:
        print('refused', type(error).__name__, flush=True)
";

pub(crate) fn text(outcome: &Outcome) -> String {
    String::from_utf8_lossy(&outcome.output).into_owned()
}

/// Every attempt of the script was refused, and it came to its own end.
#[track_caller]
pub(crate) fn check_refused(case: &Case, script: &str) {
    check_outcome(&case.python(script), script);
}

#[track_caller]
pub(crate) fn check_outcome(outcome: &Outcome, script: &str) {
    let text = text(outcome);
    assert!(!text.contains("ESCAPED"), "{script}\n{text}");
    assert!(text.contains("refused"), "nothing was tried: {script}\n{text}");
    assert_eq!(outcome.ending, Ending::Exited(0), "{script}\n{text}");
}

/// The program ends for a reason of these words, soon, leaves nothing running, and got nothing.
#[track_caller]
pub(crate) fn check_reason(case: &Case, script: &str, reason: &str) {
    let started = Instant::now();
    let outcome = case.python(script);
    let text = text(&outcome);
    assert!(!text.contains("ESCAPED"), "{script}\n{text}");
    assert_eq!(outcome.ending.reason(), reason, "{script}\n{text}");
    assert!(started.elapsed() < Duration::from_secs(40), "{script} took {:?}", started.elapsed());
    assert_eq!(processes_with(&case.mark()), 0, "something is still running: {script}");
}

/// The script is stopped for this reason, soon.
#[track_caller]
pub(crate) fn check_stopped(case: &Case, script: &str, ending: &Ending) -> Outcome {
    let started = Instant::now();
    let outcome = case.python(script);
    assert!(!text(&outcome).contains("ESCAPED"), "{script}\n{}", text(&outcome));
    assert_eq!(&outcome.ending, ending, "{script}\n{}", text(&outcome));
    assert!(started.elapsed() < Duration::from_secs(40), "{script} took {:?}", started.elapsed());
    assert_eq!(processes_with(&case.mark()), 0, "something is still running: {script}");
    outcome
}

/// Processes whose command line holds a mark.
pub(crate) fn processes_with(mark: &str) -> usize {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(mark)).count()
}

pub(crate) fn landlock(outcome: &Outcome) -> bool {
    outcome.layers.iter().any(|layer| layer == "landlock" || layer == "landlock_partly")
}
