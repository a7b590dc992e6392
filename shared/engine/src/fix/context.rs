//! What must be read again when a file changes: the file, those that it calls into, and those that call into it.
//!
//! A file imports another when a line that imports names it, as a whole word without its folders and extension. That is
//! more than is imported in truth, never less, but for names that are computed.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyze::detect;
use crate::analyze::finding::Finding;
use crate::language::{Family, Language};
use crate::rules::OwnRules;
use crate::tree::Tree;

/// Most files that are read with one, and most bytes of theirs; beyond that the nearest count.
const MAX_FILES: usize = 16;
const MAX_BYTES: usize = 200_000;

/// Which file's import lines have which words.
pub(super) struct Imports<'t> {
    words: BTreeMap<&'t str, (Family, BTreeSet<&'t str>)>,
}

/// One file and its neighbours.
pub(super) struct Context<'t> {
    path: &'t str,
    tree: Tree,
    /// The file and those that call into it.
    wanted: BTreeSet<String>,
}

impl<'t> Imports<'t> {
    pub(super) fn of(tree: &'t Tree) -> Self {
        let mut words = BTreeMap::new();
        for (path, bytes) in tree.iter() {
            let Some(family) = Language::of_path(path).and_then(Language::family) else { continue };
            let Ok(source) = str::from_utf8(bytes) else { continue };
            let lines = source.lines().filter(|line| is_import(family, line));
            words.insert(path, (family, lines.flat_map(split).collect()));
        }
        Self { words }
    }

    fn imports(&self, from: &str, to: &str) -> bool {
        let (Some((family, words)), Some((other, _)), Some(stem)) =
            (self.words.get(from), self.words.get(to), stem(to))
        else {
            return false;
        };
        from != to && family == other && words.contains(stem)
    }
}

impl<'t> Context<'t> {
    pub(super) fn of(tree: &'t Tree, imports: &Imports<'t>, path: &'t str) -> Self {
        let mut context = Self { path, tree: Tree::new(), wanted: BTreeSet::from([path.to_owned()]) };
        context.take(tree, path);
        // Nearest first: what the file calls, who calls it, what those call.
        let callers: Vec<&str> =
            imports.words.keys().copied().filter(|other| imports.imports(other, path)).collect();
        let mut next = vec![path];
        while let Some(from) = next.pop() {
            for to in imports.words.keys().copied().filter(|to| imports.imports(from, to)) {
                if !context.tree.contains(to) && context.take(tree, to) {
                    next.push(to);
                }
            }
        }
        for caller in callers {
            if context.tree.contains(caller) || context.take(tree, caller) {
                context.wanted.insert(caller.to_owned());
            }
        }
        context
    }

    fn take(&mut self, tree: &Tree, path: &str) -> bool {
        let Some(bytes) = tree.get(path) else { return false };
        let is_first = self.tree.is_empty();
        let bytes_so_far = usize::try_from(self.tree.bytes()).unwrap_or(usize::MAX);
        let has_room = self.tree.len() < MAX_FILES && bytes_so_far.saturating_add(bytes.len()) <= MAX_BYTES;
        if is_first || has_room {
            self.tree.insert(path, bytes.to_vec());
        }
        is_first || has_room
    }

    /// Bytes that one look reads.
    pub(super) fn bytes(&self) -> usize {
        usize::try_from(self.tree.bytes()).unwrap_or(usize::MAX)
    }

    /// Files beside the one that changes.
    pub(super) fn others(&self) -> usize {
        self.tree.len() - 1
    }

    /// Findings of the file as `source`, and of those that call into it.
    pub(super) fn detect(&self, source: &str) -> Vec<Finding> {
        let mut tree = self.tree.clone();
        tree.insert(self.path, source.as_bytes().to_vec());
        detect::run(&tree, Some(&self.wanted), &OwnRules::default()).found
    }
}

fn is_import(family: Family, line: &str) -> bool {
    let line = line.trim_start();
    match family {
        Family::Python => line.starts_with("import ") || line.starts_with("from "),
        Family::JavaScript => line.contains("require(") || line.contains("from ") || line.contains("import"),
    }
}

fn split(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-')).filter(|word| !word.is_empty())
}

/// What an import calls the file.
fn stem(path: &str) -> Option<&str> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.split('.').next().filter(|stem| !stem.is_empty())?;
    if matches!(stem, "__init__" | "index") { folder.rsplit('/').next() } else { Some(stem) }
}
