//! Where entries are put by name: decides which names are taken, and finds the clashes between them.
//!
//! Invariant: of entries that some file system would hold to be the same file, the first one stays and the others are
//! left out, so that what is analysed does not depend on where it is later written.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use quartet_domain::results::SkippedFile;
use unicode_normalization::UnicodeNormalization;

use super::{ArchiveError, Limits, Unpacked};
use crate::tree::{Tree, check_path};

/// A hostile archive could make the report larger than the results; past this one line speaks for the rest.
const MAX_REPORTED: usize = 500;
const MAX_REPORTED_NAME_CHARS: usize = 300;

enum Slot {
    File(Arc<[u8]>),
    /// Kept so that nothing is taken from below it.
    Link,
}

pub(super) struct Shelf<'a> {
    limits: &'a Limits,
    slots: BTreeMap<String, Slot>,
    /// Names in composed form and small letters.
    folded: HashSet<String>,
    /// The one folder that all names so far lie in.
    top: Top,
    skipped: Vec<SkippedFile>,
    unreported: u64,
}

enum Top {
    Unknown,
    Shared(String),
    Absent,
}

impl<'a> Shelf<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            slots: BTreeMap::new(),
            folded: HashSet::new(),
            top: Top::Unknown,
            skipped: Vec::new(),
            unreported: 0,
        }
    }

    pub(super) fn check_depth(&self, name: &[u8]) -> Result<(), ArchiveError> {
        let depth = name.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).count();
        // The folder that the forge adds is not the repository's.
        if depth > self.limits.depth + 1 {
            return Err(ArchiveError::TooDeep { limit: self.limits.depth });
        }
        Ok(())
    }

    /// Why a file of this name is left out, if it is.
    pub(super) fn refusal(&self, name: &[u8]) -> Option<String> {
        let path = match self.checked(name) {
            Ok(path) => path,
            Err(reason) => return Some(reason),
        };
        if self.slots.contains_key(path) {
            return Some("second entry of the same name".to_owned());
        }
        if self.folded.contains(&fold(path)) {
            return Some("differs from another name only in case or Unicode form".to_owned());
        }
        let parents = path.match_indices('/').map(|(at, _)| &path[..at]);
        for parent in parents {
            match self.slots.get(parent) {
                Some(Slot::Link) => return Some("path goes through a link".to_owned()),
                Some(Slot::File(_)) => return Some("path goes through a file".to_owned()),
                None => {}
            }
        }
        let below = format!("{path}/");
        let is_folder =
            self.slots.range(below.clone()..).next().is_some_and(|(next, _)| next.starts_with(&below));
        is_folder.then(|| "a folder has this name".to_owned())
    }

    /// Takes a file whose name has no [`Shelf::refusal`].
    pub(super) fn file(&mut self, name: &[u8], body: Vec<u8>) {
        let Ok(path) = self.checked(name).map(str::to_owned) else { return };
        self.note_top(&path);
        self.folded.insert(fold(&path));
        self.slots.insert(path, Slot::File(body.into()));
    }

    pub(super) fn folder(&mut self, name: &[u8]) {
        let plain = name.strip_suffix(b"/").unwrap_or(name);
        match self.checked(plain).map(str::to_owned) {
            // With the slash: a folder at the top may be the shared one, a file there cannot.
            Ok(path) => self.note_top(&format!("{path}/")),
            Err(reason) => self.skip(name, &reason),
        }
    }

    pub(super) fn link(&mut self, name: &[u8], reason: &str) {
        if let Ok(path) = self.checked(name).map(str::to_owned) {
            self.slots.entry(path).or_insert(Slot::Link);
        }
        self.skip(name, reason);
    }

    pub(super) fn skip(&mut self, name: &[u8], reason: &str) {
        if self.skipped.len() >= MAX_REPORTED {
            self.unreported += 1;
            return;
        }
        let file_path = String::from_utf8_lossy(name).chars().take(MAX_REPORTED_NAME_CHARS).collect();
        self.skipped.push(SkippedFile { file_path, reason: reason.to_owned() });
    }

    pub(super) fn finish(self) -> Unpacked {
        let prefix = match self.top {
            Top::Shared(top) => format!("{top}/"),
            Top::Unknown | Top::Absent => String::new(),
        };
        let plain = |path: &str| path.strip_prefix(&prefix).unwrap_or(path).to_owned();
        let tree: Tree = self
            .slots
            .into_iter()
            .filter_map(|(path, slot)| match slot {
                Slot::File(bytes) => Some((plain(&path), bytes)),
                Slot::Link => None,
            })
            .collect();
        let mut skipped = self.skipped;
        for file in &mut skipped {
            file.file_path = plain(&file.file_path);
        }
        if self.unreported > 0 {
            let reason = format!("{} more were left out", self.unreported);
            skipped.push(SkippedFile { file_path: "*".to_owned(), reason });
        }
        Unpacked { tree, skipped }
    }

    fn checked<'n>(&self, name: &'n [u8]) -> Result<&'n str, String> {
        if name.len() > self.limits.path_bytes {
            return Err(format!("name is longer than {} bytes", self.limits.path_bytes));
        }
        let path = std::str::from_utf8(name).map_err(|_| "name is not UTF-8".to_owned())?;
        check_path(path).map_err(|why| why.to_string())?;
        Ok(path)
    }

    fn note_top(&mut self, path: &str) {
        let top = path.split_once('/').map(|(top, _)| top);
        self.top = match (std::mem::replace(&mut self.top, Top::Absent), top) {
            (Top::Unknown, Some(top)) => Top::Shared(top.to_owned()),
            (Top::Shared(shared), Some(top)) if shared == top => Top::Shared(shared),
            _ => Top::Absent,
        };
    }
}

fn fold(path: &str) -> String {
    path.nfc().collect::<String>().to_lowercase().nfc().collect()
}
