//! Suites that want something else than to test.

use crate::repository::{Repository, check};

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
