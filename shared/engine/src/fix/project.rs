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
            } else if let Some(family) = Language::of_path(path).and_then(Language::family) {
                known.extend(source.lines().flat_map(|line| imported(family, line)).map(|top| (family, top)));
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

/// The top names of the modules that a line imports.
pub(super) fn imported(family: Family, line: &str) -> Vec<String> {
    let line = line.trim_start();
    let top = |name: &str| {
        let name = name.trim_start();
        let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
        name[..end].to_owned()
    };
    let names: Vec<String> = match family {
        Family::Python => match (line.strip_prefix("import "), line.strip_prefix("from ")) {
            (Some(list), _) => list.split(',').map(top).collect(),
            (None, Some(rest)) => vec![top(rest)],
            (None, None) => Vec::new(),
        },
        Family::JavaScript => {
            let rest = line.split_once("require(").or_else(|| line.split_once("from ")).map(|(_, rest)| rest);
            let quoted = rest.and_then(|rest| rest.trim_start().strip_prefix(['"', '\'']));
            let name = quoted.and_then(|quoted| quoted.split(['"', '\'']).next());
            name.map(|name| name.strip_prefix("node:").unwrap_or(name).to_owned()).into_iter().collect()
        }
    };
    names.into_iter().filter(|name| !name.is_empty()).collect()
}
