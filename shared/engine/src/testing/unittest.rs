//! Python: unittest, with a reporter of ours, for repositories that are written for it alone:
//! they may rely on what pytest does differently, and need no package.

use std::path::Path;
use std::time::Duration;

use super::places::Places;
use super::pytest;
use crate::sandbox::Program;
use crate::tree::Tree;

const DRIVER: &str = concat!(include_str!("report.py"), include_str!("unittest/driver.py"));
/// On one command line.
const MAX_FILES: usize = 2_000;

/// The test files, if the tree is written for unittest and for nothing else.
pub(super) fn detect(tree: &Tree) -> Option<Vec<String>> {
    let needs_pytest = |path: &str, bytes: &[u8]| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let text = String::from_utf8_lossy(bytes);
        matches!(name, "pytest.ini" | "conftest.py")
            || (name == "pyproject.toml" && text.contains("[tool.pytest"))
            || (name == "setup.cfg" && text.contains("[tool:pytest]"))
            || (pytest::is_test_file(path)
                && (text.contains("import pytest")
                    || text.contains("from pytest")
                    || text.lines().any(is_plain_test)))
    };
    if tree.iter().any(|(path, bytes)| needs_pytest(path, bytes)) {
        return None;
    }
    let files: Vec<_> = tree
        .iter()
        .filter(|(path, bytes)| {
            pytest::is_test_file(path) && String::from_utf8_lossy(bytes).contains("TestCase")
        })
        .map(|(path, _)| path.to_owned())
        .take(MAX_FILES)
        .collect();
    (!files.is_empty()).then_some(files)
}

pub(super) fn program(
    python: &Path,
    files: &[String],
    tree: &Tree,
    places: &Places,
    time: Duration,
) -> Program {
    let mut program = pytest::program(python, tree, places, time);
    let reports = places.reports.display().to_string();
    program.arguments = vec!["-c".to_owned(), DRIVER.to_owned(), reports];
    program.arguments.extend(files.iter().cloned());
    program
}

/// A test that only pytest would call: a function of the module.
fn is_plain_test(line: &str) -> bool {
    line.starts_with("def test") || line.starts_with("async def test")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: Option<&[&str]>) {
        let tree: Tree = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        let expected = expected.map(|files| files.iter().map(|file| (*file).to_owned()).collect());
        assert_eq!(detect(&tree), expected, "{files:?}");
    }

    #[test]
    fn only_what_is_written_for_unittest_alone() {
        let case = "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): pass\n";
        check(&[("tests/test_a.py", case)], Some(&["tests/test_a.py"]));
        check(&[("tests/test_a.py", case), ("conftest.py", "")], None);
        check(&[("tests/test_a.py", case), ("test_b.py", "def test_b(): pass\n")], None);
        check(&[("tests/test_a.py", case), ("setup.cfg", "[tool:pytest]\n")], None);
        check(&[("tests/test_a.py", "import pytest\nfrom unittest import TestCase\n")], None);
        check(&[("app.py", case)], None);
    }
}
