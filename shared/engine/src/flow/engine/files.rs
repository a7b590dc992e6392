//! The files of a run: found by path, lowered when asked for, forgotten when they weigh too much.

use std::borrow::Cow;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::ir::{FnId, Module, Slot};
use super::super::lower::{Language, Lowering, Source};
use super::super::names::{Names, Sym, id};
use super::super::value::Value;
use super::super::{Inspect, Parsed};
use crate::analyze::outline::Outline;
use crate::analyze::unit::{Unit, Unread};

/// Bytes of lowered files that are kept, roughly: enough for those that call one another, as a file is run before it is
/// forgotten.
const CACHE: usize = 4 * 1024 * 1024;

/// A file with its top level run. Its code may be forgotten; what it exports stays.
pub(super) struct Loaded {
    pub(super) module: Option<Rc<Module>>,
    pub(super) exports: Rc<[(Sym, Slot)]>,
    pub(super) globals: Vec<Value>,
    pub(super) pending: Vec<FnId>,
    used: u64,
}

struct File<'r> {
    path: &'r str,
    bytes: &'r [u8],
    /// What was parsed, where that is not `bytes`: spans are places in it.
    decoded: Option<Box<str>>,
    loaded: Option<Loaded>,
    /// It is to be run whole, and was not yet.
    due: bool,
    /// It was parsed before.
    seen: bool,
    broken: Vec<(u32, u32)>,
}

pub(in super::super) struct Files<'r> {
    files: Vec<File<'r>>,
    by_path: FxHashMap<&'r str, u32>,
    folders: FxHashSet<&'r str>,
    lowering: Lowering,
    inspect: &'r mut Inspect<'r>,
    language: Language,
    weight: usize,
    clock: u64,
    parsed: u64,
}

impl<'r> Files<'r> {
    pub(super) fn new(
        files: Vec<(&'r str, &'r [u8])>,
        language: Language,
        inspect: &'r mut Inspect<'r>,
    ) -> Self {
        let by_path = files.iter().enumerate().map(|(at, f)| (f.0, id(at))).collect();
        let mut folders = FxHashSet::default();
        for (path, _) in &files {
            let mut at = *path;
            while let Some((folder, _)) = at.rsplit_once('/') {
                if !folders.insert(folder) {
                    break;
                }
                at = folder;
            }
        }
        let files = files
            .into_iter()
            .map(|(path, bytes)| File {
                path,
                bytes,
                decoded: None,
                loaded: None,
                due: false,
                seen: false,
                broken: Vec::new(),
            })
            .collect();
        Self {
            files,
            by_path,
            folders,
            lowering: Lowering::default(),
            inspect,
            language,
            weight: 0,
            clock: 0,
            parsed: 0,
        }
    }

    pub(super) fn find(&self, path: &str) -> Option<u32> {
        self.by_path.get(path).copied()
    }

    pub(super) fn is_folder(&self, path: &str) -> bool {
        self.folders.contains(path)
    }

