//! Repositories with tests, run as the Test agent runs them: real pytest, real Node, real sandbox.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use quartet_domain::results::{TestResults, TestStatus};
use quartet_domain::run::{Changed, Tested, Weakness};
use quartet_engine::testing::{Job, Tools, run_tests};
use quartet_engine::tree::Tree;

struct Repository {
    tree: Tree,
    fixed: BTreeMap<String, Vec<u8>>,
    weaknesses: Vec<Weakness>,
    changed: Changed,
    tools: Tools,
    time_out: Duration,
}

impl Repository {
    fn new(files: &[(&str, &str)]) -> Self {
        Self {
            tree: files.iter().map(|(path, text)| (*path, text.as_bytes())).collect(),
            fixed: BTreeMap::new(),
            weaknesses: Vec::new(),
            changed: Changed::default(),
            tools: Tools {
                python: Some(support::python()),
                node: Some(support::node()),
                sandbox: PathBuf::from(support::SANDBOX),
            },
            time_out: Duration::from_secs(120),
        }
    }

    fn fixed(mut self, path: &str, text: &str) -> Self {
        self.fixed.insert(path.to_owned(), text.as_bytes().to_vec());
        self
    }

    fn run(&self) -> TestResults {
        self.tested().results
    }

    fn tested(&self) -> Tested {
        let work = tempfile::tempdir().unwrap();
        let tested = run_tests(&Job {
            tree: &self.tree,
            fixed: &self.fixed,
            weaknesses: &self.weaknesses,
            changed: &self.changed,
            tools: &self.tools,
            work: work.path(),
            time_out: self.time_out,
        });
        let results = &tested.results;
        assert_eq!(results.tests_executed, results.tests_passed + results.tests_failed);
        assert_eq!(std::fs::read_dir(work.path()).unwrap().count(), 0, "something was left behind");
        let shown = format!("{results:?}");
        assert!(
            !shown.contains(&work.path().display().to_string()),
            "a path of the machine is shown: {shown}"
        );
        tested
    }
}

fn tests(results: &TestResults) -> Vec<String> {
    let tests = results.test_functions.iter();
    tests.map(|t| format!("{} {} {}", t.file_path, t.test_name, status(t.status))).collect()
}

fn status(status: TestStatus) -> &'static str {
    match status {
        TestStatus::Passed => "passed",
        TestStatus::Failed => "failed",
        TestStatus::Error => "error",
        TestStatus::Skipped => "skipped",
    }
}

fn suites(results: &TestResults) -> Vec<String> {
    results.suites.iter().map(|suite| format!("{} {} {}", suite.runner, suite.status, suite.reason)).collect()
}

/// What a repository's tests come to, without fixes.
#[track_caller]
fn check(files: &[(&str, &str)], expected_tests: &[&str], expected_suites: &[&str]) -> TestResults {
    let results = Repository::new(files).run();
    assert_eq!(tests(&results), expected_tests, "{results:#?}");
    assert_eq!(suites(&results), expected_suites, "{results:#?}");
    results
}

#[track_caller]
fn message<'a>(results: &'a TestResults, test: &str) -> &'a str {
    let test = results.test_functions.iter().find(|t| t.test_name == test).unwrap();
    test.error_message.as_deref().unwrap_or_default()
}

const CALC: &str = "def add(a, b):\n    if a > 100:\n        return 0\n    return a + b\n";

