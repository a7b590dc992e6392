//! Bare repositories, through the `git` command.
//!
//! Invariants: no setting, hook or variable of the user reaches a command; a name or revision never becomes an option;
//! the source of a clone is only read, and no object is shared with it.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use anyhow::{Context, Result, bail};
use tokio::{io::AsyncWriteExt, process::Command};

/// What git writes for "no commit".
pub(super) const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// Variables that would point git elsewhere, as they are set inside a git hook or alias.
const POINTERS: [&str; 9] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
];

/// The settings that every command has, and nothing else. The source may belong to somebody else: it is only read.
const SETTINGS: &str = "[safe]\n\tdirectory = *\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n\
                        [core]\n\thooksPath = /dev/null\n\tquotePath = false\n[uploadpack]\n\tallowAnySHA1InWant = true\n[init]\n\tdefaultBranch = main\n";

#[derive(Clone, Debug)]
pub(super) struct Git {
    root: PathBuf,
    settings: PathBuf,
}

impl Git {
    pub(super) fn new(root: &Path) -> Result<Self> {
        std::fs::create_dir_all(root).with_context(|| format!("cannot make {}", root.display()))?;
        let root = root.canonicalize()?;
        let settings = root.join("gitconfig");
        std::fs::write(&settings, SETTINGS)?;
        Ok(Self { root, settings })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn dir(&self, repo: &str) -> PathBuf {
        self.root.join(format!("{repo}.git"))
    }

    pub(super) fn command(&self, dir: &Path) -> Command {
        let mut command = Command::new("git");
        for name in POINTERS {
            command.env_remove(name);
        }
        command
            .env("GIT_CONFIG_GLOBAL", &self.settings)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .current_dir(dir)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Runs a command in a repository; its output, whatever it ended with.
    pub(super) async fn ask<A: AsRef<OsStr>>(&self, repo: &str, args: &[A]) -> Result<Output> {
        let output = self.command(&self.dir(repo)).args(args).output().await;
        output.context("cannot run git: is it installed?")
    }

    /// Runs a command that must succeed; what it wrote, without the last line end.
    pub(super) async fn run(&self, repo: &str, args: &[&str]) -> Result<String> {
        let output = self.ask(repo, args).await?;
        finish(args, output)
    }

    /// As [`Git::run`], with something to read and a private index.
    pub(super) async fn feed(
        &self,
        repo: &str,
        args: &[&str],
        input: &[u8],
        index: Option<&Path>,
    ) -> Result<String> {
        let mut command = self.command(&self.dir(repo));
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(index) = index {
            command.env("GIT_INDEX_FILE", index);
        }
        finish(args, converse(command, input).await?)
    }

    /// A bare copy with objects of its own. Unreachable commits, a detached `HEAD` and remote branches come along when
    /// git lets them, so that a revision of the source can be named by its SHA.
    pub(super) async fn import(&self, source: &Path, repo: &str, default_branch: &str) -> Result<()> {
        let dir = self.dir(repo);
        if dir.exists() {
            bail!("{repo} is there already");
        }
        let parent = dir.parent().context("a repository needs an owner")?;
        std::fs::create_dir_all(parent)?;
        let source = source.canonicalize().with_context(|| format!("cannot find {}", source.display()))?;
        let mut clone = self.command(parent);
        clone.args(["clone", "--quiet", "--bare", "--no-hardlinks", "--"]).arg(&source).arg(&dir);
        finish(&["clone"], clone.output().await.context("cannot run git: is it installed?")?)?;
        // A source with no commit has none of these; then there is nothing to take along.
        let fetch = ["fetch", "--quiet", "--no-tags", "--end-of-options"].map(OsStr::new);
        let more = ["+HEAD:refs/local/head", "+refs/remotes/*:refs/local/remotes/*"].map(OsStr::new);
        let _ = self.ask(repo, &[&fetch[..], &[source.as_os_str()], &more].concat()).await?;
        self.run(repo, &["remote", "remove", "origin"]).await?;
        self.run(repo, &["symbolic-ref", "HEAD", &format!("refs/heads/{default_branch}")]).await?;
        Ok(())
    }

    /// The commit that a revision names, if any.
    pub(super) async fn commit(&self, repo: &str, revision: &str) -> Result<Option<String>> {
        self.object(repo, &format!("{revision}^{{commit}}")).await
    }

    pub(super) async fn branch(&self, repo: &str, name: &str) -> Result<Option<String>> {
        self.object(repo, &format!("refs/heads/{name}^{{commit}}")).await
    }

    pub(super) async fn object(&self, repo: &str, revision: &str) -> Result<Option<String>> {
        let args = ["rev-parse", "--verify", "--quiet", "--end-of-options", revision];
        let output = self.ask(repo, &args).await?;
        Ok(output.status.success().then(|| text(&output.stdout)))
    }

    /// Moves a ref if it is still at `old`; false when it is not.
    pub(super) async fn swap(&self, repo: &str, name: &str, new: &str, old: &str) -> Result<bool> {
        Ok(self.ask(repo, &["update-ref", "--end-of-options", name, new, old]).await?.status.success())
    }

    pub(super) async fn is_ancestor(&self, repo: &str, old: &str, new: &str) -> Result<bool> {
        Ok(self.ask(repo, &["merge-base", "--is-ancestor", old, new]).await?.status.success())
    }

    pub(super) async fn merge_base(&self, repo: &str, one: &str, other: &str) -> Result<Option<String>> {
        let output = self.ask(repo, &["merge-base", one, other]).await?;
        Ok(output.status.success().then(|| text(&output.stdout)))
    }

    pub(super) async fn is_ref_name(&self, repo: &str, name: &str) -> Result<bool> {
        Ok(self.ask(repo, &["check-ref-format", name]).await?.status.success())
    }
}

async fn converse(mut command: Command, input: &[u8]) -> Result<Output> {
    let mut child = command.spawn().context("cannot run git: is it installed?")?;
    let mut stdin = child.stdin.take().context("git takes no input")?;
    // A command that fails early closes its end; its own words then say more than the broken pipe.
    let write = async move {
        let _ = stdin.write_all(input).await;
        drop(stdin);
    };
    let ((), output) = tokio::join!(write, child.wait_with_output());
    Ok(output?)
}

fn finish(args: &[&str], output: Output) -> Result<String> {
    if !output.status.success() {
        bail!("git {}: {}", args.first().unwrap_or(&""), text(&output.stderr));
    }
    Ok(text(&output.stdout))
}

fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.strip_suffix('\n').unwrap_or(&text).to_owned()
}
