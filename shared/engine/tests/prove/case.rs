//! One fix, tried: real Python, real Node, real sandbox.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use quartet_domain::results::Rung;
use quartet_domain::run::{Changed, Tested, Weakness};
use quartet_engine::testing::{Job, Tools, run_tests};
use quartet_engine::tree::Tree;

use super::support;

/// A file, the function with the sink, and what is asked of it. The sink's line ends in the comment `SINK`.
pub(crate) struct Case<'a> {
    pub(crate) path: &'a str,
    pub(crate) cwe: &'a str,
    pub(crate) function: &'a str,
    pub(crate) before: &'a str,
    pub(crate) after: &'a str,
    /// Further files, which no fix changes.
    pub(crate) beside: &'a [(&'a str, &'a str)],
}

impl Case<'_> {
    pub(crate) fn run(&self) -> Tested {
        let line = self.before.lines().position(|line| line.ends_with("SINK")).unwrap() + 1;
        let files = self.beside.iter().copied().chain([(self.path, self.before)]);
        let tree: Tree = files.map(|(path, text)| (path, text.as_bytes())).collect();
        let fixed = BTreeMap::from([(self.path.to_owned(), self.after.as_bytes().to_vec())]);
        let weakness = Weakness {
            cwe: self.cwe.to_owned(),
            file_path: self.path.to_owned(),
            function_name: self.function.to_owned(),
            line_number: line as u64,
        };
        let work = tempfile::tempdir().unwrap();
        let tested = run_tests(&Job {
            tree: &tree,
            fixed: &fixed,
            weaknesses: &[weakness],
            changed: &Changed::default(),
            tools: &Tools {
                python: Some(support::python()),
                node: Some(support::node()),
                sandbox: PathBuf::from(support::SANDBOX),
            },
            work: work.path(),
            time_out: Duration::from_secs(240),
        });
        assert_eq!(std::fs::read_dir(work.path()).unwrap().count(), 0, "something was left behind");
        let shown = format!("{tested:?}");
        assert!(
            !shown.contains(&work.path().display().to_string()),
            "a path of the machine is shown: {shown}"
        );
        tested
    }
}

/// Rung 7 of a fix, and words of its detail.
#[track_caller]
pub(crate) fn check(case: &Case<'_>, passed: Option<bool>, contradicted: bool, words: &str) -> Tested {
    let tested = case.run();
    let proof = &tested.proofs[0];
    let rung = &proof.rungs[1];
    assert_eq!(rung.rung, Rung::RegressionTest);
    assert_eq!((rung.passed, proof.contradicted), (passed, contradicted), "{}: {rung:?}", case.after);
    assert!(rung.detail.contains(words), "{rung:?}");
    tested
}

/// Before is the weakness, after its fix; nothing but the two differs.
#[track_caller]
pub(crate) fn check_proved(path: &str, cwe: &str, function: &str, frame: &str, weak: &str, fixed: &str) {
    check_proved_beside(&[], path, cwe, function, frame, weak, fixed);
}

/// The same with further files.
#[track_caller]
pub(crate) fn check_proved_beside(
    beside: &[(&str, &str)],
    path: &str,
    cwe: &str,
    function: &str,
    frame: &str,
    weak: &str,
    fixed: &str,
) {
    let (before, after) = (frame.replace("HERE", weak), frame.replace("HERE", fixed));
    let case = Case { path, cwe, function, before: &before, after: &after, beside };
    let tested = check(&case, Some(true), false, "before the fix and");
    assert_eq!((tested.results.tests_generated, tested.results.tests_passed), (1, 1));
    assert_eq!(tested.results.suites[0].status, "passed");
    assert!(tested.results.sandbox_layers.iter().any(|layer| layer == "seccomp"));
    // The other way round it is no fix: what is data before shows nothing.
    let turned = Case { before: &after, after: &before, ..case };
    check(&turned, Some(false), false, "no code before the fix");
}
