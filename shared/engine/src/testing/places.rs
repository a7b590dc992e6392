//! The folders of one run, and how its reports are read back.
//!
//! What lies there after the run was left by untrusted code: a report is taken only if it is a plain file in its own
//! place, reached through no link, and of sane size. All processes are dead by then, so nothing changes while we look.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::tree::Tree;

const MAX_REPORT_BYTES: u64 = 32 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Places {
    /// The one folder that the run may write to; the others lie in it.
    pub(crate) root: PathBuf,
    pub(crate) source: PathBuf,
    pub(crate) reports: PathBuf,
    pub(super) home: PathBuf,
    pub(super) temporary: PathBuf,
    /// Where the runner lives, as it is named and where its links lead (a virtual environment has both).
    pub(crate) tool: Vec<PathBuf>,
}

impl Places {
    /// Fresh folders below `work`, with the tree in `source`, for a runner `<home>/bin/<tool>`.
    pub(crate) fn make(work: &Path, tree: &Tree, tool: &Path) -> io::Result<Self> {
        fs::create_dir_all(work)?;
        let root = fs::canonicalize(work)?;
        let places = Self {
            source: root.join("source"),
            reports: root.join("reports"),
            home: root.join("home"),
            temporary: root.join("tmp"),
            tool: homes(tool),
            root,
        };
        tree.write_dir(&places.source)?;
        for folder in [&places.reports, &places.home, &places.temporary] {
            fs::create_dir(folder)?;
        }
        Ok(places)
    }

    /// A file of ours among the reports, for a runner that loads its reporter from a file.
    pub(super) fn put(&self, name: &str, text: &str) -> io::Result<()> {
        fs::write(self.reports.join(name), text)
    }

    /// The report of this name; empty if there is none that can be trusted to be a plain file.
    pub(crate) fn report(&self, name: &str) -> Vec<u8> {
        let path = self.reports.join(name);
        let in_place = fs::canonicalize(&path).is_ok_and(|real| real == path);
        let plain = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file());
        let mut bytes = Vec::new();
        if in_place && plain {
            // A report that cannot be read to its end is used as far as it goes.
            let _ = fs::File::open(path).and_then(|file| file.take(MAX_REPORT_BYTES).read_to_end(&mut bytes));
        }
        bytes
    }

    /// Removes everything, also folders that were made unreadable, so that a warm machine is clean for the next run.
    pub(crate) fn sweep(&self) {
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            // Not ours to change is not ours to remove either: then it stays, in the caller's own folder.
            let _ = fs::set_permissions(&folder, fs::Permissions::from_mode(0o700));
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            folders.extend(
                entries
                    .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
                    .map(|entry| entry.path()),
            );
        }
        let _ = fs::remove_dir_all(&self.root);
    }

    /// Takes the names of our folders out of a message: paths are relative to the repository's root, and where the
    /// machine keeps its tools is nobody's business.
    pub(crate) fn hide(&self, text: &str) -> String {
        let source = self.source.display().to_string();
        let mut text = text.replace(&format!("{source}/"), "").replace(&source, ".");
        for tool in &self.tool {
            // `/usr` says nothing about the machine, and stands in many other names.
            if tool != Path::new("/usr") {
                text = text.replace(&tool.display().to_string(), "<runner>");
            }
        }
        text.replace(&self.root.display().to_string(), "<work>")
    }
}

/// The environment that every suite gets, whatever its language.
pub(crate) fn environment(tool: &Path, places: &Places) -> BTreeMap<String, String> {
    let tool_folder = tool.parent().unwrap_or(Path::new("/usr/bin"));
    // The libraries that a bundled tool brings along; the folder's name is one that no system has.
    let bundled = tool_folder.parent().map(|home| home.join("lib/bundled")).filter(|folder| folder.is_dir());
    let bundled = bundled.map(|folder| ("LD_LIBRARY_PATH", folder.display().to_string()));
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
    .chain(bundled)
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn homes(tool: &Path) -> Vec<PathBuf> {
    let real = fs::canonicalize(tool).ok();
    let tools = [Some(tool.to_owned()), real].into_iter().flatten();
    tools.filter_map(|path| Some(path.parent()?.parent()?.to_owned())).collect()
}
