//! The sample application as a git repository: its first state on `main`, the vulnerable change on a branch.
//!
//! Dates and names are fixed, so that the commits are the same everywhere.

use std::path::{Path, PathBuf};

use crate::{Tool, Workspace};
use anyhow::{Context as _, Result};

/// The branch with the change; the first state is on `main`.
pub const BRANCH: &str = "search-and-export";
const FIRST: &str = "Keep notes of users";
const CHANGE: &str = "Search notes, import settings, export files";
const DATE: &str = "2026-01-05T09:00:00Z";

/// Builds it at `to` and answers the path.
pub async fn build(workspace: &Workspace, to: &Path) -> Result<PathBuf> {
    let shipped = workspace.root.join("infra/sample");
    // The name on the forge is the folder's.
    let to = to.join("quartet-sample");
    std::fs::create_dir_all(&to)?;
    git(&to).args(["init", "--quiet", "--template=", "--initial-branch=main"]).text().await?;
    lay_over(&shipped.join("base"), &to)?;
    commit(&to, FIRST).await?;
    git(&to).args(["checkout", "--quiet", "-b", BRANCH]).text().await?;
    lay_over(&shipped.join("change"), &to)?;
    commit(&to, CHANGE).await?;
    Ok(to)
}

/// This git with a fixed author, date and configuration: none of the user's.
pub fn signed(git: Tool) -> Tool {
    let mut git = git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        git = git
            .env(&format!("GIT_{role}_NAME"), "Sample Author")
            .env(&format!("GIT_{role}_EMAIL"), "author@example.com")
            .env(&format!("GIT_{role}_DATE"), DATE);
    }
    git
}

fn git(path: &Path) -> Tool {
    signed(Tool::new("git").arg("-C").arg(path))
}

async fn commit(path: &Path, message: &str) -> Result<()> {
    git(path).args(["add", "--all"]).text().await?;
    git(path).args(["commit", "--quiet", "--message", message]).text().await?;
    Ok(())
}

/// Copies every file below `from` over `to`.
fn lay_over(from: &Path, to: &Path) -> Result<()> {
    let entries = std::fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))?;
    for entry in entries {
        let entry = entry?;
        let (source, name) = (entry.path(), entry.file_name());
        // What running the sample's tests in place leaves behind is no part of it.
        if ["__pycache__", ".pytest_cache"].iter().any(|left| name == *left) {
            continue;
        }
        if source.is_dir() {
            std::fs::create_dir_all(to.join(&name))?;
            lay_over(&source, &to.join(&name))?;
        } else {
            std::fs::copy(&source, to.join(&name))
                .with_context(|| format!("cannot copy {}", source.display()))?;
        }
    }
    Ok(())
}
