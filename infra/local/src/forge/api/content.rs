//! Commits, comparisons and single files.

use axum::{
    Router,
    extract::{Path, Query, State},
    routing::get,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Shared, ok};
use crate::forge::{objects::Commit, refusal::Refusal, state::Hub};

/// How many files a comparison shows, and how many commits.
const FILES: usize = 300;
const COMMITS: usize = 250;

pub(super) fn routes() -> Router<std::sync::Arc<Hub>> {
    Router::new()
        .route("/repos/{owner}/{repo}/commits/{sha}", get(commit))
        .route("/repos/{owner}/{repo}/compare/{*range}", get(compare))
        .route("/repos/{owner}/{repo}/contents/{*path}", get(contents))
}

pub(super) fn commit_shape(url: &str, repo: &str, commit: &Commit) -> Value {
    let person = |[name, email, date]: &[String; 3]| json!({ "name": name, "email": email, "date": date });
    let parent = |sha: &String| json!({ "sha": sha, "url": format!("{url}/repos/{repo}/commits/{sha}") });
    json!({
        "sha": commit.sha,
        "node_id": format!("C_{}", commit.sha),
        "url": format!("{url}/repos/{repo}/commits/{}", commit.sha),
        "html_url": format!("{url}/{repo}/commit/{}", commit.sha),
        "commit": {
            "author": person(&commit.author),
            "committer": person(&commit.committer),
            "message": commit.message,
            "tree": { "sha": commit.tree, "url": format!("{url}/repos/{repo}/git/trees/{}", commit.tree) },
            "comment_count": 0,
        },
        "author": null,
        "committer": null,
        "parents": commit.parents.iter().map(parent).collect::<Vec<_>>(),
    })
}

async fn commit(State(hub): Shared, Path((owner, repo, sha)): Path<(String, String, String)>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let commit = hub.git.read_commit(&repo, &sha).await?;
    ok(commit_shape(&hub.url, &repo, &commit.ok_or_else(|| Refusal::invalid("No commit found for SHA"))?))
}

async fn compare(State(hub): Shared, Path((owner, repo, range)): Path<(String, String, String)>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let (base, head) = range.split_once("...").ok_or_else(Refusal::not_found)?;
    let base = hub.git.commit(&repo, base).await?.ok_or_else(Refusal::not_found)?;
    let head = hub.git.commit(&repo, head).await?.ok_or_else(Refusal::not_found)?;
    let from = hub.git.merge_base(&repo, &base, &head).await?.unwrap_or_else(|| base.clone());
    let files = hub.git.changed(&repo, &from, &head).await?;
    let (ahead, behind) =
        (hub.git.count(&repo, &base, &head).await?, hub.git.count(&repo, &head, &base).await?);
    let status = match (ahead, behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let range = format!("{base}..{head}");
    let shas = hub.git.run(&repo, &["rev-list", "--reverse", &format!("-n{COMMITS}"), &range]).await?;
    let mut commits = Vec::new();
    for sha in shas.lines() {
        commits.extend(hub.git.read_commit(&repo, sha).await?.map(|one| commit_shape(&hub.url, &repo, &one)));
    }
    let shape = async |sha: &str| {
        let commit = hub.git.read_commit(&repo, sha).await?;
        anyhow::Ok(commit.map(|commit| commit_shape(&hub.url, &repo, &commit)))
    };
    ok(json!({
        "url": format!("{}/repos/{repo}/compare/{base}...{head}", hub.url),
        "base_commit": shape(&base).await?,
        "merge_base_commit": shape(&from).await?,
        "status": status,
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": ahead,
        "commits": commits,
        "files": files.iter().take(FILES).map(|file| file.shape()).collect::<Vec<_>>(),
    }))
}

#[derive(Deserialize)]
struct At {
    r#ref: Option<String>,
}

async fn contents(
    State(hub): Shared,
    Path((owner, repo, path)): Path<(String, String, String)>,
    Query(at): Query<At>,
) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let at = at.r#ref.unwrap_or_else(|| "HEAD".to_owned());
    let commit = hub.git.commit(&repo, &at).await?.ok_or_else(Refusal::not_found)?;
    let sha = hub.git.object(&repo, &format!("{commit}:{path}")).await?.ok_or_else(Refusal::not_found)?;
    let blob = hub.git.ask(&repo, &["cat-file", "blob", &sha]).await.map_err(Refusal::from)?;
    if !blob.status.success() {
        let entries = hub.git.list_tree(&repo, &sha, &[]).await?;
        return ok(Value::Array(entries));
    }
    ok(json!({
        "type": "file",
        "encoding": "base64",
        "size": blob.stdout.len(),
        "name": path.rsplit('/').next(),
        "path": path,
        "content": STANDARD.encode(&blob.stdout),
        "sha": sha,
        "url": format!("{}/repos/{repo}/contents/{path}?ref={at}", hub.url),
    }))
}
