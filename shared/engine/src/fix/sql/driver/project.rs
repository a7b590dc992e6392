//! The database libraries of each file and of each project of a tree. A project is a folder with manifests, without the
//! projects in it; what no manifest holds is one more.

use std::collections::{BTreeMap, BTreeSet};

use super::{manifest, module, packages};
use crate::fix::project::imported;
use crate::language::{Family, Language};
use crate::tree::Tree;

/// The database libraries that something uses.
#[derive(Debug, Default)]
pub(super) struct Uses {
    pub(super) known: BTreeSet<&'static str>,
    has_unknown: bool,
    pub(super) is_unreadable: bool,
}

#[derive(Debug, Default)]
pub(in crate::fix) struct Drivers {
    files: BTreeMap<String, Uses>,
    /// By language and folder; `None` is what no manifest holds.
    projects: BTreeMap<(Family, Option<String>), Uses>,
    none: Uses,
}

impl Uses {
    /// Whether nothing in it may be a library that takes SQL in another way.
    pub(super) fn is_clear(&self) -> bool {
        !self.has_unknown && !self.is_unreadable
    }

    fn add(&mut self, other: &Self) {
        self.known.extend(&other.known);
        self.has_unknown |= other.has_unknown;
        self.is_unreadable |= other.is_unreadable;
    }

    fn note(&mut self, driver: Option<&'static str>, name: &str) {
        match driver {
            Some(driver) => {
                self.known.insert(driver);
            }
            None => self.has_unknown |= packages::is_database(name),
        }
    }
}

impl Drivers {
    pub(in crate::fix) fn of_tree(tree: &Tree) -> Self {
        let mut drivers = Self::default();
        for (path, bytes) in tree.iter() {
            let Some((family, folder)) = manifest::of_path(path) else { continue };
            let uses = drivers.projects.entry((family, Some(folder.to_owned()))).or_default();
            match manifest::packages(path, bytes) {
                None => uses.is_unreadable = true,
                Some(listed) => listed
                    .iter()
                    .for_each(|package| uses.note(packages::driver_of_package(family, package), package)),
            }
        }
        for (path, bytes) in tree.iter() {
            let Some(family) = Language::of_path(path).and_then(Language::family) else { continue };
            let Ok(source) = str::from_utf8(bytes) else { continue };
            let project = drivers.project_of(family, path);
            let modules = source.lines().flat_map(|line| imported(family, line));
            let mut uses = Uses::default();
            // The tree's own modules are no libraries.
            let is_own = |module: &str| {
                module.starts_with('.')
                    || !module::files(family, path, module, &|path| tree.contains(path)).is_empty()
            };
            for module in modules.filter(|module| !is_own(module)) {
                uses.note(packages::driver(family, &module), &module);
            }
            drivers.projects.entry((family, project)).or_default().add(&uses);
            drivers.files.insert(path.to_owned(), uses);
        }
        drivers
    }

    pub(super) fn of_file(&self, path: &str) -> &Uses {
        self.files.get(path).unwrap_or(&self.none)
    }

    pub(super) fn of_project(&self, family: Family, path: &str) -> &Uses {
        self.projects.get(&(family, self.project_of(family, path))).unwrap_or(&self.none)
    }

    /// What the tree's own module uses that this file imports; `None` for a library.
    pub(super) fn imported_by(&self, family: Family, path: &str, module: &str) -> Option<Uses> {
        let files = module::files(family, path, module, &|path| self.files.contains_key(path));
        let mut all = Uses::default();
        files.iter().filter_map(|path| self.files.get(path)).for_each(|uses| all.add(uses));
        (!files.is_empty()).then_some(all)
    }

    /// The nearest folder upwards that has a manifest.
    fn project_of(&self, family: Family, path: &str) -> Option<String> {
        let mut folder = path;
        loop {
            folder = folder.rsplit_once('/').map_or("", |(outer, _)| outer);
            let key = (family, Some(folder.to_owned()));
            if self.projects.contains_key(&key) {
                return key.1;
            }
            if folder.is_empty() {
                return None;
            }
        }
    }
}
