//! What every story needs: a repository on disk, a local forge with a copy of it, a client, and a receiver of webhooks.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap};
use quartet_forge::{Author, Forge, NewCommit, Settings};
use quartet_local::forge::{Options, Server};
use tempfile::TempDir;
use tokio::task::JoinSet;

pub(crate) const REPO: &str = "acme/web";
pub(crate) const TOKEN: &str = "local-token";

pub(crate) struct Bench {
    pub(crate) server: Server,
    pub(crate) forge: Forge,
    pub(crate) folder: TempDir,
    /// The tips of `main` and of `feature` in the source.
    pub(crate) main: String,
    pub(crate) feature: String,
}

impl Bench {
    /// `acme/web` with `main` and `feature`, which adds, changes, renames and removes a file.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("source");
        make_source(&source);
        let options = Options { root: folder.path().join("forge"), port: None, token: TOKEN.to_owned() };
        let server = Server::start(options).await.expect("a forge");
        server.import(&source, REPO, "main").await.expect("a copy");
        let forge = client(&server, TOKEN);
        let main = git(&source, &["rev-parse", "main"]);
        let feature = git(&source, &["rev-parse", "feature"]);
        Self { server, forge, folder, main, feature }
    }

    pub(crate) fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    pub(crate) async fn pull(&self) -> u64 {
        self.server.open_pull(REPO, "main", "feature", "Add a feature").await.expect("a pull request")
    }

    /// A commit on top of `feature` that fixes `app.py`.
    pub(crate) fn fix(&self) -> NewCommit {
        new_commit(&self.feature, &[("app.py", "print('fixed')\n")])
    }
}

pub(crate) fn new_commit(parent: &str, files: &[(&str, &str)]) -> NewCommit {
    let files = files.iter().map(|(path, content)| ((*path).to_owned(), content.as_bytes().to_vec()));
    NewCommit {
        parent: parent.to_owned(),
        files: files.collect(),
        message: "Fix a thing\n\n[skip-pipeline]".to_owned(),
        author: Author { name: "Quartet".to_owned(), email: "quartet@example.com".to_owned() },
        at: "2026-11-01T10:00:00.123Z".parse().expect("a time"),
    }
}

pub(crate) fn client(server: &Server, token: &str) -> Forge {
    let settings = Settings {
        time_out: Duration::from_millis(800),
        ..Settings::new(server.url(), token.to_owned().into())
    };
    Forge::new(settings).expect("a client")
}

pub(crate) fn git(dir: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"])
        .args(args)
        .current_dir(dir)
        .output()
        .expect("git");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn make_source(dir: &Path) {
    let write = |path: &str, content: &str| {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, content).expect("a file");
    };
    std::fs::create_dir_all(dir).expect("a folder");
    git(dir, &["init", "--quiet", "--initial-branch=main"]);
    write("app.py", "print('hello')\n");
    write("old.py", "one = 1\ntwo = 2\nthree = 3\n");
    write("gone.py", "gone = True\n");
    write("src/deep/tool.sh", "#!/bin/sh\n");
    git(dir, &["add", "."]);
    git(dir, &["update-index", "--chmod=+x", "src/deep/tool.sh"]);
    let link = git_stdin(dir, "app.py");
    git(dir, &["update-index", "--add", "--cacheinfo", &format!("120000,{link},link.py")]);
    let module = "1234567890123456789012345678901234567890";
    git(dir, &["update-index", "--add", "--cacheinfo", &format!("160000,{module},vendor/lib")]);
    git(dir, &["commit", "--quiet", "-m", "Begin"]);
    git(dir, &["checkout", "--quiet", "-b", "feature"]);
    write("app.py", "print('hello, world')\n");
    write("new ünï.py", "pass\n");
    git(dir, &["add", "app.py", "new ünï.py"]);
    git(dir, &["mv", "old.py", "renamed.py"]);
    git(dir, &["rm", "--quiet", "gone.py"]);
    git(dir, &["commit", "--quiet", "-m", "Add a feature"]);
}

fn git_stdin(dir: &Path, content: &str) -> String {
    let file = dir.join(".git/link-target");
    std::fs::write(&file, content).expect("a file");
    git(dir, &["hash-object", "-w", ".git/link-target"])
}

/// One webhook as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn event(&self) -> &str {
        self.header("x-github-event")
    }
}

type Inbox = Arc<Mutex<Vec<Received>>>;

/// A receiver of webhooks that answers 202 and keeps all.
pub(crate) struct Receiver {
    pub(crate) url: String,
    inbox: Inbox,
    _serving: JoinSet<()>,
}

impl Receiver {
    pub(crate) async fn new() -> Self {
        let inbox = Inbox::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let take = async |State(inbox): State<Inbox>, headers: HeaderMap, body: Bytes| {
            inbox.lock().expect("inbox").push(Received { headers, body });
            axum::http::StatusCode::ACCEPTED
        };
        let app = Router::new().fallback(take).with_state(inbox.clone());
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            axum::serve(listener, app).await.expect("a server");
        });
        Self { url, inbox, _serving: serving }
    }

    pub(crate) fn all(&self) -> Vec<Received> {
        self.inbox.lock().expect("inbox").clone()
    }

    /// The first webhook of this event and action (empty: any), once it is there.
    pub(crate) async fn wait(&self, event: &str, action: &str) -> Received {
        let found = || {
            self.all().into_iter().find(|one| {
                let body: serde_json::Value = serde_json::from_slice(&one.body).expect("JSON");
                one.event() == event && (action.is_empty() || body["action"] == action)
            })
        };
        until(&format!("{event} {action}"), || found().is_some()).await;
        found().expect("it was there")
    }
}

/// Waits for a condition, ten seconds at most.
pub(crate) async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let patience = tokio::time::Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(tokio::time::Instant::now() < patience, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
