//! The control surface, for a person with `curl`: what developers and the outside world would do.
//!
//! No token: it is on loopback, and `Content-Type: application/json` is required, which no page of another origin can
//! send without asking this server first.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Shared, ok};
use crate::forge::{pulls::Proposal, refusal::Refusal, shape, state::Hub};

type Name = Path<(String, String)>;

pub(super) fn routes() -> Router<Arc<Hub>> {
    Router::new()
        .route("/_local/repos", get(repos))
        .route("/_local/repos/{owner}/{repo}/pulls", post(open))
        .route("/_local/repos/{owner}/{repo}/commits", post(push))
        .route("/_local/repos/{owner}/{repo}/branches", post(branch))
        .route("/_local/repos/{owner}/{repo}/protected", post(protect))
        .route("/_local/repos/{owner}/{repo}/forks", post(fork))
        .route("/_local/repos/{owner}/{repo}/comments", post(comment))
        .route("/_local/repos/{owner}/{repo}/events", post(event))
        .route("/_local/repos/{owner}/{repo}/deliveries", get(deliveries))
        .route("/_local/repos/{owner}/{repo}/deliveries/{id}/attempts", post(redeliver))
}

async fn repos(State(hub): Shared) -> Answer {
    let names: Vec<String> = hub.state().repos.keys().cloned().collect();
    let described = names.iter().map(|name| json!({ "full_name": name, "git_dir": hub.git.dir(name) }));
    ok(described.collect())
}

#[derive(Deserialize)]
struct Open {
    base: String,
    head: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    draft: bool,
}

async fn open(State(hub): Shared, Path((owner, repo)): Name, Json(asked): Json<Open>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let Open { base, head, title, draft } = &asked;
    let proposal = Proposal { title, body: None, base, head, draft: *draft, login: None };
    let number = hub.open_pull(&repo, proposal).await.map_err(said)?;
    ok(json!({ "number": number }))
}

#[derive(Deserialize)]
struct Push {
    branch: String,
    /// Content by path; null takes the file away.
    files: BTreeMap<String, Option<String>>,
    message: Option<String>,
}

async fn push(State(hub): Shared, Path((owner, repo)): Name, Json(asked): Json<Push>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let message = asked.message.as_deref().unwrap_or("Change files");
    let sha = hub.push(&repo, &asked.branch, &asked.files, message).await.map_err(said)?;
    ok(json!({ "sha": sha }))
}

#[derive(Deserialize)]
struct Branch {
    branch: String,
    /// Any revision.
    #[serde(default)]
    from: String,
}

async fn branch(State(hub): Shared, Path((owner, repo)): Name, Json(asked): Json<Branch>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let sha = hub.git.commit(&repo, &asked.from).await?;
    let sha = sha.ok_or_else(|| Refusal::invalid("no such revision"))?;
    if !hub.make_branch(&repo, &asked.branch, &sha, &owner).await? {
        return Err(Refusal::invalid("the branch is there already, or its name is none"));
    }
    ok(json!({ "sha": sha }))
}

async fn protect(State(hub): Shared, Path((owner, repo)): Name, Json(asked): Json<Branch>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    if let Some(repo) = hub.state().repos.get_mut(&repo) {
        repo.protected.insert(asked.branch);
    }
    ok(json!({}))
}

#[derive(Deserialize)]
struct Fork {
    owner: String,
}

async fn fork(State(hub): Shared, Path((owner, repo)): Name, Json(asked): Json<Fork>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let fork = hub.fork(&repo, &asked.owner).await.map_err(said)?;
    ok(json!({ "full_name": fork }))
}

#[derive(Deserialize)]
struct Comment {
    number: u64,
    login: String,
    body: String,
}

async fn comment(State(hub): Shared, Path((owner, repo)): Name, Json(asked): Json<Comment>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let id = hub.write_comment(&repo, asked.number, &asked.login, &asked.body)?;
    ok(json!({ "id": id }))
}

#[derive(Deserialize)]
struct Event {
    event: String,
    payload: Value,
}

/// Any event with any body, to the hooks that listen to it.
async fn event(State(hub): Shared, Path((owner, repo)): Name, Json(asked): Json<Event>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    hub.publish(&repo, &asked.event, &asked.payload);
    ok(json!({}))
}

async fn deliveries(State(hub): Shared, Path((owner, repo)): Name) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let state = hub.state();
    let repo = state.repos.get(&repo).ok_or_else(Refusal::not_found)?;
    ok(repo.deliveries.iter().map(|one| shape::delivery(repo.id, one)).collect())
}

#[derive(Deserialize)]
struct Nothing {}

async fn redeliver(
    State(hub): Shared,
    Path((owner, repo, id)): Path<(String, String, u64)>,
    Json(Nothing {}): Json<Nothing>,
) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let id = hub.redeliver(&repo, id).map_err(said)?;
    ok(json!({ "id": id }))
}

/// The person at the other end runs this server: they get the whole reason.
fn said(error: anyhow::Error) -> Refusal {
    Refusal::invalid(&format!("{error:#}"))
}