    pub(in super::super) fn path(&self, file: u32) -> &'r str {
        self.files.get(file as usize).map_or("", |f| f.path)
    }

    /// The text of a part of a file, as it stands there.
    pub(in super::super) fn text(&self, file: u32, start: u32, end: u32) -> Cow<'_, str> {
        let whole = self.files.get(file as usize);
        let bytes = whole.map_or(&[][..], |f| f.decoded.as_ref().map_or(f.bytes, |text| text.as_bytes()));
        String::from_utf8_lossy(bytes.get(start as usize..end as usize).unwrap_or_default())
    }

    /// Whether the parser failed within a few lines of `line`.
    pub(in super::super) fn is_broken(&self, file: u32, line: u32) -> bool {
        let near = |(from, to): &(u32, u32)| from.saturating_sub(3) <= line && line <= to + 3;
        self.files.get(file as usize).is_some_and(|f| f.broken.iter().any(near))
    }

    pub(super) fn language(&self) -> Language {
        self.language
    }

    /// Parses and lowers a file, without running it. One that cannot be read gives an empty module.
    pub(super) fn lower(&mut self, file: u32, names: &mut Names) -> Option<Rc<Module>> {
        let entry = self.files.get_mut(file as usize)?;
        let inspect = |parsed: Parsed<'_>| {
            if !entry.seen {
                (self.inspect)(entry.path, parsed);
            }
        };
        self.parsed += 1;
        let source = parse(entry.path, entry.bytes, inspect);
        entry.seen = true;
        entry.decoded =
            source.as_ref().map(|s| s.text.as_str()).filter(|t| t.as_bytes() != entry.bytes).map(Box::from);
        let module = source.map_or_else(Module::default, |source| self.lowering.module(&source, names));
        self.weight += module.weight();
        entry.broken.clone_from(&module.broken);
        Some(Rc::new(module))
    }

    pub(in super::super) fn parsed(&self) -> u64 {
        self.parsed
    }

    pub(super) fn loaded(&mut self, file: u32) -> Option<&mut Loaded> {
        self.clock += 1;
        let clock = self.clock;
        let loaded = self.files.get_mut(file as usize)?.loaded.as_mut()?;
        loaded.used = clock;
        Some(loaded)
    }

    pub(super) fn keep(&mut self, file: u32, module: Rc<Module>, globals: Vec<Value>, pending: Vec<FnId>) {
        self.clock += 1;
        let used = self.clock;
        if let Some(entry) = self.files.get_mut(file as usize) {
            let exports = Rc::clone(&module.exports);
            entry.loaded = Some(Loaded { module: Some(module), exports, globals, pending, used });
        }
    }

    /// Only `paths` are to be run whole.
    pub(super) fn want(&mut self, paths: &[&str]) {
        for path in paths {
            if let Some(entry) = self.find(path).and_then(|file| self.files.get_mut(file as usize)) {
                entry.due = true;
            }
        }
    }

    /// Whether `file` is still to be run; from here on it no longer is.
    pub(super) fn take_due(&mut self, file: u32) -> bool {
        self.files.get_mut(file as usize).is_some_and(|entry| std::mem::take(&mut entry.due))
    }

    /// The loaded files, longest unused first, when they weigh too much.
    pub(super) fn crowd(&self) -> Vec<u32> {
        if self.weight <= CACHE {
            return Vec::new();
        }
        let loaded = |f: &File<'_>| f.loaded.as_ref().filter(|l| l.module.is_some()).map(|l| l.used);
        let mut ages: Vec<_> =
            self.files.iter().enumerate().filter_map(|(at, f)| Some((loaded(f)?, id(at)))).collect();
        ages.sort_unstable();
        ages.into_iter().map(|(_, file)| file).collect()
    }

    pub(super) fn has_room(&self) -> bool {
        self.weight <= CACHE / 2
    }

    /// Drops the lowered code of a file; what it exports stays.
    pub(super) fn forget(&mut self, file: u32) {
        let loaded = self.files.get_mut(file as usize).and_then(|f| f.loaded.as_mut());
        if let Some(gone) = loaded.and_then(|l| l.module.take()) {
            self.weight = self.weight.saturating_sub(gone.weight());
        }
    }

    /// Where a module path may lie, best first.
    pub(super) fn candidates(&self, stem: &str) -> Option<u32> {
        let suffixes: &[&str] = match self.language {
            Language::Python => &[".py", "/__init__.py"],
            Language::JavaScript | Language::TypeScript | Language::Tsx => &[
                "",
                ".ts",
                ".tsx",
                ".js",
                ".jsx",
                ".mjs",
                ".cjs",
                ".mts",
                ".cts",
                "/index.ts",
                "/index.tsx",
                "/index.js",
                "/index.jsx",
                "/index.mjs",
            ],
        };
        suffixes.iter().find_map(|s| self.find(&format!("{stem}{s}")))
    }
}

/// Shows what is parsed, and frees the parser's tree.
fn parse(path: &str, bytes: &[u8], inspect: impl FnOnce(Parsed<'_>)) -> Option<Source> {
    match Unit::read(path, bytes) {
        Ok(Some(unit)) => match Outline::with_tree(&unit) {
            Some((outline, tree)) => {
                inspect(Ok(Some((&unit, outline))));
                return Some(Source { language: unit.language, text: unit.source().to_owned(), tree });
            }
            None => inspect(Err(Unread::TooDeep)),
        },
        Ok(None) => inspect(Ok(None)),
        Err(why) => inspect(Err(why)),
    }
    None
}
