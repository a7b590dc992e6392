//! Who asks, repositories and branches.

use axum::{
    Router,
    extract::{Path, Query, State},
    routing::get,
};
use serde_json::json;

use super::{Answer, Page, Shared, ok};
use crate::forge::{refusal::Refusal, shape, state::Hub};

pub(super) fn routes() -> Router<std::sync::Arc<Hub>> {
    Router::new()
        .route("/user", get(user))
        .route("/rate_limit", get(rate_limit))
        .route("/repos/{owner}/{repo}", get(repo))
        .route("/repos/{owner}/{repo}/branches", get(branches))
        .route("/repos/{owner}/{repo}/branches/{*branch}", get(branch))
}

async fn user(State(hub): Shared) -> Answer {
    ok(shape::user(&hub.url, shape::BOT))
}

async fn rate_limit(State(hub): Shared) -> Answer {
    let limit = hub.state().limit;
    let core = json!({
        "limit": 5000, "remaining": limit.remaining, "used": 5000 - limit.remaining.min(5000),
        "reset": limit.reset.as_second(),
    });
    ok(json!({ "resources": { "core": core }, "rate": core }))
}

async fn repo(State(hub): Shared, Path((owner, repo)): Path<(String, String)>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    ok(hub.repo_shape(&repo))
}

async fn branches(
    State(hub): Shared,
    Path((owner, repo)): Path<(String, String)>,
    Query(page): Query<Page>,
) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let lines = hub
        .git
        .run(&repo, &["for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads"])
        .await?;
    let all = lines.lines().filter_map(|line| line.split_once(' '));
    let all = all.map(|(sha, name)| branch_shape(&hub, &repo, name, sha)).collect();
    page.answer(&hub, &format!("/repos/{repo}/branches"), all)
}

async fn branch(State(hub): Shared, Path((owner, repo, branch)): Path<(String, String, String)>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    match hub.git.branch(&repo, &branch).await? {
        Some(sha) => ok(branch_shape(&hub, &repo, &branch, &sha)),
        None => Err(Refusal::new(axum::http::StatusCode::NOT_FOUND, "Branch not found")),
    }
}

fn branch_shape(hub: &Hub, repo: &str, name: &str, sha: &str) -> serde_json::Value {
    let protected = hub.state().repos.get(repo).is_some_and(|repo| repo.protected.contains(name));
    json!({
        "name": name,
        "commit": { "sha": sha, "url": format!("{}/repos/{repo}/commits/{sha}", hub.url) },
        "protected": protected,
        "protection_url": format!("{}/repos/{repo}/branches/{name}/protection", hub.url),
    })
}
