//! What the tests of untrusted code need from the machine: a Python with pytest and coverage, and Node.

use std::path::PathBuf;

/// The launcher that cargo built for these tests.
pub(crate) const SANDBOX: &str = env!("CARGO_BIN_EXE_quartet-sandbox");

/// The Python that `cargo xtask test` prepared.
pub(crate) fn python() -> PathBuf {
    prepared("QUARTET_TEST_PYTHON")
}

/// The Node that `cargo xtask test` prepared: the one that the functions get on AWS.
pub(crate) fn node() -> PathBuf {
    prepared("QUARTET_TEST_NODE")
}

/// Its absence is a failure: a skipped test would look like a passed one.
fn prepared(name: &str) -> PathBuf {
    let path = std::env::var_os(name);
    path.unwrap_or_else(|| panic!("{name} must name a program: `cargo xtask test` prepares one and sets it"))
        .into()
}
