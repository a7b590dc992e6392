//! pytest and unittest.

use crate::repository::{CALC, Repository, check, message, tests};

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
fn unittest_in_all_its_outcomes() {
    let results = check(
        &[
            ("shop/__init__.py", ""),
            ("shop/calc.py", CALC),
            (
                "shop/tests/test_calc.py",
                "import unittest
from shop.calc import add
class T(unittest.TestCase):
    def test_good(self): self.assertEqual(add(1, 1), 2)
    def test_bad(self): self.assertEqual(add(1, 1), 3)
    def test_error(self): raise RuntimeError('no database')
    @unittest.skip('not today')
    def test_skipped(self): pass
    @unittest.expectedFailure
    def test_known(self): self.fail()
    def test_parts(self):
        for n in (1, 2):
            with self.subTest(n=n): self.assertEqual(n, 1)
class Async(unittest.IsolatedAsyncioTestCase):
    async def test_later(self): self.assertEqual(add(2, 2), 4)
",
            ),
            ("shop/tests/__init__.py", ""),
            ("a/test_same.py", "import unittest\nclass A(unittest.TestCase):\n    def test_a(self): pass\n"),
            ("b/test_same.py", "import unittest\nclass B(unittest.TestCase):\n    def test_b(self): pass\n"),
            ("b/test_gone.py", "import quartet_no_such_module\nfrom unittest import TestCase\n"),
        ],
        &[
            "a/test_same.py A.test_a passed",
            "b/test_gone.py (collection) error",
            "b/test_same.py B.test_b passed",
            "shop/tests/test_calc.py Async.test_later passed",
            "shop/tests/test_calc.py T.test_bad failed",
            "shop/tests/test_calc.py T.test_error error",
            "shop/tests/test_calc.py T.test_good passed",
            "shop/tests/test_calc.py T.test_known skipped",
            "shop/tests/test_calc.py T.test_parts failed",
            "shop/tests/test_calc.py T.test_skipped skipped",
        ],
        &["unittest failed 2 failed, 2 could not run"],
    );
    assert_eq!(results.test_coverage_percentage, 75.0);
    assert!(message(&results, "T.test_bad").contains("2 != 3"));
    assert!(message(&results, "T.test_parts").contains("(n=2)"));
    assert!(message(&results, "(collection)").contains("quartet_no_such_module"));
}
