//! References: read, made, and moved by compare-and-swap.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, patch, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Shared, created, ok, read};
use crate::forge::{
    moves::{Moved, Mover},
    refusal::Refusal,
    shape::BOT,
    state::Hub,
};

pub(super) fn routes() -> Router<std::sync::Arc<Hub>> {
    Router::new()
        .route("/repos/{owner}/{repo}/git/ref/{*name}", get(one))
        .route("/repos/{owner}/{repo}/git/refs", post(make))
        .route("/repos/{owner}/{repo}/git/refs/{*name}", patch(advance))
}

fn shape(hub: &Hub, repo: &str, name: &str, sha: &str) -> Value {
    json!({
        "ref": format!("refs/{name}"),
        "node_id": format!("REF_{name}"),
        "url": format!("{}/repos/{repo}/git/refs/{name}", hub.url),
        "object": { "type": "commit", "sha": sha, "url": format!("{}/repos/{repo}/git/commits/{sha}", hub.url) },
    })
}

async fn one(State(hub): Shared, Path((owner, repo, name)): Path<(String, String, String)>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let sha = hub.git.object(&repo, &format!("refs/{name}")).await?.ok_or_else(Refusal::not_found)?;
    ok(shape(&hub, &repo, &name, &sha))
}

#[derive(Deserialize)]
struct Make {
    r#ref: String,
    sha: String,
}

async fn make(State(hub): Shared, Path((owner, repo)): Path<(String, String)>, body: Bytes) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let asked: Make = read(&body)?;
    let Some(branch) = asked.r#ref.strip_prefix("refs/heads/") else {
        return Err(Refusal::invalid("Reference name must start with 'refs/heads/' here."));
    };
    if hub.git.commit(&repo, &asked.sha).await?.as_ref() != Some(&asked.sha) {
        return Err(Refusal::invalid("Object does not exist"));
    }
    if !hub.make_branch(&repo, branch, &asked.sha, BOT).await? {
        return Err(Refusal::invalid("Reference already exists"));
    }
    created(shape(&hub, &repo, &format!("heads/{branch}"), &asked.sha))
}

#[derive(Deserialize)]
struct Advance {
    sha: String,
    #[serde(default)]
    force: bool,
}

async fn advance(
    State(hub): Shared,
    Path((owner, repo, name)): Path<(String, String, String)>,
    body: Bytes,
) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let asked: Advance = read(&body)?;
    let branch = name.strip_prefix("heads/").ok_or_else(|| Refusal::invalid("Reference does not exist"))?;
    let mover = Mover { login: BOT, force: asked.force, bound: true };
    match hub.move_branch(&repo, branch, &asked.sha, mover).await? {
        Moved::Done | Moved::Same => ok(shape(&hub, &repo, &name, &asked.sha)),
        Moved::Missing => Err(Refusal::invalid("Reference does not exist")),
        Moved::NoObject => Err(Refusal::invalid("Object does not exist")),
        Moved::NotFastForward => Err(Refusal::invalid("Update is not a fast forward")),
        Moved::Protected => Err(Refusal::invalid("Changes must be made through a pull request.")),
        Moved::Raced => Err(Refusal::new(StatusCode::CONFLICT, "Reference cannot be updated")),
    }
}
