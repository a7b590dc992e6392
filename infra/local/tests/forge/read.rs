//! Reading: pull requests, changed files, archives, branches, identity.

use std::io::Read;

use quartet_forge::{Archive, ChangedFile, FileStatus, Forge, ForgeError, Settings, SetupError};
use quartet_local::forge::{Effect, Fault};

use crate::bench::{Bench, REPO, TOKEN, client, git};

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request() {
    let bench = Bench::new().await;
    let number = bench.pull().await;
    let pull = bench.forge.pull(REPO, number).await.expect("a pull request");
    assert_eq!((pull.number, pull.title.as_str()), (1, "Add a feature"));
    assert_eq!((pull.base_branch.as_str(), pull.base_sha.as_str()), ("main", bench.main.as_str()));
    assert_eq!((pull.head_branch.as_str(), pull.head_sha.as_str()), ("feature", bench.feature.as_str()));
    assert_eq!(pull.head_repository.as_deref(), Some(REPO));
    assert!(pull.open && !pull.fork && !pull.draft);
    bench.server.close_pull(REPO, number).await.expect("closed");
    assert!(!bench.forge.pull(REPO, number).await.expect("a pull request").open);
    assert!(matches!(bench.forge.pull(REPO, 99).await, Err(ForgeError::NotFound)));
    assert!(matches!(bench.forge.pull("acme/none", 1).await, Err(ForgeError::NotFound)));
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_from_a_fork() {
    let bench = Bench::new().await;
    let fork = bench.server.fork(REPO, "mallory").await.expect("a fork");
    let sha = bench.server.push_commit(&fork, "feature", &[("app.py", "evil()\n")]).await.expect("a commit");
    let number =
        bench.server.open_pull(REPO, "main", "mallory:feature", "Trust me").await.expect("a pull request");
    let pull = bench.forge.pull(REPO, number).await.expect("a pull request");
    assert!(pull.fork);
    assert_eq!((pull.head_repository.as_deref(), pull.head_sha), (Some("mallory/web"), sha.clone()));
    // The base repository serves the fork's head: that is where the pipeline asks for it.
    assert!(!bytes(bench.forge.archive(REPO, &sha).await.expect("an archive")).await.is_empty());
    assert_eq!(bench.forge.changed_files(REPO, number).await.expect("files").len(), 4);
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_files_and_comparison() {
    let bench = Bench::new().await;
    let number = bench.pull().await;
    let file = |path: &str, status, previous: Option<&str>| ChangedFile {
        path: path.to_owned(),
        status,
        previous_path: previous.map(str::to_owned),
    };
    let expected = vec![
        file("app.py", FileStatus::Modified, None),
        file("gone.py", FileStatus::Removed, None),
        file("new ünï.py", FileStatus::Added, None),
        file("renamed.py", FileStatus::Renamed, Some("old.py")),
    ];
    assert_eq!(bench.forge.changed_files(REPO, number).await.expect("files"), expected);
    assert_eq!(bench.forge.compare(REPO, &bench.main, &bench.feature).await.expect("files"), expected);
    assert_eq!(bench.forge.compare(REPO, "main", "main").await.expect("files"), []);
    assert!(matches!(bench.forge.compare(REPO, "main", "none").await, Err(ForgeError::NotFound)));
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_files_come_in_pages_and_are_never_cut_in_silence() {
    let bench = Bench::new().await;
    let number = bench.pull().await;
    let names: Vec<String> = (0..310).map(|at| format!("many/{at:03}.py")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "pass\n")).collect();
    let head = bench.server.push_commit(REPO, "feature", &files).await.expect("a commit");
    assert_eq!(bench.forge.changed_files(REPO, number).await.expect("files").len(), 314);
    let comparison = bench.forge.compare(REPO, &bench.main, &head).await;
    assert!(matches!(comparison, Err(ForgeError::TooLarge { .. })), "{comparison:?}");
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_the_commit_and_the_token_stays_at_home() {
    let bench = Bench::new().await;
    let archive = bench.forge.archive(REPO, &bench.feature).await.expect("an archive");
    let packed = bytes(archive).await;
    let mut unpacked = tar::Archive::new(flate2::read::GzDecoder::new(packed.as_slice()));
    let mut found = Vec::new();
    for entry in unpacked.entries().expect("entries") {
        let mut entry = entry.expect("an entry");
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mut content = String::new();
        entry.read_to_string(&mut content).expect("content");
        found.push((path, content));
    }
    let app = format!("acme-web-{}/app.py", bench.feature);
    assert!(found.contains(&(app, "print('hello, world')\n".to_owned())), "{found:?}");

    let requests = bench.server.requests();
    let [asked, sent] = &requests[..] else { panic!("{requests:?}") };
    assert!(asked.path.starts_with("/repos/") && asked.authorized && asked.status == 302);
    assert!(sent.path.starts_with("/codeload/") && !sent.authorized && sent.status == 200);
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_comes_from_allowed_hosts_only() {
    let bench = Bench::new().await;
    for target in [
        "https://evil.example/x.tar.gz",
        "http://codeload.github.com/x.tar.gz",
        "https://codeload.github.com:8443/x.tar.gz",
        "https://codeload.github.com@evil.example/x",
        "http://127.0.0.1:9/x.tar.gz",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
    ] {
        let headers = vec![("location", target.to_owned())];
        let effect = Effect::Answer { status: 302, headers, body: String::new() };
        bench.server.order(Fault::new("GET", "/tarball/", effect));
        let refused = bench.forge.archive(REPO, &bench.feature).await;
        assert!(matches!(refused, Err(ForgeError::ForeignHost { .. })), "{target}: {refused:?}");
    }
    // A second redirect is not followed either, wherever it leads.
    let headers = vec![("location", "https://evil.example/".to_owned())];
    let effect = Effect::Answer { status: 302, headers, body: String::new() };
    bench.server.order(Fault::new("GET", "/codeload/", effect));
    let refused = bench.forge.archive(REPO, &bench.feature).await;
    assert!(matches!(refused, Err(ForgeError::ForeignHost { .. })), "{refused:?}");
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_host_has_bad_days_too() {
    let bench = Bench::new().await;
    for (status, expected) in [(404, "ForgeNotFound"), (429, "ForgeRateLimited"), (500, "ForgeUnavailable")] {
        let effect = Effect::Answer { status, headers: Vec::new(), body: String::new() };
        bench.server.order(Fault::new("GET", "/codeload/", effect));
        let failed = bench.forge.archive(REPO, &bench.feature).await;
        assert_eq!(failed.expect_err("a bad day").name(), expected);
    }
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_asked_for_by_full_sha() {
    let bench = Bench::new().await;
    assert!(matches!(bench.forge.archive(REPO, "feature").await, Err(ForgeError::Invalid { .. })));
    assert!(matches!(bench.forge.archive(REPO, &"0".repeat(40)).await, Err(ForgeError::NotFound)));
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch() {
    let bench = Bench::new().await;
    let name = "fix/a%2e#1";
    let sha = bench.server.create_branch(REPO, name, "main").await.expect("a branch");
    bench.server.protect(REPO, name);
    let branch = bench.forge.branch(REPO, name).await.expect("a branch");
    assert_eq!((branch.sha, branch.protected), (sha, true));
    assert!(matches!(bench.forge.branch(REPO, "none").await, Err(ForgeError::NotFound)));
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_we_are() {
    let bench = Bench::new().await;
    assert_eq!(bench.forge.identity().await.expect("a login"), bench.server.login());
    let stranger = client(&bench.server, "wrong");
    assert!(matches!(stranger.identity().await, Err(ForgeError::Unauthorized)));
    assert!(matches!(stranger.pull(REPO, 1).await, Err(ForgeError::Unauthorized)));
    assert_eq!(stranger.calls(), 2);
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_do_not_become_paths() {
    let bench = Bench::new().await;
    for repo in ["acme", "acme/web/pulls", "../user", "acme/..", "acme/web?x=1", "", "/", "acme/we b"] {
        let refused = bench.forge.pull(repo, 1).await;
        assert!(matches!(refused, Err(ForgeError::Invalid { .. })), "{repo:?}: {refused:?}");
    }
    assert_eq!(bench.forge.calls(), 0);
    bench.server.stop().await;
}

#[test]
fn settings_are_checked() {
    #[track_caller]
    fn check(url: &str, token: &str) -> SetupError {
        Forge::new(Settings::new(url, token.to_owned().into())).expect_err("refused")
    }
    assert!(matches!(check("http://api.example.com", "t"), SetupError::Insecure));
    assert!(matches!(check("ftp://api.example.com", "t"), SetupError::Address(_)));
    assert!(matches!(check("api.example.com", "t"), SetupError::Address(_)));
    assert!(matches!(check("https://api.example.com", "a\nb"), SetupError::Token));
    let forge =
        Forge::new(Settings::new("https://api.example.com", TOKEN.to_owned().into())).expect("a client");
    assert!(!format!("{forge:?}").contains(TOKEN));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_source_is_only_read() {
    let bench = Bench::new().await;
    let source = bench.source();
    let before = git(&source, &["for-each-ref"]);
    bench.server.push_commit(REPO, "feature", &[("app.py", "x\n")]).await.expect("a commit");
    bench.server.reset_branch(REPO, "feature", &bench.main).await.expect("moved");
    assert_eq!(git(&source, &["for-each-ref"]), before);
    assert_eq!(git(&source, &["rev-parse", "HEAD"]), bench.feature);
    bench.server.stop().await;
}

async fn bytes(mut archive: Archive) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some(chunk) = archive.chunk().await.expect("a chunk") {
        all.extend_from_slice(&chunk);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn any_kind_of_checkout_can_be_copied() {
    let bench = Bench::new().await;
    let url = format!("file://{}", bench.source().display());
    let at = |name: &str| bench.folder.path().join(name);
    let place = |name: &str| at(name).display().to_string();
    git(bench.folder.path(), &["clone", "--quiet", "--depth=1", &url, &place("shallow")]);
    git(&at("shallow"), &["checkout", "--quiet", "--detach"]);
    git(&bench.source(), &["worktree", "add", "--quiet", "--detach", &place("worktree"), "main"]);
    git(bench.folder.path(), &["clone", "--quiet", &url, &place("remote")]);
    let remote_branch = git(&at("remote"), &["rev-parse", "origin/main"]);
    for (name, revision) in
        [("shallow", &bench.feature), ("worktree", &bench.main), ("remote", &remote_branch)]
    {
        let repo = format!("copies/{name}");
        bench.server.import(&at(name), &repo, "main").await.expect(name);
        let sha = bench.server.create_branch(&repo, "topic", revision).await.expect(name);
        assert_eq!(&sha, revision, "{name}");
        assert!(!bytes(bench.forge.archive(&repo, &sha).await.expect(name)).await.is_empty());
    }
    for nothing in [at("missing"), bench.folder.path().to_owned()] {
        assert!(bench.server.import(&nothing, "copies/none", "main").await.is_err());
    }
    bench.server.stop().await;
}