#[test]
fn pytest_in_all_its_outcomes() {
    let results = check(
        &[
            ("calc.py", CALC),
            (
                "tests/test_calc.py",
                "import unittest, pytest
from calc import add
def test_good(): assert add(1, 1) == 2
def test_bad(): assert add(1, 1) == 3
@pytest.mark.parametrize('a', [1, 'x y'])
def test_each(a): assert a
@pytest.mark.skip(reason='not today')
def test_skipped(): pass
@pytest.mark.xfail(reason='known')
def test_known(): assert False
class TestOld(unittest.TestCase):
    def test_method(self): self.assertEqual(add(2, 2), 4)
@pytest.fixture
def broken(): raise RuntimeError('no database')
def test_fixture(broken): pass
@pytest.fixture
def messy():
    yield
    raise RuntimeError('cannot clean up')
def test_messy(messy): pass
",
            ),
        ],
        &[
            "tests/test_calc.py TestOld.test_method passed",
            "tests/test_calc.py test_bad failed",
            "tests/test_calc.py test_each[1] passed",
            "tests/test_calc.py test_each[x y] passed",
            "tests/test_calc.py test_fixture error",
            "tests/test_calc.py test_good passed",
            "tests/test_calc.py test_known skipped",
            "tests/test_calc.py test_messy error",
            "tests/test_calc.py test_skipped skipped",
        ],
        &["pytest failed 1 failed, 2 could not run"],
    );
    assert_eq!((results.tests_passed, results.tests_failed), (4, 3));
    assert_eq!(results.test_coverage_percentage, 75.0);
    assert_eq!(results.not_worse, None);
    assert!(results.sandbox_layers.iter().any(|layer| layer == "seccomp"), "{results:?}");
    assert!(message(&results, "test_bad").contains("assert 2 == 3"));
    assert!(message(&results, "test_skipped").contains("not today"));
    assert!(message(&results, "test_fixture").contains("no database"));
    assert_eq!(results.test_functions[2].function_name, "test_each");
}

#[test]
fn layouts_that_python_repositories_have() {
    check(
        &[
            ("src/shop/__init__.py", ""),
            ("src/shop/cart.py", CALC),
            ("tests/__init__.py", ""),
            ("tests/unit/cart_test.py", "from shop.cart import add\ndef test_add(): assert add(1, 2) == 3\n"),
            ("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '--cov=shop -n auto'\n"),
        ],
        &["tests/unit/cart_test.py test_add passed"],
        &["pytest passed "],
    );
    let unittest = "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): self.assertTrue(1)\n";
    check(&[("test_a.py", unittest)], &["test_a.py T.test_a passed"], &["unittest passed "]);
    check(&[("app.py", CALC)], &[], &[]);
    // Names of the standard library and of our own tools, and options that would end the run early.
    check(
        &[
            ("json.py", "raise RuntimeError('not the json you want')\n"),
            ("coverage.py", "raise RuntimeError('not the coverage you want')\n"),
            ("setup.cfg", "[tool:pytest]\naddopts = -x --durations=3\n"),
            ("test_a.py", "def test_a(): assert False\ndef test_b(): pass\n"),
        ],
        &["test_a.py test_a failed", "test_a.py test_b passed"],
        &["pytest failed 1 failed"],
    );
}

#[test]
fn python_that_cannot_run_is_never_passed() {
    let results = check(
        &[
            ("test_a.py", "import quartet_no_such_module\ndef test_a(): pass\n"),
            ("test_b.py", "def test_b(): pass\n"),
        ],
        &["test_a.py (collection) error", "test_b.py test_b passed"],
        &["pytest failed 1 could not run"],
    );
    assert!(message(&results, "(collection)").contains("No module named 'quartet_no_such_module'"));

    let results = Repository::new(&[
        ("conftest.py", "import quartet_no_such_module\n"),
        ("test_a.py", "def test_a(): pass\n"),
    ])
    .run();
    assert_eq!(results.suites[0].status, "error");
    assert!(results.suites[0].reason.contains("No module named 'quartet_no_such_module'"), "{results:?}");

    let results = Repository::new(&[("test_a.py", "import sys\nsys.exit(0)\n\ndef test_a(): pass\n")]).run();
    assert_eq!(results.suites[0].status, "error");
    assert!(results.suites[0].reason.contains("SystemExit"), "{results:?}");
    let results =
        Repository::new(&[("test_a.py", "import os\ndef test_a(): pass\ndef test_b(): os._exit(0)\n")]).run();
    assert_eq!(tests(&results), ["test_a.py test_a passed"]);
    assert_eq!(results.suites[0].status, "error", "{results:?}");
    check(
        &[("test_a.py", "import pytest\n@pytest.mark.skip\ndef test_a(): pass\n")],
        &["test_a.py test_a skipped"],
        &["pytest skipped no test ran"],
    );
}

