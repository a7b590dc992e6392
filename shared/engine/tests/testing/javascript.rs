//! Node's runner, and those that a repository brings along.

use quartet_domain::results::TestResults;

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

/// The part of each runner that we rely on, whose real ones are thousands of files: where its program lies, the argument
/// that names a reporter, and what it tells that.
const JEST: &str = "
const path = process.argv.find((one) => one.startsWith('--reporters=')).slice('--reporters='.length);
const reporter = new (require(path))({}, {});
const one = (title, status, failureMessages) => ({ ancestorTitles: ['s'], title, status, duration: 5, failureMessages });
const testResults = [one('good', 'passed', []), one('bad', 'failed', ['Error: 2 is not 3']), one('no', 'pending', [])];
reporter.onTestResult({ path: `${process.cwd()}/sum.test.js` }, { testResults });
reporter.onTestResult({ path: `${process.cwd()}/gone.test.js` }, { testResults: [], failureMessage: 'Cannot find module' });
const { writeFileSync } = require('node:fs');
const folder = process.argv.find((one) => one.startsWith('--coverageDirectory=')).split('=')[1];
writeFileSync(`${folder}/lcov.info`, 'SF:sum.js\\nDA:1,1\\nDA:2,0\\nend_of_record\\n');
reporter.onRunComplete();
process.exit(1);
";
const VITEST: &str = "
import { createRequire } from 'node:module';
const path = process.argv.find((one) => one.startsWith('--reporter=')).slice('--reporter='.length);
const reporter = new (createRequire(import.meta.url)(path))();
const test = (name, state, errors) => ({ type: 'test', name, result: { state, duration: 5, errors } });
const tasks = [{ type: 'suite', name: 's', tasks: [test('good', 'pass'), test('bad', 'fail', [{ message: '2 is not 3' }]), { type: 'test', name: 'no' }] }];
const task = { filepath: `${process.cwd()}/sum.test.js`, tasks };
reporter.onTestRunEnd([{ task }]);
reporter.onFinished([task]);
";
const MOCHA: &str = "
const { EventEmitter } = require('node:events');
const runner = new EventEmitter();
new (require(process.argv[process.argv.indexOf('--reporter') + 1]))(runner);
const test = (title, type = 'test') => ({ type, title, file: `${process.cwd()}/sum.test.js`, duration: 5, titlePath: () => ['s', title] });
runner.emit('pass', test('good'));
runner.emit('fail', test('bad'), new Error('2 is not 3'));
runner.emit('pending', test('no'));
runner.emit('end');
process.exit(1);
";

#[track_caller]
fn check_packaged(script: &str, program: (&str, &str), expected: &[&str], suite: &str) -> TestResults {
    let package = format!("{{\"scripts\": {{\"test\": \"{script}\"}}}}");
    let expected: Vec<_> = expected.iter().map(|test| format!("web/{test}")).collect();
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    let (path, text) = (format!("web/node_modules/{}", program.0), program.1);
    let results = check(&[("web/package.json", &package), (&path, text)], &expected, &[suite]);
    assert!(message(&results, "s > bad").contains("2 is not 3"));
    results
}

#[test]
fn runners_that_a_repository_brings_along() {
    let tests = ["sum.test.js s > bad failed", "sum.test.js s > good passed", "sum.test.js s > no skipped"];
    let with_error = [&["gone.test.js (file) error"], &tests[..]].concat();
    let jest = ("jest/bin/jest.js", JEST);
    let results = check_packaged("npx jest", jest, &with_error, "jest failed 1 failed, 1 could not run");
    assert_eq!(results.test_coverage_percentage, 50.0);
    check_packaged("vitest run", ("vitest/vitest.mjs", VITEST), &tests, "vitest failed 1 failed");
    check_packaged("mocha", ("mocha/bin/mocha.js", MOCHA), &tests, "mocha failed 1 failed");
}
