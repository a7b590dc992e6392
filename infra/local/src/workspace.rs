//! Where this workspace and its target folder lie, and the folder of one run.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::{Refusal, Tool, emulator};

/// So many folders of finished runs are kept, for their logs and for the branch with the fixes.
const RUNS_KEPT: usize = 10;

/// Of this process: two may start in the same millisecond.
static RUNS: AtomicU32 = AtomicU32::new(0);

/// The workspace's root and its target folder, which honours `CARGO_TARGET_DIR` and Cargo's configuration.
#[derive(Clone, Debug, Deserialize)]
pub struct Workspace {
    #[serde(rename = "workspace_root")]
    pub root: PathBuf,
    #[serde(rename = "target_directory")]
    pub target: PathBuf,
}

impl Workspace {
    /// Asks Cargo about the workspace that this crate was built from.
    pub async fn find() -> Result<Self> {
        let text = Tool::new("cargo")
            .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
            .dir(Path::new(env!("CARGO_MANIFEST_DIR")))
            .text()
            .await?;
        serde_json::from_str(&text).context("cargo metadata is not understood")
    }

    /// Where everything of ours under the target folder lies.
    pub fn private(&self) -> PathBuf {
        self.target.join("quartet")
    }

    /// A folder for one run, and an end to the oldest ones.
    pub fn run_folder(&self) -> Result<RunFolder> {
        let runs = self.private().join("runs");
        let number = RUNS.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}-{}", jiff::Timestamp::now().as_millisecond(), std::process::id());
        let path = runs.join(name);
        std::fs::create_dir_all(&path).map_err(|error| match Refusal::from_disk(&error) {
            Some(refusal) => anyhow::Error::from(refusal),
            None => anyhow::Error::from(error).context(format!("cannot make {}", path.display())),
        })?;
        forget_old(&runs);
        Ok(RunFolder { path })
    }
}

/// The folder of one run: logs, the local AWS's state, the forge's repositories.
#[derive(Clone, Debug)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Removes it: of a run that was refused before it began there is nothing to keep.
    pub fn forget(self) {
        let _ = std::fs::remove_dir_all(self.path);
    }
}

/// Removes the folders of the oldest runs whose process is gone, and of the others what a local AWS that was killed could
/// not remove itself. What cannot be removed stays: it is only space.
fn forget_old(runs: &Path) {
    let mut ended: Vec<PathBuf> = below(runs).into_iter().filter(|path| !is_running(path)).collect();
    ended.sort();
    ended.reverse();
    let kept = ended.len().min(RUNS_KEPT);
    for path in &ended[kept..] {
        let _ = std::fs::remove_dir_all(path);
    }
    for folder in ended[..kept].iter().flat_map(|run| below(run)) {
        if folder.join(emulator::LOG).is_file() {
            emulator::clear(&folder);
        }
    }
}

fn below(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

fn is_running(run: &Path) -> bool {
    let process =
        run.file_name().and_then(|name| name.to_str()?.rsplit_once('-').map(|(_, id)| id.to_owned()));
    process.is_some_and(|id| Path::new("/proc").join(id).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each folder with a file in it.
    fn make(run: &Path, names: &[&str]) {
        for name in names {
            let folder = run.join(name);
            std::fs::create_dir_all(&folder).expect("a folder");
            std::fs::write(folder.join("file"), "x").expect("a file");
        }
    }

    #[test]
    fn of_old_runs_the_newest_stay_without_what_only_their_aws_needed() {
        let runs = tempfile::tempdir().expect("a folder");
        // No process has these ids: the largest that Linux gives is 4194304.
        let run = |number: usize| runs.path().join(format!("{number}-0-99999999"));
        for number in 100..115 {
            make(&run(number), &["aws/tmp/function", "forge/local/a.git", "else/tmp"]);
            std::fs::write(run(number).join("aws").join(emulator::LOG), "x").expect("a file");
        }
        let own = runs.path().join(format!("099-0-{}", std::process::id()));
        make(&own, &["aws/tmp"]);
        forget_old(runs.path());
        let left: Vec<usize> = (100..115).filter(|number| run(*number).exists()).collect();
        assert_eq!(left, (105..115).collect::<Vec<_>>());
        let newest = run(114);
        assert!(!newest.join("aws/tmp").exists() && newest.join("aws").join(emulator::LOG).exists());
        assert!(newest.join("forge/local/a.git/file").exists() && newest.join("else/tmp/file").exists());
        assert!(own.join("aws/tmp/file").exists(), "it is running");
    }

    #[test]
    fn a_run_that_was_refused_leaves_nothing() {
        let target = tempfile::tempdir().expect("a folder");
        let workspace = Workspace { root: PathBuf::new(), target: target.path().to_owned() };
        let folder = workspace.run_folder().expect("a folder");
        make(folder.path(), &["origin.git"]);
        folder.forget();
        assert!(below(&workspace.private().join("runs")).is_empty());
    }
}
