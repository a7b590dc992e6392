//! Which commits are taken, from repositories as people have them.

use std::path::{Path, PathBuf};

use quartet_local::{Refusal, Tool};

use super::{Source, empty_base, git};
use crate::run::sample::signed;

/// A repository with two commits on `main` and one on `feature`, which is checked out.
struct Repository {
    folder: PathBuf,
}

impl Repository {
    async fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("quartet-origin-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("work")).unwrap();
        let made = Self { folder };
        made.git(&["init", "--quiet", "--template=", "--initial-branch=main"]).await;
        made.commit("a.py", "1").await;
        made.commit("a.py", "2").await;
        made.git(&["checkout", "--quiet", "-b", "feature"]).await;
        made.commit("b.js", "3").await;
        made
    }

    fn work(&self) -> PathBuf {
        self.folder.join("work")
    }

    async fn git(&self, arguments: &[&str]) -> String {
        signed(git(&self.work())).args(arguments).text().await.unwrap()
    }

    async fn commit(&self, path: &str, text: &str) {
        std::fs::write(self.work().join(path), text).unwrap();
        self.git(&["add", "--all"]).await;
        self.git(&["commit", "--quiet", "-m", text]).await;
    }

    /// As `base branch@subject..head branch@subject`, or the refusal.
    async fn choose(&self, base: Option<&str>, head: Option<&str>) -> String {
        match self.chosen(base, head).await {
            Ok(text) => text,
            Err(error) => error.downcast::<Refusal>().unwrap().to_string(),
        }
    }

    async fn chosen(&self, base: Option<&str>, head: Option<&str>) -> anyhow::Result<String> {
        let source = Source::open(&self.work()).await?;
        let head = source.head(head).await?;
        let base = source.base(base, &head).await?;
        let to = self.folder.join("copy.git");
        let _ = std::fs::remove_dir_all(&to);
        let copy = source.copy(&to, base.as_ref(), &head).await?;
        let base = match base {
            Some(base) => base,
            None => empty_base(&copy).await?,
        };
        let mut words = Vec::new();
        for end in [base, head] {
            let subject = git(&copy).args(["log", "-1", "--format=%s", &end.branch]).text().await?;
            words.push(format!("{}@{subject}", end.branch));
        }
        Ok(words.join(".."))
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test]
async fn branches_keep_their_names() {
    let repository = Repository::new("names").await;
    assert_eq!(repository.choose(None, None).await, "main@2..feature@3");
    assert_eq!(repository.choose(Some("main"), Some("feature")).await, "main@2..feature@3");
    assert_eq!(repository.choose(None, Some("refs/heads/feature")).await, "main@2..feature@3");
}

#[tokio::test]
async fn revisions_get_branches() {
    let repository = Repository::new("revisions").await;
    let first = repository.git(&["rev-parse", "--short=7", "main~1"]).await;
    assert_eq!(repository.choose(Some("main~1"), None).await, format!("quartet/base-{first}@1..feature@3"));
    assert_eq!(
        repository.choose(Some("main~1"), Some("main")).await,
        format!("quartet/base-{first}@1..main@2")
    );
    repository.git(&["checkout", "--quiet", "--detach"]).await;
    let head = repository.git(&["rev-parse", "--short=7", "HEAD"]).await;
    assert_eq!(repository.choose(None, None).await, format!("main@2..quartet/head-{head}@3"));
}

#[tokio::test]
async fn a_commit_that_no_branch_names_is_found() {
    let repository = Repository::new("lost").await;
    let lost = repository.git(&["rev-parse", "HEAD"]).await;
    repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]).await;
    let named = format!("main@2..quartet/head-{}@3", &lost[..7]);
    assert_eq!(repository.choose(Some("main"), Some(&lost)).await, named);
}

#[tokio::test]
async fn the_default_branch_alone_is_taken_whole() {
    let repository = Repository::new("whole").await;
    repository.git(&["checkout", "--quiet", "main"]).await;
    assert_eq!(repository.choose(None, None).await, "quartet/empty@Before the first file..main@2");
}

#[tokio::test]
async fn a_work_tree_and_a_shallow_clone_serve_too() {
    let repository = Repository::new("trees").await;
    repository.git(&["worktree", "add", "--quiet", "--detach", "../tree", "main~1"]).await;
    let tree = Repository { folder: repository.folder.join("tree-of") };
    std::fs::create_dir_all(&tree.folder).unwrap();
    std::os::unix::fs::symlink(repository.folder.join("tree"), tree.work()).unwrap();
    let first = tree.git(&["rev-parse", "--short=7", "HEAD"]).await;
    assert_eq!(
        tree.choose(Some("main"), None).await,
        format!(
            "quartet/head-{first} has nothing that main lacks: choose another --base or --head, or --full"
        )
    );

    let shallow = Repository { folder: repository.folder.join("shallow") };
    std::fs::create_dir_all(&shallow.folder).unwrap();
    let source = format!("file://{}", repository.work().display());
    let clone =
        signed(Tool::new("git")).args(["clone", "--quiet", "--depth", "1", &source]).arg(shallow.work());
    clone.text().await.unwrap();
    assert_eq!(shallow.choose(None, None).await, "quartet/empty@Before the first file..feature@3");
}

#[tokio::test]
async fn what_cannot_be_served_is_refused() {
    let repository = Repository::new("refused").await;
    let path = repository.work().canonicalize().unwrap().display().to_string();
    let unknown =
        format!("\"nope\" is no revision of {path}: git -C {path} log --oneline --all shows what there is");
    assert_eq!(repository.choose(Some("nope"), None).await, unknown);
    assert_eq!(repository.choose(None, Some("nope")).await, unknown);
    assert!(repository.choose(None, Some("--all")).await.starts_with("\"--all\" is no revision"));
    assert_eq!(
        repository.choose(Some("feature"), Some("main")).await,
        "main has nothing that feature lacks: choose another --base or --head, or --full"
    );
    repository.git(&["checkout", "--quiet", "--orphan", "alone"]).await;
    repository.commit("c.py", "4").await;
    assert_eq!(
        repository.choose(Some("main"), Some("alone")).await,
        "main and alone have no common commit: choose another --base, or --full"
    );
    let nowhere = Source::open(Path::new("/nonexistent")).await.err().unwrap().to_string();
    assert!(nowhere.starts_with("/nonexistent is no git repository (there is no such folder)"), "{nowhere}");
}

#[tokio::test]
async fn the_source_is_not_written_to() {
    let repository = Repository::new("read").await;
    let look = async || {
        let list = ["-c", "find . -type f -printf '%p %s %T@ %C@ %i %n\\n' | sort"];
        Tool::new("sh").args(list).dir(&repository.work()).text().await.unwrap()
    };
    let before = look().await;
    repository.choose(Some("main"), None).await;
    assert_eq!(before, look().await);
}

#[tokio::test]
async fn what_is_not_committed_is_seen() {
    let repository = Repository::new("uncommitted").await;
    let source = Source::open(&repository.work()).await.unwrap();
    assert!(!source.has_uncommitted().await.unwrap());
    std::fs::write(repository.work().join("new.py"), "1").unwrap();
    assert!(source.has_uncommitted().await.unwrap());
}
