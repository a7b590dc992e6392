//! The two commits that the pull request is between, copied out of the user's repository.
//!
//! Invariant: the user's repository is only read, and no file is shared with it: both commits are fetched into a bare
//! repository of the run, with nothing else of it.

mod source;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use quartet_domain::counted::counted;
use quartet_local::{Refusal, RunFolder, Tool, Workspace};

use self::source::Source;
use super::sample;
use crate::cli::RunOptions;

/// Where the copy says that nothing was before.
const EMPTY_BRANCH: &str = "quartet/empty";
const JAVASCRIPT: [&str; 6] = [".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx"];

/// One end of the change.
#[derive(Clone, Debug)]
pub(super) struct End {
    /// Its branch on the forge: the user's own name for it where there is one.
    pub(super) branch: String,
    pub(super) sha: String,
}

/// The change to work on.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// The bare repository of the run.
    pub(super) copy: PathBuf,
    /// Its name on the forge.
    pub(super) name: String,
    pub(super) base: End,
    pub(super) head: End,
    pub(super) has_javascript: bool,
    changed: usize,
    /// What the work tree has beside its commit is not in the change.
    uncommitted: bool,
}

impl Origin {
    pub(super) async fn prepare(
        options: &RunOptions,
        workspace: &Workspace,
        folder: &RunFolder,
    ) -> Result<Self> {
        let given = match &options.repo {
            Some(given) => given.clone(),
            None => sample::build(workspace, &folder.join("sample")).await?,
        };
        let source = Source::open(&given).await?;
        let head = source.head(options.head.as_deref()).await?;
        let base = if options.full { None } else { source.base(options.base.as_deref(), &head).await? };

        let copy = source.copy(&folder.join("origin.git"), base.as_ref(), &head).await?;
        let base = match base {
            Some(base) => base,
            None => empty_base(&copy).await?,
        };
        let changed =
            git(&copy).args(["diff", "--name-only", "-z"]).arg(&base.sha).arg(&head.sha).names().await?.len();
        if changed == 0 {
            let sentence = format!(
                "nothing differs between {} and {}: choose other revisions with --base and --head, or --full",
                base.branch, head.branch
            );
            return Err(Refusal::new(sentence).into());
        }
        let files = git(&copy).args(["ls-tree", "-r", "-z", "--name-only"]).arg(&head.sha).names().await?;
        let has_javascript = files.iter().any(|path| JAVASCRIPT.iter().any(|ending| path.ends_with(ending)));
        let uncommitted = options.head.is_none() && source.has_uncommitted().await?;
        let name = format!("local/{}", source.name());
        Ok(Self { copy, name, base, head, has_javascript, changed, uncommitted })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (base, head) = (&self.base, &self.head);
        let files = counted(self.changed, "file");
        write!(
            f,
            "{} {}..{} ({}..{}), {files} changed",
            self.name,
            base.branch,
            head.branch,
            short(&base.sha),
            short(&head.sha)
        )?;
        if self.uncommitted { f.write_str("; what is not committed is left out") } else { Ok(()) }
    }
}

/// A first commit with nothing in it, so that every file of the head is new.
async fn empty_base(copy: &Path) -> Result<End> {
    let tree = git(copy).args(["hash-object", "-t", "tree", "-w", "--stdin"]).text().await?;
    let sha =
        sample::signed(git(copy)).args(["commit-tree", &tree, "-m", "Before the first file"]).text().await?;
    git(copy).args(["update-ref", &format!("refs/heads/{EMPTY_BRANCH}"), &sha]).text().await?;
    Ok(End { branch: EMPTY_BRANCH.to_owned(), sha })
}

fn git(path: &Path) -> Tool {
    Tool::new("git").arg("-C").arg(path)
}

fn short(sha: &str) -> &str {
    sha.get(..7).unwrap_or(sha)
}
