//! A forge on this machine: GitHub's REST paths over real bare git repositories, with webhooks that are really sent.
//!
//! The product cannot tell it from GitHub as far as it uses it: archives, commits, refs, hooks, signatures, deliveries
//! and limits are real. Invariants: it listens on loopback only; a source repository is copied, never written to.
//! Absent: everything that Quartet does not use (reviews, merges, organisations, permissions), and HTTPS.

mod api;
mod deliver;
mod diff;
mod fault;
mod git;
mod moves;
mod objects;
mod pulls;
mod pushed;
mod refusal;
mod shape;
mod state;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::{net::TcpListener, sync::oneshot, task::JoinSet};

pub use self::fault::{Effect, Fault};
pub use self::state::{Check, Comment, Delivery, Outcome, Pull, Request};
use self::{
    git::Git,
    moves::Mover,
    pulls::Proposal,
    state::{Hub, Repo},
};

/// Where and how to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder of the bare clones.
    pub root: PathBuf,
    /// A free one, when absent.
    pub port: Option<u16>,
    /// What the API wants as a bearer token.
    pub token: String,
}

/// A running forge. Dropping it stops it at once; [`Server::stop`] lets requests end first.
#[derive(Debug)]
pub struct Server {
    hub: Arc<Hub>,
    stop: oneshot::Sender<()>,
    serving: JoinSet<()>,
}

impl Server {
    /// Starts to serve on 127.0.0.1. Needs a running tokio runtime.
    pub async fn start(options: Options) -> Result<Self> {
        let git = Git::new(&options.root)?;
        let listener = TcpListener::bind(("127.0.0.1", options.port.unwrap_or(0))).await;
        let listener = listener.context("the forge cannot listen: is its port taken?")?;
        let url = format!("http://{}", listener.local_addr()?);
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .context("cannot build the HTTP client")?;
        let hub = Arc::new(Hub::new(url, options.token, git, http));
        let app = api::router(hub.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let ended = async move {
                let _ = stopped.await;
            };
            // Its only error is the listener's, and then the next request fails loudly enough.
            let _ = axum::serve(listener, app).with_graceful_shutdown(ended).await;
        });
        Ok(Self { hub, stop, serving })
    }

    /// The root of the API, as `http://127.0.0.1:40123`.
    pub fn url(&self) -> &str {
        &self.hub.url
    }

    /// The login of the token's account: commits, comments and branches made over the API are its.
    pub fn login(&self) -> &'static str {
        shape::BOT
    }

    /// The bare clone of a repository, to fetch from.
    pub fn git_dir(&self, repo: &str) -> PathBuf {
        self.hub.git.dir(repo)
    }

    /// Copies a repository from this disk; the source is only read.
    pub async fn import(&self, source: &Path, repo: &str, default_branch: &str) -> Result<()> {
        pulls::require_name(repo)?;
        self.hub.git.import(source, repo, default_branch).await?;
        self.hub.state().add_repo(repo, default_branch, None);
        Ok(())
    }

    /// A fork under another owner; its full name.
    pub async fn fork(&self, repo: &str, owner: &str) -> Result<String> {
        self.hub.fork(repo, owner).await
    }

    /// A new branch at any revision; the commit.
    pub async fn create_branch(&self, repo: &str, name: &str, revision: &str) -> Result<String> {
        let sha = self.hub.git.commit(repo, revision).await?;
        let sha = sha.with_context(|| format!("no commit {revision} in {repo}"))?;
        if !self.hub.make_branch(repo, name, &sha, owner(repo)).await? {
            bail!("the branch {name} is there already, or its name is none");
        }
        Ok(sha)
    }

    /// From now on nobody but its owner moves this branch.
    pub fn protect(&self, repo: &str, branch: &str) {
        if let Some(repo) = self.hub.state().repos.get_mut(repo) {
            repo.protected.insert(branch.to_owned());
        }
    }

    /// Opens a pull request and tells the hooks. `base` is a branch or a commit; `head` a branch, `owner:branch` for a
    /// fork's.
    pub async fn open_pull(&self, repo: &str, base: &str, head: &str, title: &str) -> Result<u64> {
        let proposal = Proposal { title, body: None, base, head, draft: false, login: None };
        self.hub.open_pull(repo, proposal).await
    }

    pub async fn close_pull(&self, repo: &str, number: u64) -> Result<()> {
        self.hub.set_open(repo, number, false, owner(repo)).await
    }

    pub async fn reopen_pull(&self, repo: &str, number: u64) -> Result<()> {
        self.hub.set_open(repo, number, true, owner(repo)).await
    }

    /// A commit on a branch, by the repository's owner; hooks hear `push` and, for a pull request, `synchronize`.
    pub async fn push_commit(&self, repo: &str, branch: &str, files: &[(&str, &str)]) -> Result<String> {
        self.push_commit_saying(repo, branch, files, "Change files").await
    }

    /// As [`Server::push_commit`], with a message.
    pub async fn push_commit_saying(
        &self,
        repo: &str,
        branch: &str,
        files: &[(&str, &str)],
        message: &str,
    ) -> Result<String> {
        let files = files.iter().map(|(path, content)| ((*path).to_owned(), Some((*content).to_owned())));
        self.hub.push(repo, branch, &files.collect::<BTreeMap<_, _>>(), message).await
    }

    /// Moves a branch to any commit, as its owner may with force.
    pub async fn reset_branch(&self, repo: &str, branch: &str, sha: &str) -> Result<()> {
        let mover = Mover { login: owner(repo), force: true, bound: false };
        self.hub.move_branch(repo, branch, sha, mover).await?.require()
    }

    /// A comment by somebody.
    pub fn comment(&self, repo: &str, number: u64, login: &str, body: &str) -> Result<u64> {
        self.hub
            .write_comment(repo, number, login, body)
            .map_err(|_| anyhow::anyhow!("no pull request {number}"))
    }

    /// Sends any event with any body to the hooks that listen to it.
    pub fn send(&self, repo: &str, event: &str, payload: &Value) {
        self.hub.publish(repo, event, payload);
    }

    /// Sends a delivery again, under its old id; the id of the new delivery.
    pub fn redeliver(&self, repo: &str, delivery: u64) -> Result<u64> {
        self.hub.redeliver(repo, delivery)
    }

    /// Orders a fault for the next request that matches.
    pub fn order(&self, fault: Fault) {
        self.hub.state().faults.push_back(fault);
    }

    /// How many requests are left until the limit is lifted, so long from now.
    pub fn set_limit(&self, remaining: u64, lifted_in: Duration) {
        let reset = jiff::SignedDuration::try_from(lifted_in).unwrap_or(jiff::SignedDuration::MAX);
        let reset = jiff::Timestamp::now().saturating_add(reset).unwrap_or(jiff::Timestamp::MAX);
        self.hub.state().limit = state::Limit { remaining, reset };
    }

    /// Stops; requests and deliveries under way get a moment to end.
    pub async fn stop(mut self) {
        let _ = self.stop.send(());
        let _ = tokio::time::timeout(Duration::from_secs(2), self.serving.join_next()).await;
        self.serving.shutdown().await;
        let mut sending =
            std::mem::take(&mut *self.hub.sending.lock().unwrap_or_else(PoisonError::into_inner));
        sending.shutdown().await;
    }
}

