//! Python: pytest, which also runs what was written for unittest.

use std::path::Path;
use std::time::Duration;

use super::places::{Places, environment};
use crate::sandbox::{Limits, Program};
use crate::tree::Tree;

/// Handed over on the command line: a file could be changed by the suite that runs before the next one.
const DRIVER: &str = concat!(include_str!("report.py"), include_str!("pytest/driver.py"));

pub(super) fn is_used(tree: &Tree) -> bool {
    tree.iter().any(|(path, bytes)| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name == "pytest.ini"
            || (name == "pyproject.toml" && contains(bytes, "[tool.pytest"))
            || (is_test_file(path) && (contains(bytes, "def test") || contains(bytes, "TestCase")))
    })
}

/// By the names that pytest and unittest look for, and everything in a folder of tests.
pub(super) fn is_test_file(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let Some(stem) = name.strip_suffix(".py") else { return false };
    stem.starts_with("test_")
        || stem.ends_with("_test")
        || matches!(stem, "test" | "tests" | "conftest")
        || folder.split('/').any(|part| matches!(part, "test" | "tests"))
}

pub(super) fn program(python: &Path, tree: &Tree, places: &Places, time: Duration) -> Program {
    let mut environment = environment(python, places);
    // Packages that are not installed, in the layout that needs them to be.
    if tree.iter().any(|(path, _)| path.starts_with("src/") && path.ends_with(".py")) {
        environment.insert("PYTHONPATH".to_owned(), places.source.join("src").display().to_string());
    }
    environment.insert("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned());
    environment.insert("PYTHONHASHSEED".to_owned(), "0".to_owned());
    environment.insert("PYTHONUNBUFFERED".to_owned(), "1".to_owned());
    let reports = places.reports.display().to_string();
    Program {
        path: python.to_owned(),
        arguments: vec!["-c".to_owned(), DRIVER.to_owned(), reports],
        folder: places.source.clone(),
        writable: places.root.clone(),
        readable: places.tool.clone(),
        environment,
        limits: Limits { wall: time, cpu: time, ..Limits::default() },
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
