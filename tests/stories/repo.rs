//! A repository on the forge with a hook to one stack, and what became of its webhooks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use quartet_domain::event::DEFAULT_CONNECTION;
use quartet_domain::ids::{DeliveryId, EventId, MessageId, RunId, TaskId};
use quartet_local::forge::{Delivery, Effect, Fault};
use quartet_local::{Tool, post_json, sample};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::house::{Base, FORGE_TOKEN};
use crate::stage::{SECRET, Stage};
use crate::subscriber::Got;
use crate::wait::until;

/// The branch with a weakness in it, of the small repository.
pub(crate) const BRANCH: &str = "search";
/// The file with the weakness.
pub(crate) const FILE: &str = "notes/store.py";
const CLEAN: &str = "\"\"\"Notes in SQLite.\"\"\"\n\nimport sqlite3\n\n\n\
    def open_store(path):\n    return sqlite3.connect(path)\n";
/// What follows it on the branch.
const WEAK: &str = "\n\ndef find_user(connection, name):\n    \
        row = connection.execute(f\"SELECT id FROM users WHERE name = '{name}'\").fetchone()\n    \
        return row[0] if row else None\n";
/// Another weakness, for another head.
pub(crate) const WEAK_HASH: &str =
    "import hashlib\n\n\ndef etag(text):\n    return hashlib.md5(text.encode()).hexdigest()\n";

/// What is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// One module and no tests: a run of it takes a second.
    Notes,
    /// The shipped sample application.
    Sample,
}

pub(crate) struct Repo<'a> {
    pub(crate) base: &'a Base,
    pub(crate) stage: &'a Stage,
    /// `acme/<story>`
    pub(crate) name: String,
    content: Content,
}

/// One webhook that the forge sent, and the names of all that follows from it.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) delivery: Delivery,
    pub(crate) event: EventId,
}

impl Sent {
    fn of(delivery: Delivery) -> Self {
        let event = EventId::of(DEFAULT_CONNECTION, &delivery.event, delivery.body.as_bytes());
        Self { delivery, event }
    }

    pub(crate) fn task(&self) -> TaskId {
        self.event.task()
    }

    pub(crate) fn run(&self) -> RunId {
        self.task().run(1)
    }

    pub(crate) fn message(&self) -> MessageId {
        self.run().message()
    }

    pub(crate) fn results(&self) -> DeliveryId {
        self.message().delivery("results")
    }

    pub(crate) fn status(&self) -> u16 {
        self.delivery.outcome.as_ref().unwrap().status_code
    }
}

impl<'a> Repo<'a> {
    pub(crate) async fn make(base: &'a Base, stage: &'a Stage, name: &str, content: Content) -> Self {
        let repo = Self { base, stage, name: format!("acme/{name}"), content };
        let source = if content == Content::Sample { &base.sample } else { &base.notes };
        base.forge.import(source, &repo.name, "main").await.unwrap();
        let hook = json!({
            "name": "web", "active": true, "events": ["pull_request", "push"],
            "config": { "url": stage.webhook_url(), "content_type": "json", "secret": SECRET },
        });
        let made = post_json(&repo.api("hooks"), FORGE_TOKEN, &hook).await.unwrap();
        assert_eq!(made.0, 201, "{}", made.1);
        repo
    }

    fn api(&self, path: &str) -> String {
        format!("{}/repos/{}/{path}", self.base.forge.url(), self.name)
    }

