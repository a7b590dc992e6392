//! What the tests of untrusted code need from the machine: a Python with pytest and coverage, and Node.

use std::path::PathBuf;

/// The launcher that cargo built for these tests.
pub(crate) const SANDBOX: &str = env!("CARGO_BIN_EXE_quartet-sandbox");

/// The Python that `cargo xtask test` prepared. Its absence is a failure: a skipped test would look like a passed one.
pub(crate) fn python() -> PathBuf {
    let python = std::env::var_os("QUARTET_TEST_PYTHON").expect(
        "QUARTET_TEST_PYTHON must name a Python with pytest and coverage; `cargo xtask test` prepares one and sets it",
    );
    PathBuf::from(python)
}

/// Node, where the system has it: the tests for JavaScript cannot do without.
pub(crate) fn node() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let node = std::env::split_paths(&path).map(|folder| folder.join("node")).find(|node| node.is_file());
    node.expect("Node 20 or newer must be on the PATH")
}
