//! What the whole tree says about its libraries: database drivers, and modules that new code may import.

use std::collections::BTreeSet;

use crate::language::{Family, Language};
use crate::tree::Tree;

use super::sql::Drivers;

/// Modules of Python's own library that templates import.
const PYTHON: &[&str] = &[
    "hashlib",
    "html",
    "os",
    "pathlib",
    "re",
    "secrets",
    "shlex",
    "ssl",
    "subprocess",
    "tempfile",
    "urllib",
    "xml",
];
/// Node's own modules that templates import.
const NODE: &[&str] = &["child_process", "crypto", "fs", "os", "path", "url"];
/// Files that say what is installed, by the end of their name.
const MANIFESTS: &[&str] =
    &["requirements.txt", "pyproject.toml", "Pipfile", "setup.cfg", "setup.py", "package.json"];

pub(super) struct Project {
    pub(super) drivers: Drivers,
    /// Top names of imported modules, and words of manifests.
    known: BTreeSet<(Family, String)>,
}

impl Project {
    pub(super) fn of(tree: &Tree) -> Self {
        let mut known = BTreeSet::new();
        for (path, bytes) in tree.iter() {
            let Ok(source) = str::from_utf8(bytes) else { continue };
            let name = path.rsplit('/').next().unwrap_or(path);
            if MANIFESTS.contains(&name) || name.starts_with("requirements") && name.ends_with(".txt") {
                let family = if name == "package.json" { Family::JavaScript } else { Family::Python };
                let words =
                    source.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '@' | '/'));
                known.extend(words.filter(|word| word.len() > 1).map(|word| (family, word.to_owned())));
            } else if let Some(family) = Language::of_path(path).map(Language::family) {
                known.extend(
                    source.lines().filter_map(|line| imported(family, line)).map(|top| (family, top)),
                );
            }
        }
        Self { drivers: Drivers::of_tree(tree), known }
    }

    /// Whether the module comes with the language, or the repository has it already.
    pub(super) fn has(&self, family: Family, module: &str) -> bool {
        let own = match family {
            Family::Python => PYTHON,
            Family::JavaScript => NODE,
        };
        let top = match family {
            Family::Python => module.split('.').next().unwrap_or(module),
            Family::JavaScript => module.strip_prefix("node:").unwrap_or(module),
        };
        own.contains(&top) || self.known.contains(&(family, top.to_owned()))
    }
}

/// The top name of the module that a line imports.
pub(super) fn imported(family: Family, line: &str) -> Option<String> {
    let line = line.trim_start();
    let name = match family {
        Family::Python => {
            let rest = line.strip_prefix("import ").or_else(|| line.strip_prefix("from "))?;
            rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()?
        }
        Family::JavaScript => {
            let (_, rest) = line.split_once("require(").or_else(|| line.split_once("from "))?;
            let name = rest.trim_start().strip_prefix(['"', '\''])?.split(['"', '\'']).next()?;
            name.strip_prefix("node:").unwrap_or(name)
        }
    };
    (!name.is_empty()).then(|| name.to_owned())
}
