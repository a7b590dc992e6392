//! Python: pytest, which also runs what was written for unittest.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::places::Places;
use crate::sandbox::{Limits, Program};
use crate::tree::Tree;

/// Handed over on the command line: a file could be changed by the suite that runs before the next one.
const DRIVER: &str = include_str!("pytest/driver.py");

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

/// The environment that every suite gets, whatever its language.
pub(super) fn environment(tool: &Path, places: &Places) -> BTreeMap<String, String> {
    let tool_folder = tool.parent().unwrap_or(Path::new("/usr/bin"));
    [
        ("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", tool_folder.display())),
        ("HOME", places.home.display().to_string()),
        ("TMPDIR", places.temporary.display().to_string()),
        ("LANG", "C.UTF-8".to_owned()),
        ("TZ", "UTC".to_owned()),
        ("CI", "true".to_owned()),
        ("NO_COLOR", "1".to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
