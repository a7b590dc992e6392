//! A source tree in memory: what the archive gives, what the engine reads, what the sandbox is given to run.
//!
//! Paths are relative to the repository's root, with `/`, and sorted, so that whatever walks a tree is deterministic.
//! Contents are shared: a fixed tree is a copy of the head that costs only the files that differ.
//!
//! Absent: links, modes and empty directories. A tree holds regular files and nothing else, so that writing one out
//! cannot leave the folder it is written to.

mod check;
mod disk;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use quartet_domain::results::SkippedFile;

pub use check::{UnsafePath, check_path};

/// Largest file that [`Tree::read_dir`] takes, in bytes.
pub const MAX_FILE_BYTES: u64 = 5 * 1024 * 1024;
/// Most files that [`Tree::read_dir`] takes.
pub const MAX_FILES: usize = 50_000;
/// Most bytes that [`Tree::read_dir`] takes altogether.
pub const MAX_TOTAL_BYTES: u64 = 200 * 1024 * 1024;

/// So much of a file shows what it is.
pub const HEAD_BYTES: usize = 8000;

#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tree {
    files: BTreeMap<String, Arc<[u8]>>,
}

impl Tree {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Arc<[u8]>>) {
        self.files.insert(path.into(), bytes.into());
    }

    pub fn remove(&mut self, path: &str) -> Option<Arc<[u8]>> {
        self.files.remove(path)
    }

    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(AsRef::as_ref)
    }

    pub fn contains(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_ref()))
    }

    /// How many files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The sum of all contents, in bytes.
    pub fn bytes(&self) -> u64 {
        self.files.values().map(|bytes| bytes.len() as u64).sum()
    }

    /// Reads a folder: [`Tree::survey`] of every file, without its list of what was left out.
    ///
    /// # Errors
    /// The first folder that cannot be listed.
    pub fn read_dir(root: &Path) -> io::Result<Self> {
        Self::survey(root, &|_, _| true).map(|(tree, _)| tree)
    }

    /// Reads the regular files of a folder and says what it left out: `.git` and `node_modules`, links, special files,
    /// names that are not UTF-8, and what is over [`MAX_FILE_BYTES`], [`MAX_FILES`] or [`MAX_TOTAL_BYTES`].
    ///
    /// `wants` is asked with a file's path and its first bytes, up to [`HEAD_BYTES`]; what it does not want is not read on,
    /// and not spoken of.
    ///
    /// # Errors
    /// The first folder that cannot be listed. A single file that cannot be read is left out.
    pub fn survey(root: &Path, wants: &dyn Fn(&str, &[u8]) -> bool) -> io::Result<(Self, Vec<SkippedFile>)> {
        disk::read(root, wants)
    }

    /// Writes every file below `root`, which must be absent or empty: with nothing there before, no link can lead a name
    /// that [`check_path`] accepts to a place outside.
    ///
    /// # Errors
    /// A name that is not safe (`InvalidInput`), a root that is not empty (`AlreadyExists`), or the disk's own.
    pub fn write_dir(&self, root: &Path) -> io::Result<()> {
        disk::write(self, root)
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.files.iter().map(|(path, bytes)| (path, bytes.len()))).finish()
    }
}

impl<P: Into<String>, B: Into<Arc<[u8]>>> FromIterator<(P, B)> for Tree {
    fn from_iter<I: IntoIterator<Item = (P, B)>>(files: I) -> Self {
        Self { files: files.into_iter().map(|(path, bytes)| (path.into(), bytes.into())).collect() }
    }
}

#[cfg(test)]
mod tests;
