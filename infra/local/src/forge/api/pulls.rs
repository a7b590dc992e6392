//! Pull requests: listed, opened, changed, and their files.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, State},
    routing::get,
};
use serde::Deserialize;

use super::{Answer, Page, Shared, created, ok, read};
use crate::forge::{pulls::Proposal, refusal::Refusal, shape, state::Hub};

/// How many files of a pull request are shown.
const FILES: usize = 3000;

pub(super) fn routes() -> Router<std::sync::Arc<Hub>> {
    Router::new()
        .route("/repos/{owner}/{repo}/pulls", get(list).post(open))
        .route("/repos/{owner}/{repo}/pulls/{number}", get(one).patch(change))
        .route("/repos/{owner}/{repo}/pulls/{number}/files", get(files))
}

#[derive(Deserialize)]
struct Wanted {
    state: Option<String>,
    per_page: Option<usize>,
    page: Option<usize>,
}

async fn list(
    State(hub): Shared,
    Path((owner, repo)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let state = wanted.state.as_deref().unwrap_or("open");
    let fits = |open: bool| state == "all" || (state == "open") == open;
    let numbers: Vec<u64> = match hub.state().repos.get(&repo) {
        Some(repo) => {
            repo.pulls.values().rev().filter(|pull| fits(pull.open)).map(|pull| pull.number).collect()
        }
        None => Vec::new(),
    };
    let mut pulls = Vec::new();
    for number in numbers {
        pulls.extend(hub.pull_shape(&repo, number).await?);
    }
    let page = Page { per_page: wanted.per_page, page: wanted.page };
    page.answer(&hub, &format!("/repos/{repo}/pulls"), pulls)
}

#[derive(Deserialize)]
struct Open {
    title: String,
    body: Option<String>,
    head: String,
    base: String,
    #[serde(default)]
    draft: bool,
}

async fn open(State(hub): Shared, Path((owner, repo)): Path<(String, String)>, body: Bytes) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let asked: Open = read(&body)?;
    let proposal = Proposal {
        title: &asked.title,
        body: asked.body.as_deref(),
        base: &asked.base,
        head: &asked.head,
        draft: asked.draft,
        login: Some(shape::BOT),
    };
    let opened = hub.open_pull(&repo, proposal).await;
    let number =
        opened.map_err(|error| Refusal::field("PullRequest", "head", "invalid", &error.to_string()))?;
    created(hub.pull_shape(&repo, number).await?.unwrap_or_default())
}

async fn one(State(hub): Shared, Path((owner, repo, number)): Path<(String, String, u64)>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    ok(hub.pull_shape(&repo, number).await?.ok_or_else(Refusal::not_found)?)
}

#[derive(Deserialize)]
struct Change {
    title: Option<String>,
    body: Option<String>,
    state: Option<String>,
}

async fn change(
    State(hub): Shared,
    Path((owner, repo, number)): Path<(String, String, u64)>,
    body: Bytes,
) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let asked: Change = read(&body)?;
    let was_open = hub.pull_open(&repo, number)?;
    hub.change_pull(&repo, number, |pull| {
        if let Some(title) = asked.title {
            pull.title = title;
        }
        pull.body = asked.body.or(pull.body.take());
    });
    if let Some(open) = asked.state.map(|state| state == "open").filter(|open| *open != was_open) {
        hub.set_open(&repo, number, open, shape::BOT).await?;
    }
    ok(hub.pull_shape(&repo, number).await?.ok_or_else(Refusal::not_found)?)
}

async fn files(
    State(hub): Shared,
    Path((owner, repo, number)): Path<(String, String, u64)>,
    Query(page): Query<Page>,
) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let (base, head) = {
        let state = hub.state();
        let pull =
            state.repos.get(&repo).and_then(|repo| repo.pulls.get(&number)).ok_or_else(Refusal::not_found)?;
        (pull.base_sha.clone(), pull.head_sha.clone())
    };
    let files = hub.git.changed_since(&repo, &base, &head).await?;
    let files = files.iter().take(FILES).map(|file| file.shape()).collect();
    page.answer(&hub, &format!("/repos/{repo}/pulls/{number}/files"), files)
}

impl Hub {
    pub(super) fn pull_open(&self, repo: &str, number: u64) -> Result<bool, Refusal> {
        let state = self.state();
        let pull = state.repos.get(repo).and_then(|repo| repo.pulls.get(&number));
        pull.map(|pull| pull.open).ok_or_else(Refusal::not_found)
    }
}
