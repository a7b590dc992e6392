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
                let modules = source.lines().flat_map(|line| imported(family, line));
                known.extend(modules.map(|module| (family, top(family, &module).to_owned())));
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
        let top = top(family, module);
        own.contains(&top) || self.known.contains(&(family, top.to_owned()))
    }
}

/// The modules that a line imports; Python's with what is imported from them, as `os.path.join`.
pub(super) fn imported(family: Family, line: &str) -> Vec<String> {
    let names: Vec<String> = match family {
        Family::Python => {
            let line = line.trim_start();
            match (line.strip_prefix("import "), line.strip_prefix("from ")) {
                (Some(list), _) => list.split(',').map(dotted).collect(),
                (None, Some(rest)) => from(rest),
                (None, None) => Vec::new(),
            }
        }
        Family::JavaScript => {
            let ways = ["require(", "from ", "from\"", "from'", "import(", "import "];
            let all =
                ways.iter().flat_map(|way| line.match_indices(way).map(|(at, way)| (at + way.len(), way)));
            all.filter_map(|(at, way)| {
                let at = if way.ends_with(['"', '\'']) { at - 1 } else { at };
                let quoted = line.get(at..)?.trim_start().strip_prefix(['"', '\'', '`'])?;
                let name = quoted.split(['"', '\'', '`']).next()?;
                Some(name.strip_prefix("node:").unwrap_or(name).to_owned())
            })
            .collect()
        }
    };
    names.into_iter().filter(|name| !name.is_empty()).collect()
}

/// `db import connect as c, close`, after `from`.
fn from(rest: &str) -> Vec<String> {
    let module = dotted(rest);
    let names = rest.split_once(" import ").map_or("", |(_, names)| names);
    let names = names.trim_start_matches(['(', ' ']).split(',').map(dotted);
    let names: Vec<_> =
        names.filter(|name| !name.is_empty()).map(|name| format!("{module}.{name}")).collect();
    if names.is_empty() { vec![module] } else { names }
}

/// The dotted name at the start.
fn dotted(text: &str) -> String {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.')).unwrap_or(text.len());
    text[..end].to_owned()
}

/// The first part of a module's name.
fn top(family: Family, module: &str) -> &str {
    match family {
        Family::Python => module.split('.').next().unwrap_or(module),
        Family::JavaScript => module.strip_prefix("node:").unwrap_or(module),
    }
}
