//! Node's runner, and those that a repository brings along.

use crate::repository::{check, message};

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
        &[
            "node passed ",
            "vitest skipped it is not in the repository's node_modules, and nothing is installed",
        ],
    );
}