#[test]
fn tools_that_are_not_there_are_skipped_with_the_reason() {
    let files = [
        ("test_a.py", "def test_a(): pass\n"),
        ("a.test.js", "require('node:test')('a', () => {});\n"),
        ("web/package.json", "{\"scripts\": {\"test\": \"npx jest --ci\"}}"),
    ];
    let mut repository = Repository::new(&files);
    repository.tools.python = None;
    repository.tools.node = None;
    let results = repository.run();
    let expected = [
        "pytest skipped there is no Python here",
        "node skipped there is no Node.js here",
        "jest skipped it is not in the repository's node_modules, and nothing is installed",
    ];
    assert_eq!(suites(&results), expected);
    assert!(results.success && results.test_functions.is_empty() && results.not_worse.is_none());

    let mut repository = Repository::new(&files[..1]);
    repository.tools.sandbox = PathBuf::from("/nowhere/quartet-sandbox");
    let results = repository.run();
    assert_eq!(results.suites[0].status, "error");
    assert!(results.suites[0].reason.starts_with("not started: "), "{results:?}");
}

const SUM: &str = "exports.add = (a, b) => {\n  if (a > 100) {\n    return 0;\n  }\n  return a + b;\n};\n";

#[test]
fn node_in_all_its_outcomes() {
    let results = check(
        &[
            ("package.json", "{\"scripts\": {\"test\": \"node --test\"}}"),
            ("sum.js", SUM),
            (
                "test/sum.test.js",
                "const { test, describe, it } = require('node:test');
const assert = require('node:assert');
const { add } = require('../sum.js');
test('adds', () => assert.equal(add(1, 1), 2));
test('is wrong', () => assert.equal(add(1, 1), 3));
test('not today', { skip: 'it rains' }, () => {});
test('later', { todo: true }, () => { throw new Error('x'); });
describe('a suite', () => {
  it('adds \"more\"', () => assert.equal(add(2, 2), 4));
  describe('deeper', () => it('throws', async () => { throw new Error('boom'); }));
});
",
            ),
            ("test/broken.test.mjs", "import 'quartet-no-such-package';\n"),
            ("test/helper.js", "exports.x = 1;\n"),
        ],
        &[
            "test/broken.test.mjs (file) error",
            "test/sum.test.js a suite > adds \"more\" passed",
            "test/sum.test.js a suite > deeper > throws failed",
            "test/sum.test.js adds passed",
            "test/sum.test.js is wrong failed",
            "test/sum.test.js later skipped",
            "test/sum.test.js not today skipped",
        ],
        &["node failed 2 failed, 1 could not run"],
    );
    assert!(message(&results, "is wrong").contains("2 == 3"), "{results:#?}");
    assert!(message(&results, "a suite > deeper > throws").contains("boom"));
    assert!(message(&results, "not today").contains("it rains"));
    assert!(message(&results, "(file)").contains("quartet-no-such-package"), "{results:#?}");
    assert!((60.0..100.0).contains(&results.test_coverage_percentage), "{results:#?}");
}

#[test]
fn node_tests_are_found_without_a_script() {
    let test = "import test from 'node:test';\ntest('a', () => {});\n";
    check(
        &[
            ("lib/a.test.mjs", test),
            ("node_modules/x/x.test.mjs", test),
            ("jest/b.test.js", "test('b', () => {});\n"),
            ("package.json", "{\"scripts\": {\"test\": \"vitest run\"}}"),
        ],
        &["lib/a.test.mjs a passed"],
        &["node passed ", "vitest skipped it is not in the repository's node_modules, and nothing is installed"],
    );
}

#[test]
fn both_languages_are_one_result() {
    let results = check(
        &[
            ("calc.py", CALC),
            ("test_calc.py", "from calc import add\ndef test_add(): assert add(1, 2) == 3\n"),
            ("a.test.js", "require('node:test')('a', () => {});\n"),
        ],
        &["a.test.js a passed", "test_calc.py test_add passed"],
        &["pytest passed ", "node passed "],
    );
    assert_eq!(results.tests_executed, 2);
}

