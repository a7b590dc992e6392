//! Reading a tree from a folder and writing one to a folder.

use std::fs::{self, DirEntry, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use quartet_domain::results::SkippedFile;

use super::{HEAD_BYTES, MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES, Tree, check_path};

/// Folders that are never a repository's own source.
const NOT_SOURCE: [&str; 2] = [".git", "node_modules"];

struct Reading<'w> {
    wants: &'w dyn Fn(&str, &[u8]) -> bool,
    tree: Tree,
    bytes: u64,
    skipped: Vec<SkippedFile>,
}

impl Reading<'_> {
    fn skip(&mut self, path: String, reason: &str) {
        self.skipped.push(SkippedFile { file_path: path, reason: reason.to_owned() });
    }

    /// Takes one entry; a folder to go into is handed back.
    fn take(&mut self, prefix: &str, entry: &DirEntry) -> Option<String> {
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            self.skip(format!("{prefix}{}", name.to_string_lossy()), "name is not UTF-8");
            return None;
        };
        let path = format!("{prefix}{name}");
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !NOT_SOURCE.contains(&name) => Some(format!("{path}/")),
            // Not reported: everyone expects these two to be left out.
            Ok(kind) if kind.is_dir() => None,
            Ok(kind) if kind.is_file() => {
                self.file(path, entry);
                None
            }
            Ok(kind) if kind.is_symlink() => {
                self.skip(path, "symbolic link");
                None
            }
            Ok(_) => {
                self.skip(path, "special file");
                None
            }
            Err(error) => {
                self.skip(path, &format!("cannot be read: {}", error.kind()));
                None
            }
        }
    }

    fn file(&mut self, path: String, entry: &DirEntry) {
        if self.tree.len() >= MAX_FILES {
            return self.skip(path, "over the limit of files");
        }
        match read_capped(&entry.path(), |head| (self.wants)(&path, head)) {
            Ok(Contents::Unwanted) => {}
            Ok(Contents::Whole(bytes)) if self.bytes + bytes.len() as u64 > MAX_TOTAL_BYTES => {
                self.skip(path, "over the limit of total bytes");
            }
            Ok(Contents::Whole(bytes)) => {
                self.bytes += bytes.len() as u64;
                self.tree.insert(path, bytes);
            }
            Ok(Contents::TooLarge) => self.skip(path, "over the limit of bytes per file"),
            Err(error) => self.skip(path, &format!("cannot be read: {}", error.kind())),
        }
    }
}

pub(super) fn read(root: &Path, wants: &dyn Fn(&str, &[u8]) -> bool) -> io::Result<(Tree, Vec<SkippedFile>)> {
    let mut reading = Reading { wants, tree: Tree::new(), bytes: 0, skipped: Vec::new() };
    // A stack of our own: a hostile folder can be deeper than a thread's stack.
    let mut folders = vec![String::new()];
    while let Some(prefix) = folders.pop() {
        let mut entries = fs::read_dir(root.join(&prefix))?.collect::<io::Result<Vec<_>>>()?;
        // Sorted, so that what falls over a limit is the same on every machine.
        entries.sort_by_key(DirEntry::file_name);
        folders.extend(entries.iter().filter_map(|entry| reading.take(&prefix, entry)));
    }
    reading.skipped.sort_by(|a, b| a.file_path.cmp(&b.file_path));
    Ok((reading.tree, reading.skipped))
}

enum Contents {
    Whole(Vec<u8>),
    Unwanted,
    /// Larger than one file may be, also when it grows while it is read.
    TooLarge,
}

fn read_capped(path: &Path, wants: impl FnOnce(&[u8]) -> bool) -> io::Result<Contents> {
    let mut file = File::open(path)?.take(MAX_FILE_BYTES + 1);
    let mut bytes = Vec::new();
    file.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut bytes)?;
    if !wants(&bytes) {
        return Ok(Contents::Unwanted);
    }
    file.read_to_end(&mut bytes)?;
    let is_small = bytes.len() as u64 <= MAX_FILE_BYTES;
    Ok(if is_small { Contents::Whole(bytes) } else { Contents::TooLarge })
}

pub(super) fn write(tree: &Tree, root: &Path) -> io::Result<()> {
    for (path, _) in tree.iter() {
        check_path(path)
            .map_err(|why| io::Error::new(io::ErrorKind::InvalidInput, format!("{path:?}: {why}")))?;
    }
    fs::create_dir_all(root)?;
    if fs::read_dir(root)?.next().is_some() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the folder to write to is not empty"));
    }
    for (path, bytes) in tree.iter() {
        let target = root.join(path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        OpenOptions::new().write(true).create_new(true).open(target)?.write_all(bytes)?;
    }
    Ok(())
}
