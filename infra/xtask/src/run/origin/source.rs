//! The user's repository. Invariant: it is only read.

use std::path::{Path, PathBuf};

use anyhow::Result;
use quartet_local::{Refusal, Tool};

use super::{EMPTY_BRANCH, End, git, short};

/// The user's repository, which is only read.
pub(super) struct Source {
    /// As it was given: HEAD is the one of this place, which may be a work tree of several.
    path: PathBuf,
    /// What all work trees share.
    git_dir: PathBuf,
}

impl Source {
    pub(super) async fn open(given: &Path) -> Result<Self> {
        let no_repository = |reason: &str| {
            Refusal::new(format!(
                "{} is no git repository{reason}: give the path of one with --repo",
                given.display()
            ))
        };
        let path = given.canonicalize().map_err(|_| no_repository(" (there is no such folder)"))?;
        if !path.is_dir() {
            return Err(no_repository(" (it is no folder)").into());
        }
        let place = ["rev-parse", "--path-format=absolute", "--git-common-dir"];
        let answer = git(&path).args(place).output().await?;
        if answer.status.success() {
            let git_dir = PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim());
            return Ok(Self { path, git_dir });
        }
        if String::from_utf8_lossy(&answer.stderr).contains("dubious ownership") {
            let path = path.display();
            let hint = format!(
                "git does not trust {path}, which belongs to somebody else: run git config --global --add safe.directory {path}"
            );
            return Err(Refusal::new(hint).into());
        }
        Err(no_repository("").into())
    }

    fn git(&self) -> Tool {
        git(&self.path)
    }

    /// A name that a forge would allow.
    pub(super) fn name(&self) -> String {
        let git_dir = self.git_dir.as_path();
        let folder = if git_dir.ends_with(".git") { git_dir.parent().unwrap_or(git_dir) } else { git_dir };
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let name = name.strip_suffix(".git").unwrap_or(&name);
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let name: String = name.chars().map(|c| if fits(c) { c } else { '-' }).collect();
        let name = name.trim_matches(['.', '-']);
        if name.is_empty() { "repository".to_owned() } else { name.to_owned() }
    }

    async fn commit(&self, revision: &str) -> Result<Option<String>> {
        let wanted = format!("{revision}^{{commit}}");
        let answer = self
            .git()
            .args(["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])
            .output()
            .await?;
        Ok(answer.status.success().then(|| String::from_utf8_lossy(&answer.stdout).trim().to_owned()))
    }

    /// Whether the work tree has changes or new files. A bare repository has no work tree.
    pub(super) async fn has_uncommitted(&self) -> Result<bool> {
        // Without the lock, as nothing here writes to the user's index.
        let answer = self.git().args(["--no-optional-locks", "status", "--porcelain"]).output().await?;
        Ok(answer.status.success() && !answer.stdout.is_empty())
    }

    async fn known(&self, revision: &str) -> Result<String> {
        self.commit(revision).await?.ok_or_else(|| {
            let path = self.path.display();
            Refusal::new(format!(
                "{revision:?} is no revision of {path}: git -C {path} log --oneline --all shows what there is"
            ))
            .into()
        })
    }

    pub(super) async fn head(&self, revision: Option<&str>) -> Result<End> {
        if let Some(revision) = revision {
            let sha = self.known(revision).await?;
            return Ok(End { branch: self.branch(revision, "head", &sha).await?, sha });
        }
        let Some(sha) = self.commit("HEAD").await? else {
            return Err(
                Refusal::new(format!("{} has no commit yet: make one first", self.path.display())).into()
            );
        };
        let checked_out = self.git().args(["symbolic-ref", "--quiet", "--short", "HEAD"]).output().await?;
        let name = String::from_utf8_lossy(&checked_out.stdout).trim().to_owned();
        let branch = if name.is_empty() { format!("quartet/head-{}", short(&sha)) } else { name };
        Ok(End { branch, sha })
    }

    /// The commit to compare with; nothing where the whole tree is to be worked on.
    pub(super) async fn base(&self, revision: Option<&str>, head: &End) -> Result<Option<End>> {
        let name = match revision {
            Some(revision) => revision.to_owned(),
            None => match self.default_branch().await? {
                Some(name) => name,
                None => return Ok(None),
            },
        };
        let sha = self.known(&name).await?;
        let ancestor = self.git().args(["merge-base", &sha, &head.sha]).output().await?;
        let ancestor = String::from_utf8_lossy(&ancestor.stdout).trim().to_owned();
        if revision.is_none() && (ancestor.is_empty() || ancestor == head.sha) {
            return Ok(None);
        }
        if ancestor.is_empty() {
            let sentence =
                format!("{name} and {} have no common commit: choose another --base, or --full", head.branch);
            return Err(Refusal::new(sentence).into());
        }
        if ancestor == head.sha {
            let sentence = format!(
                "{} has nothing that {name} lacks: choose another --base or --head, or --full",
                head.branch
            );
            return Err(Refusal::new(sentence).into());
        }
        let mut branch = self.branch(&name, "base", &sha).await?;
        if branch == head.branch {
            branch = format!("quartet/base-{}", short(&sha));
        }
        Ok(Some(End { branch, sha }))
    }

    /// The remote's default branch as this clone knows it, else the local one of a usual name.
    async fn default_branch(&self) -> Result<Option<String>> {
        let remote = ["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"];
        let remote = self.git().args(remote).output().await?;
        let remote = String::from_utf8_lossy(&remote.stdout).trim().to_owned();
        for name in [remote.as_str(), "main", "master", "trunk", "develop"] {
            if !name.is_empty() && self.commit(name).await?.is_some() {
                return Ok(Some(name.to_owned()));
            }
        }
        Ok(None)
    }

    /// The name of this revision's branch on the forge.
    async fn branch(&self, revision: &str, role: &str, sha: &str) -> Result<String> {
        let name = revision
            .strip_prefix("refs/heads/")
            .or_else(|| revision.strip_prefix("origin/"))
            .unwrap_or(revision);
        // A remote's HEAD is a name for another branch, and a branch of that name is no use to anybody.
        let places: &[&str] = if name == "HEAD" { &[] } else { &["refs/heads/", "refs/remotes/origin/"] };
        for place in places {
            // As a name and not as a revision: `main~1` is no branch.
            let named = self
                .git()
                .args(["show-ref", "--verify", "--hash", &format!("{place}{name}")])
                .output()
                .await?;
            if String::from_utf8_lossy(&named.stdout).trim() == sha {
                return Ok(name.to_owned());
            }
        }
        Ok(format!("quartet/{role}-{}", short(sha)))
    }

    /// Fetches both commits, with their history and nothing else.
    pub(super) async fn copy(&self, to: &Path, base: Option<&End>, head: &End) -> Result<PathBuf> {
        let format = self.git().args(["rev-parse", "--show-object-format"]).text().await?;
        let format = format!("--object-format={format}");
        let init = ["init", "--quiet", "--bare", "--template=", "--initial-branch"];
        let first = base.map_or(EMPTY_BRANCH, |base| base.branch.as_str());
        Tool::new("git").args(init).arg(first).arg(format).arg(to).text().await?;
        // Commits that no branch names can be fetched too, from a repository that is not served to anybody else.
        let upload = "git -c uploadpack.allowAnySHA1InWant=true upload-pack";
        let mut fetch = git(to).args([
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-auto-gc",
            "--update-shallow",
            "--upload-pack",
            upload,
        ]);
        fetch = fetch.env("GIT_NO_LAZY_FETCH", "1").arg(&self.git_dir);
        for end in [Some(head), base].into_iter().flatten() {
            fetch = fetch.arg(format!("+{}:refs/heads/{}", end.sha, end.branch));
        }
        let answer = fetch.output().await?;
        if !answer.status.success() {
            let words = String::from_utf8_lossy(&answer.stderr).into_owned();
            if words.contains("No space left on device") {
                return Err(Refusal::new(
                    "there is no disk space left for a copy of the repository: free some",
                )
                .into());
            }
            anyhow::bail!("cannot copy {}: {}", self.path.display(), words.trim());
        }
        Ok(to.to_owned())
    }
}
