//! What is no proof: fixes that are none, code that cannot be called alone, tests that are not steady.

use quartet_domain::results::TestStatus;

use super::case::{Case, check};

const FIND: &str = "def find(cursor, a, b):\n    cursor.execute(HERE)  # SINK\n";
const WEAK: &str = "\"SELECT 1 WHERE a = '%s' AND b = '%s'\" % (a, b)";

#[track_caller]
fn check_find(after: &str, passed: Option<bool>, contradicted: bool, words: &str) {
    let (before, after) = (FIND.replace("HERE", WEAK), FIND.replace("HERE", after));
    let case =
        Case { path: "app.py", cwe: "CWE-89", function: "find", before: &before, after: &after, beside: &[] };
    check(&case, passed, contradicted, words);
}

#[test]
fn a_fix_that_is_none_is_contradicted() {
    check_find("\"SELECT 1 WHERE a = '{}' AND b = '{}'\".format(a, b)", Some(false), true, "still code");
    check_find("\"SELECT 1 WHERE a = ? AND b = ?\", (a, c)", Some(false), true, "name 'c' is not defined");
    // Half of it is left.
    check_find("\"SELECT 1 WHERE a = ? AND b = '%s'\" % b, (a,)", Some(false), false, "still code in");
}

#[test]
fn a_contradicted_fix_is_left_out_of_what_is_tested() {
    let before = FIND.replace("HERE", WEAK);
    let case = Case {
        path: "app.py",
        cwe: "CWE-89",
        function: "find",
        before: &before,
        after: &before,
        beside: &[],
    };
    let tested = check(&case, Some(false), true, "still code");
    assert_eq!(tested.proofs[0].rungs[0].passed, None);
    assert!(tested.proofs[0].rungs[0].detail.starts_with("left out"));
    assert_eq!(tested.results.suites[0].status, "failed");
    let test = &tested.results.test_functions[0];
    assert_eq!((test.status, test.function_name.as_str()), (TestStatus::Failed, "find"));
}

/// Nothing of this may pass.
#[track_caller]
fn check_unknown(path: &str, cwe: &str, function: &str, source: &str, words: &str) {
    let case = Case { path, cwe, function, before: source, after: source, beside: &[] };
    check(&case, None, false, words);
}

#[test]
fn what_cannot_be_called_alone_is_not_proved() {
    check_unknown(
        "a.py",
        "CWE-89",
        "f",
        "import sys\nsys.exit(3)\ndef f(db, a): db.execute('SELECT ' + a)  # SINK\n",
        "cannot be imported: SystemExit",
    );
    check_unknown(
        "a.py",
        "CWE-89",
        "g",
        "def f(db, a): db.execute('SELECT ' + a)  # SINK\n",
        "the function was not found",
    );
    check_unknown("a.py", "CWE-89", "", "x = 1  # SINK\n", "the code is in no function");
    check_unknown(
        "a.py",
        "CWE-89",
        "f",
        "def f(db, a):\n    if a == 'open sesame':\n        db.execute('SELECT ' + a)  # SINK\n",
        "ended before the sink",
    );
    check_unknown(
        "a.py",
        "CWE-89",
        "f",
        "def f(db, a):\n    while True: pass\n    db.execute('SELECT ' + a)  # SINK\n",
        "TooLong",
    );
    check_unknown("a.py", "CWE-611", "f", "def f(): pass  # SINK\n", "no test can be generated for CWE-611");
    check_unknown(
        "a.ts",
        "CWE-89",
        "f",
        "enum A { B }\nfunction f(db, a) { db.query(a); } // SINK\n",
        "line 1 has an enumeration",
    );
    check_unknown("a.go", "CWE-89", "f", "// SINK\n", "this language");
    check_unknown("a.js", "CWE-89", "g", "const f = 1; // SINK\n", "the function was not found");
    check_unknown(
        "a.js",
        "CWE-89",
        "f",
        "require('./gone');\nconst f = (db, a) => db.query('SELECT ' + a); // SINK\n",
        "cannot be loaded",
    );
}

#[test]
fn a_test_that_says_something_else_each_time_proves_nothing() {
    let before = "import os\ndef f(db, name):\n    if int.from_bytes(os.urandom(8), 'big') % 2:\n        name = 'x'\n    db.execute('SELECT ' + name)  # SINK\n";
    let after = "import os\ndef f(db, name):\n    db.execute('SELECT ?', (name,))  # SINK\n";
    let case = Case { path: "a.py", cwe: "CWE-89", function: "f", before, after, beside: &[] };
    // Whatever the coins say, it is no contradiction; and three equal runs of several attempts are one in many.
    let tested = case.run();
    assert!(!tested.proofs[0].contradicted, "{:?}", tested.proofs);
}
