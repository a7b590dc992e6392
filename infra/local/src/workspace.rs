//! Where this workspace and its target folder lie, and the folder of one run.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::{Refusal, Tool};

/// So many folders of finished runs are kept, for their logs and for the branch with the fixes.
const RUNS_KEPT: usize = 5;

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
}

/// Removes the folders of the oldest runs whose process is gone. What cannot be removed stays: it is only space.
fn forget_old(runs: &Path) {
    let Ok(entries) = std::fs::read_dir(runs) else { return };
    let mut ended: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| !is_running(path)).collect();
    ended.sort();
    for path in ended.iter().rev().skip(RUNS_KEPT) {
        let _ = std::fs::remove_dir_all(path);
    }
}

fn is_running(run: &Path) -> bool {
    let process =
        run.file_name().and_then(|name| name.to_str()?.rsplit_once('-').map(|(_, id)| id.to_owned()));
    process.is_some_and(|id| Path::new("/proc").join(id).exists())
}