/// What is there now, for assertions and summaries.
impl Server {
    pub fn pull(&self, repo: &str, number: u64) -> Option<Pull> {
        self.look(repo, |repo| repo.pulls.get(&number).cloned()).flatten()
    }

    pub fn comments(&self, repo: &str, number: u64) -> Vec<Comment> {
        let here = |repo: &Repo| repo.comments.iter().filter(|one| one.number == number).cloned().collect();
        self.look(repo, here).unwrap_or_default()
    }

    pub fn checks(&self, repo: &str, head_sha: &str) -> Vec<Check> {
        let here =
            |repo: &Repo| repo.checks.iter().filter(|check| check.head_sha == head_sha).cloned().collect();
        self.look(repo, here).unwrap_or_default()
    }

    /// The hooks in the API's own shape.
    pub fn hooks(&self, repo: &str) -> Vec<Value> {
        let url = self.url();
        let all =
            |repo: &Repo| repo.hooks.values().map(|hook| shape::hook(url, &repo.full_name, hook)).collect();
        self.look(repo, all).unwrap_or_default()
    }

    /// In the order of sending.
    pub fn deliveries(&self, repo: &str) -> Vec<Delivery> {
        self.look(repo, |repo| repo.deliveries.clone()).unwrap_or_default()
    }

    /// Every request so far, in the order of the answers.
    pub fn requests(&self) -> Vec<Request> {
        self.hub.state().requests.clone()
    }

    /// The commit of a branch.
    pub async fn branch(&self, repo: &str, name: &str) -> Result<Option<String>> {
        self.hub.git.branch(repo, name).await
    }

    /// The content of a file at a revision.
    pub async fn file(&self, repo: &str, revision: &str, path: &str) -> Result<Option<Vec<u8>>> {
        let output = self.hub.git.ask(repo, &["cat-file", "blob", &format!("{revision}:{path}")]).await?;
        Ok(output.status.success().then_some(output.stdout))
    }

    fn look<T>(&self, repo: &str, look: impl FnOnce(&Repo) -> T) -> Option<T> {
        self.hub.state().repos.get(repo).map(look)
    }
}

fn owner(repo: &str) -> &str {
    repo.split_once('/').map_or("", |(owner, _)| owner)
}
