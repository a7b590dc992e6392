//! A repository on the forge with a hook to one stack, and what became of its webhooks.

use std::sync::Arc;

use quartet_local::forge::{Delivery, Effect, Fault};
use quartet_local::{Tool, post_json, sample};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::house::{Base, FORGE_TOKEN};
use crate::notes::BRANCH;
use crate::sent::Sent;
use crate::stage::{SECRET, Stage};
use crate::subscriber::Got;
use crate::wait::until;

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
        let fits = |body: &Value| body["action"] == action && body["pull_request"]["head"]["sha"] == head;
        self.answered(&format!("{action} {head}"), fits).await
    }

    /// The same, by the pull request's number.
    pub(crate) async fn sent_about(&self, action: &str, number: u64) -> Sent {
        let fits = |body: &Value| body["action"] == action && body["number"] == number;
        self.answered(&format!("{action} #{number}"), fits).await
    }

    /// Waits until the forge's `push` webhook is answered.
    pub(crate) async fn sent_push(&self, after: &str) -> Sent {
        self.answered("push", |body: &Value| body["action"].is_null() && body["after"] == after).await
    }

    async fn answered(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Sent {
        let this = |one: &Delivery| fits(&serde_json::from_str(&one.body).unwrap()) && one.outcome.is_some();
        let look = async || self.base.forge.deliveries(&self.name).into_iter().find(this);
        let sent = Sent::of(until(&format!("the webhook {what} of {}", self.name), look).await);
        assert_eq!(sent.status(), 200, "{:?}", sent.delivery.outcome);
        sent
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
