//! Commits: made of objects, moved in by compare-and-swap.

use std::sync::Arc;

use quartet_forge::{Advance, ForgeError, PathRefusal};
use quartet_local::forge::{Effect, Fault};

use tokio::sync::Notify;

use crate::bench::{Bench, REPO, git, new_commit, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_fix_lands() {
    let bench = Bench::new().await;
    let commit = bench.forge.prepare_commit(REPO, &bench.fix()).await.expect("a commit");
    assert_eq!(bench.server.branch(REPO, "feature").await.expect("a branch"), Some(bench.feature.clone()));
    assert_eq!(bench.forge.advance(REPO, "feature", &commit).await.expect("an answer"), Advance::Done);
    assert_eq!(bench.server.branch(REPO, "feature").await.expect("a branch"), Some(commit.clone()));

    let dir = bench.server.git_dir(REPO);
    let facts = git(&dir, &["log", "-1", "--format=%an|%ae|%at|%cn|%ct|%P|%B", &commit]);
    let expected = format!(
        "Quartet|quartet@example.com|1793527200|Quartet|1793527200|{}|\
         Fix a thing\n\n[skip-pipeline]",
        bench.feature
    );
    assert_eq!(facts, expected);
    assert_eq!(git(&dir, &["diff", "--name-only", &bench.feature, &commit]), "app.py");
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fix_lands_on_a_branch_with_a_strange_name() {
    let bench = Bench::new().await;
    let name = "fix/deep/a%2e#1";
    bench.server.create_branch(REPO, name, "feature").await.expect("a branch");
    let commit = bench.forge.prepare_commit(REPO, &bench.fix()).await.expect("a commit");
    assert_eq!(bench.forge.advance(REPO, name, &commit).await.expect("an answer"), Advance::Done);
    assert_eq!(bench.server.branch(REPO, name).await.expect("a branch"), Some(commit));
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_commit_twice_is_one() {
    let bench = Bench::new().await;
    let first = bench.forge.prepare_commit(REPO, &bench.fix()).await.expect("a commit");
    assert_eq!(bench.forge.advance(REPO, "feature", &first).await.expect("an answer"), Advance::Done);
    let second = bench.forge.prepare_commit(REPO, &bench.fix()).await.expect("a commit");
    assert_eq!(first, second);
    assert_eq!(bench.forge.advance(REPO, "feature", &second).await.expect("an answer"), Advance::Done);
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_changes_nothing() {
    let bench = Bench::new().await;
    for path in ["/git/blobs", "/git/trees", "/git/commits", "/git/refs/"] {
        let method = if path == "/git/refs/" { "PATCH" } else { "POST" };
        bench.server.order(Fault::new(method, path, Effect::LoseAnswer));
    }
    let commit = bench.forge.prepare_commit(REPO, &bench.fix()).await.expect("a commit");
    assert_eq!(bench.forge.advance(REPO, "feature", &commit).await.expect("an answer"), Advance::Done);
    let dir = bench.server.git_dir(REPO);
    assert_eq!(git(&dir, &["rev-list", "--count", &format!("{}..feature", bench.feature)]), "1");
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn modes_are_kept_and_new_files_are_ordinary() {
    let bench = Bench::new().await;
    let files = [("src/deep/tool.sh", "#!/bin/bash\n"), ("app.py", "1\n"), ("brand/new.py", "2\n")];
    let commit =
        bench.forge.prepare_commit(REPO, &new_commit(&bench.feature, &files)).await.expect("a commit");
    let dir = bench.server.git_dir(REPO);
    let modes = git(&dir, &["ls-tree", "-r", "--format=%(objectmode) %(path)", &commit]);
    for line in ["100755 src/deep/tool.sh", "100644 app.py", "100644 brand/new.py", "120000 link.py"] {
        assert!(modes.lines().any(|mode| mode == line), "{line} in {modes}");
    }
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forbidden_paths_write_nothing() {
    let bench = Bench::new().await;
    for (path, expected) in [
        (".github/workflows/ci.yml", PathRefusal::Control),
        (".git/config", PathRefusal::Control),
        ("../outside.py", PathRefusal::Shape),
        ("/etc/passwd", PathRefusal::Shape),
        ("link.py", PathRefusal::SymbolicLink),
        ("link.py/x.py", PathRefusal::SymbolicLink),
        ("vendor/lib", PathRefusal::Submodule),
        ("vendor/lib/x.py", PathRefusal::Submodule),
        ("src", PathRefusal::Directory),
        ("app.py/x.py", PathRefusal::UnderFile),
    ] {
        let commit = new_commit(&bench.feature, &[("app.py", "fine\n"), (path, "bad\n")]);
        match bench.forge.prepare_commit(REPO, &commit).await {
            Err(ForgeError::PathRefused { path: refused, reason }) => {
                assert_eq!((refused.as_str(), reason), (path, expected));
            }
            other => panic!("{path}: {other:?}"),
        }
    }
    assert!(bench.server.requests().iter().all(|request| request.method == "GET"));
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_changes_nothing_is_refused() {
    let bench = Bench::new().await;
    let same = new_commit(&bench.feature, &[("app.py", "print('hello, world')\n")]);
    assert!(matches!(bench.forge.prepare_commit(REPO, &same).await, Err(ForgeError::Invalid { .. })));
    let orphan = new_commit(&"0".repeat(40), &[("app.py", "x\n")]);
    assert!(matches!(bench.forge.prepare_commit(REPO, &orphan).await, Err(ForgeError::NotFound)));
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_moved_is_left_alone() {
    let bench = Bench::new().await;
    let commit = bench.forge.prepare_commit(REPO, &bench.fix()).await.expect("a commit");
    let theirs = bench.server.push_commit(REPO, "feature", &[("b.py", "pass\n")]).await.expect("a commit");
    assert_eq!(bench.forge.advance(REPO, "feature", &commit).await.expect("an answer"), Advance::Moved);
    assert_eq!(bench.server.branch(REPO, "feature").await.expect("a branch"), Some(theirs));
    bench.server.stop().await;
}

/// A reset to an older commit would make ours a fast-forward again: it must not bring the removed commits back.
#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_was_reset_is_left_alone() {
    let bench = Bench::new().await;
    let commit = bench.forge.prepare_commit(REPO, &bench.fix()).await.expect("a commit");
    bench.server.reset_branch(REPO, "feature", &bench.main).await.expect("moved");
    assert_eq!(bench.forge.advance(REPO, "feature", &commit).await.expect("an answer"), Advance::Moved);
    assert_eq!(bench.server.branch(REPO, "feature").await.expect("a branch"), Some(bench.main.clone()));
    assert_eq!(bench.forge.advance(REPO, "none", &commit).await.expect("an answer"), Advance::Moved);
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_in_the_last_moment_wins() {
    let bench = Bench::new().await;
    let commit = bench.forge.prepare_commit(REPO, &bench.fix()).await.expect("a commit");
    // The branch was looked at and the update waits at the door, when somebody pushes.
    let gate = Arc::new(Notify::new());
    bench.server.order(Fault::new("PATCH", "/git/refs/", Effect::Hold(gate.clone())));
    let looked = || bench.server.requests().iter().any(|request| request.path.ends_with("/branches/feature"));
    let push = async {
        until("a look at the branch", looked).await;
        let push = bench.server.push_commit(REPO, "feature", &[("b.py", "pass\n")]).await;
        gate.notify_one();
        push.expect("a commit")
    };
    let (advance, theirs) = tokio::join!(bench.forge.advance(REPO, "feature", &commit), push);
    assert_eq!(advance.expect("an answer"), Advance::Moved);
    assert_eq!(bench.server.branch(REPO, "feature").await.expect("a branch"), Some(theirs));
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_branch_is_an_answer() {
    let bench = Bench::new().await;
    bench.server.protect(REPO, "feature");
    let commit = bench.forge.prepare_commit(REPO, &bench.fix()).await.expect("a commit");
    assert_eq!(bench.forge.advance(REPO, "feature", &commit).await.expect("an answer"), Advance::Protected);
    let refuse = Effect::Answer { status: 403, headers: Vec::new(), body: "{}".to_owned() };
    bench.server.order(Fault::new("PATCH", "/git/refs/", refuse));
    assert_eq!(bench.forge.advance(REPO, "feature", &commit).await.expect("an answer"), Advance::Protected);
    assert_eq!(bench.server.branch(REPO, "feature").await.expect("a branch"), Some(bench.feature.clone()));
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_may_not_write_is_an_error() {
    let bench = Bench::new().await;
    let commit = bench.forge.prepare_commit(REPO, &bench.fix()).await.expect("a commit");
    let refuse = Effect::Answer { status: 403, headers: Vec::new(), body: "{}".to_owned() };
    bench.server.order(Fault::new("PATCH", "/git/refs/", refuse));
    assert!(matches!(bench.forge.advance(REPO, "feature", &commit).await, Err(ForgeError::Forbidden)));
    bench.server.stop().await;
}