#[test]
fn a_suite_that_hangs_keeps_what_it_did_and_leaves_time_for_others() {
    let mut repository = Repository::new(&[
        ("test_a.py", "import time\ndef test_a(): pass\ndef test_b(): time.sleep(1000)\n"),
        ("a.test.js", "require('node:test')('a', () => {});\n"),
    ]);
    repository.time_out = Duration::from_secs(10);
    let results = repository.run();
    assert_eq!(tests(&results), ["a.test.js a passed", "test_a.py test_a passed"]);
    assert_eq!(suites(&results), ["pytest error stopped: over the limit of time", "node passed "]);
}

#[test]
fn hostile_suites_end_with_a_reason_and_take_nothing() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "quartet-secret").unwrap();
    let secret = secret.path().display();
    // The last frees the name first: the reporter has it open.
    let link = format!(
        "import os
def test_a():
    reports = os.path.join(os.path.dirname(os.getcwd()), 'reports')
    for name in ('tests.jsonl', 'coverage.json'):
        path = os.path.join(reports, name)
        if os.path.exists(path): os.remove(path)
        os.symlink('{secret}', path)
"
    );
    let results = Repository::new(&[("test_a.py", &link)]).run();
    assert!(!format!("{results:?}").contains("quartet-secret"));
    assert_eq!((results.suites[0].status.as_str(), results.tests_passed), ("error", 0), "{results:#?}");

    let pipe = "import os
def test_a():
    path = os.path.join(os.path.dirname(os.getcwd()), 'reports', 'tests.jsonl')
    os.remove(path); os.mkfifo(path)
";
    assert_eq!(Repository::new(&[("test_a.py", pipe)]).run().suites[0].status, "error");

    let forged = "import os, sys
def test_a():
    out = open(os.path.join(os.path.dirname(os.getcwd()), 'reports', 'tests.jsonl'), 'a')
    for file in ('/etc/passwd', '../../up', 'x' * 10000, '\\0'):
        out.write('{\"file\": \"%s\", \"function\": \"f\", \"name\": \"n\", \"status\": \"failed\", \"seconds\": 1e999, \"message\": \"m\"}\\n' % file)
        out.write('{\"file\": \"%s\", \"function\": \"f\", \"name\": \"n\", \"status\": \"failed\", \"seconds\": -1, \"message\": \"m\"}\\n' % file)
    out.write('[' * 100000 + '\\n')
";
    let results = Repository::new(&[("test_a.py", forged)]).run();
    for test in &results.test_functions {
        assert!(!test.file_path.contains("..") && !test.file_path.starts_with('/'), "{test:?}");
        assert!(test.execution_time >= 0.0, "{test:?}");
    }

    let locked = "import os
def test_a():
    os.makedirs('a/b/c'); open('a/b/c/d', 'w').close(); os.chmod('a/b/c', 0); os.chmod('a', 0)
";
    let results = Repository::new(&[("test_a.py", locked)]).run();
    assert_eq!((results.suites[0].status.as_str(), results.tests_passed), ("passed", 1), "{results:#?}");

    let network = "import socket, pytest
def test_a():
    with pytest.raises(PermissionError): socket.create_connection(('127.0.0.1', 9001), 2)
    import os
    assert not [name for name in os.environ if name.startswith(('AWS', 'CARGO', 'QUARTET'))]
    with pytest.raises(OSError): open(f'/proc/{os.getppid()}/environ').read()
";
    check(&[("test_a.py", network)], &["test_a.py test_a passed"], &["pytest passed "]);
    let network = "const test = require('node:test'); const net = require('node:net'); const assert = require('node:assert');
test('a', (t, done) => net.connect(9001, '127.0.0.1').on('error', e => { assert.equal(e.code, 'EPERM'); done(); }));
test('b', () => assert.deepEqual(Object.keys(process.env).filter(n => /^(AWS|CARGO|QUARTET)/.test(n)), []));
";
    check(&[("a.test.js", network)], &["a.test.js a passed", "a.test.js b passed"], &["node passed "]);
}