    pub(crate) fn branch(&self) -> &'static str {
        if self.content == Content::Sample { sample::BRANCH } else { BRANCH }
    }

    /// The commit on the head branch.
    pub(crate) async fn head(&self) -> String {
        self.base.forge.branch(&self.name, self.branch()).await.unwrap().unwrap()
    }

    /// Opens the pull request and waits until its webhook is answered.
    pub(crate) async fn open(&self) -> Sent {
        self.open_from(self.branch()).await
    }

    pub(crate) async fn open_from(&self, head: &str) -> Sent {
        let number = self.base.forge.open_pull(&self.name, "main", head, "Search").await.unwrap();
        let head = self.base.forge.pull(&self.name, number).unwrap().head_sha;
        self.sent("opened", &head).await
    }

    /// Pushes a commit to the head branch and answers it.
    pub(crate) async fn push(&self, path: &str, content: &str) -> String {
        self.base.forge.push_commit(&self.name, self.branch(), &[(path, content)]).await.unwrap()
    }

    /// Waits until the forge's webhook about this head is answered.
    pub(crate) async fn sent(&self, action: &str, head: &str) -> Sent {
        let fits = |one: &Delivery| {
            let body: Value = serde_json::from_str(&one.body).unwrap();
            body["action"] == action && body["pull_request"]["head"]["sha"] == head && one.outcome.is_some()
        };
        let look = async || self.base.forge.deliveries(&self.name).into_iter().find(fits);
        let sent = Sent::of(until(&format!("the webhook {action} of {}", self.name), look).await);
        assert_eq!(sent.status(), 200, "{:?}", sent.delivery.outcome);
        sent
    }

    /// The same, by the pull request's number.
    pub(crate) async fn sent_about(&self, action: &str, number: u64) -> Sent {
        let fits = |one: &Delivery| {
            let body: Value = serde_json::from_str(&one.body).unwrap();
            body["action"] == action && body["number"] == number && one.outcome.is_some()
        };
        let look = async || self.base.forge.deliveries(&self.name).into_iter().find(fits);
        Sent::of(until(&format!("the webhook {action} of #{number}"), look).await)
    }

    /// Waits until the forge's `push` webhook is answered.
    pub(crate) async fn sent_push(&self, after: &str) -> Sent {
        let fits = |one: &Delivery| {
            let body: Value = serde_json::from_str(&one.body).unwrap();
            one.event == "push" && body["after"] == after && one.outcome.is_some()
        };
        let look = async || self.base.forge.deliveries(&self.name).into_iter().find(fits);
        Sent::of(until(&format!("the push webhook of {}", self.name), look).await)
    }

    /// From now on the forge's webhooks do not arrive.
    pub(crate) async fn mute(&self) {
        for hook in self.base.forge.hooks(&self.name) {
            let request = reqwest::Client::new().patch(self.api(&format!("hooks/{}", hook["id"])));
            let request = request.bearer_auth(FORGE_TOKEN).header("user-agent", "stories");
            request.json(&json!({ "active": false })).send().await.unwrap().error_for_status().unwrap();
        }
    }

    /// Holds the next such request of the product to this repository until it is let go.
    pub(crate) fn hold(&self, method: &'static str, path: &str) -> Arc<Notify> {
        let go = Arc::new(Notify::new());
        self.fault(method, path, Effect::Hold(go.clone()));
        go
    }

    pub(crate) fn fault(&self, method: &'static str, path: &str, effect: Effect) {
        self.base.forge.order(Fault::new(method, &format!("/{}/{path}", self.name), effect));
    }

    /// The results of the run, as the subscriber got them.
    pub(crate) async fn results(&self, sent: &Sent) -> (Got, Value) {
        let got = self.base.subscriber.wait(&sent.message(), 1).await.remove(0);
        let results = got.json()["results"].take();
        (got, results)
    }

    /// The text of the one comment that Quartet wrote.
    pub(crate) fn comment(&self, number: u64) -> String {
        let comments = self.base.forge.comments(&self.name, number);
        assert_eq!(comments.len(), 1, "one comment, edited by later runs");
        comments[0].body.clone()
    }

    /// Whether the product has made such a request to this repository.
    pub(crate) fn was_asked(&self, method: &str, path: &str) -> bool {
        let path = format!("/{}/{path}", self.name);
        self.base.forge.requests().iter().any(|one| one.method == method && one.path.contains(&path))
    }

    /// What git says about the repository on the forge.
    pub(crate) async fn git(&self, arguments: &[&str]) -> String {
        let dir = self.base.forge.git_dir(&self.name);
        sample::signed(Tool::new("git").arg("-C").arg(dir)).args(arguments).text().await.unwrap()
    }
}

/// The small repository, to be imported under many names.
pub(crate) async fn notes(at: &Path) -> PathBuf {
    let git = |arguments: &[&str]| sample::signed(Tool::new("git").arg("-C").arg(at).args(arguments)).text();
    std::fs::create_dir_all(at.join("notes")).unwrap();
    git(&["init", "--quiet", "--template=", "--initial-branch=main"]).await.unwrap();
    for (branch, content) in [("main", CLEAN.to_owned()), (BRANCH, format!("{CLEAN}{WEAK}"))] {
        git(&["checkout", "--quiet", "-B", branch]).await.unwrap();
        std::fs::write(at.join(FILE), content).unwrap();
        git(&["add", "--all"]).await.unwrap();
        git(&["commit", "--quiet", "--message", branch]).await.unwrap();
    }
    at.to_owned()
}
