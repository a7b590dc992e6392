//! What every story needs: a repository on disk, a local forge with a copy of it, a client, and a receiver of webhooks.

use std::{
    io::Write,
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
        let tips = git(&source, &["rev-parse", "main", "feature"]);
        let (main, feature) = tips.split_once('\n').expect("two tips");
        let (main, feature) = (main.to_owned(), feature.to_owned());
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
    Forge::new(Settings::new(server.url(), token.to_owned().into())).expect("a client")
}

pub(crate) fn git(dir: &Path, args: &[&str]) -> String {
    let output = Command::new("git").args(args).current_dir(dir).output().expect("git");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Two commits, in the words of `git fast-import`: files, an executable, a symbolic link and a submodule.
const SOURCE: &str = "\
commit refs/heads/main
mark :1
committer Ada <ada@example.com> 1790000000 +0000
data 5
Begin
M 100644 inline app.py
data 15
print('hello')

M 100644 inline old.py
data 26
one = 1
two = 2
three = 3

M 100644 inline gone.py
data 12
gone = True

M 100755 inline src/deep/tool.sh
data 10
#!/bin/sh

M 120000 inline link.py
data 6
app.py
M 160000 1234567890123456789012345678901234567890 vendor/lib
commit refs/heads/feature
committer Ada <ada@example.com> 1790000100 +0000
data 13
Add a feature
from :1
M 100644 inline app.py
data 22
print('hello, world')

M 100644 inline new ünï.py
data 5
pass

R old.py renamed.py
D gone.py
";

fn make_source(dir: &Path) {
    std::fs::create_dir_all(dir).expect("a folder");
    git(dir, &["init", "--quiet", "--initial-branch=feature"]);
    let mut import = Command::new("git")
        .args(["fast-import", "--quiet"])
        .current_dir(dir)
        .stdin(std::process::Stdio::piped())
        .spawn()
        .expect("git");
    import.stdin.take().expect("its input").write_all(SOURCE.as_bytes()).expect("written");
    assert!(import.wait().expect("an end").success());
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
