//! The Git Data API: blobs, trees and commits.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, State},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Shared, created, ok, read};
use crate::forge::{
    objects::{Commit, Entry, Signature},
    refusal::Refusal,
    shape::BOT,
    state::Hub,
};

/// GitHub cuts a recursive listing here.
const ENTRIES: usize = 100_000;

pub(super) fn routes() -> Router<std::sync::Arc<Hub>> {
    Router::new()
        .route("/repos/{owner}/{repo}/git/blobs", post(make_blob))
        .route("/repos/{owner}/{repo}/git/blobs/{sha}", get(blob))
        .route("/repos/{owner}/{repo}/git/trees", post(make_tree))
        .route("/repos/{owner}/{repo}/git/trees/{*sha}", get(tree))
        .route("/repos/{owner}/{repo}/git/commits", post(make_commit))
        .route("/repos/{owner}/{repo}/git/commits/{sha}", get(commit))
}

#[derive(Deserialize)]
struct MakeBlob {
    content: String,
    #[serde(default)]
    encoding: String,
}

async fn make_blob(State(hub): Shared, Path((owner, repo)): Path<(String, String)>, body: Bytes) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let asked: MakeBlob = read(&body)?;
    let content = match asked.encoding.as_str() {
        "base64" => {
            let packed: String = asked.content.split_whitespace().collect();
            STANDARD.decode(packed).map_err(|_| Refusal::invalid("content is not valid Base64"))?
        }
        "" | "utf-8" => asked.content.into_bytes(),
        _ => return Err(Refusal::invalid("encoding must be utf-8 or base64")),
    };
    let sha = hub.git.write_blob(&repo, &content).await?;
    created(json!({ "sha": sha, "url": format!("{}/repos/{repo}/git/blobs/{sha}", hub.url) }))
}

async fn blob(State(hub): Shared, Path((owner, repo, sha)): Path<(String, String, String)>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let sha = hub.git.object(&repo, &format!("{sha}^{{blob}}")).await?.ok_or_else(Refusal::not_found)?;
    let content = hub.git.ask(&repo, &["cat-file", "blob", &sha]).await?.stdout;
    ok(
        json!({ "sha": sha, "size": content.len(), "encoding": "base64", "content": STANDARD.encode(content) }),
    )
}

#[derive(Deserialize)]
struct MakeTree {
    base_tree: Option<String>,
    tree: Vec<MakeEntry>,
}

#[derive(Deserialize)]
struct MakeEntry {
    path: String,
    mode: String,
    #[serde(default, deserialize_with = "said")]
    sha: Option<Option<String>>,
    content: Option<String>,
}

/// Tells a `null`, which takes a path away, from a field that is not there.
fn said<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

async fn make_tree(State(hub): Shared, Path((owner, repo)): Path<(String, String)>, body: Bytes) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let asked: MakeTree = read(&body)?;
    let base = match &asked.base_tree {
        Some(base) => {
            Some(hub.git.object(&repo, &format!("{base}^{{tree}}")).await?.ok_or_else(Refusal::not_found)?)
        }
        None => None,
    };
    let mut entries = Vec::with_capacity(asked.tree.len());
    for entry in asked.tree {
        if !matches!(entry.mode.as_str(), "100644" | "100755" | "040000" | "160000" | "120000") {
            return Err(Refusal::invalid("tree.mode must be one of 100644, 100755, 040000, 160000, 120000"));
        }
        let sha = match (entry.sha, entry.content) {
            (Some(sha), None) => sha,
            (None, Some(content)) => Some(hub.git.write_blob(&repo, content.as_bytes()).await?),
            _ => return Err(Refusal::invalid("Must supply either tree.sha or tree.content")),
        };
        if let Some(sha) = &sha
            && hub.git.object(&repo, &format!("{sha}^{{object}}")).await?.is_none()
        {
            return Err(Refusal::invalid(&format!("tree.sha {sha} is not a valid object")));
        }
        entries.push(Entry { mode: entry.mode, sha, path: entry.path });
    }
    let tree = hub.git.write_tree(&repo, base.as_deref(), &entries).await;
    let sha = tree.map_err(|error| Refusal::invalid(&error.to_string()))?;
    created(tree_shape(&hub, &repo, &sha, &[]).await?)
}

#[derive(Deserialize)]
struct How {
    recursive: Option<String>,
}

async fn tree(
    State(hub): Shared,
    Path((owner, repo, sha)): Path<(String, String, String)>,
    Query(how): Query<How>,
) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let sha = hub.git.object(&repo, &format!("{sha}^{{tree}}")).await?.ok_or_else(Refusal::not_found)?;
    let flags: &[&str] = if how.recursive.is_some() { &["-r", "-t"] } else { &[] };
    ok(tree_shape(&hub, &repo, &sha, flags).await?)
}

async fn tree_shape(hub: &Hub, repo: &str, sha: &str, flags: &[&str]) -> Result<Value, Refusal> {
    let mut entries = hub.git.list_tree(repo, sha, flags).await?;
    let truncated = entries.len() > ENTRIES;
    entries.truncate(ENTRIES);
    let url = format!("{}/repos/{repo}/git/trees/{sha}", hub.url);
    Ok(json!({ "sha": sha, "url": url, "tree": entries, "truncated": truncated }))
}

#[derive(Deserialize)]
struct MakeCommit {
    message: String,
    tree: String,
    #[serde(default)]
    parents: Vec<String>,
    author: Option<Person>,
    committer: Option<Person>,
}

#[derive(Clone, Deserialize)]
struct Person {
    name: String,
    email: String,
    date: Option<Timestamp>,
}

async fn make_commit(State(hub): Shared, Path((owner, repo)): Path<(String, String)>, body: Bytes) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let asked: MakeCommit = read(&body)?;
    let tree = hub.git.object(&repo, &format!("{}^{{tree}}", asked.tree)).await?;
    let tree = tree.ok_or_else(|| Refusal::invalid("Tree SHA does not exist"))?;
    for parent in &asked.parents {
        if hub.git.commit(&repo, parent).await?.as_ref() != Some(parent) {
            return Err(Refusal::invalid("Parent SHA does not exist or is not a commit object"));
        }
    }
    let signed = |person: Option<Person>| {
        let person = person.unwrap_or_else(|| Person {
            name: BOT.to_owned(),
            email: format!("{BOT}@example.com"),
            date: None,
        });
        Signature { name: person.name, email: person.email, at: person.date.unwrap_or_else(Timestamp::now) }
    };
    let author = signed(asked.author.clone());
    let committer = signed(asked.committer.or(asked.author));
    let who = [&author, &committer];
    let sha = hub.git.write_commit(&repo, &tree, &asked.parents, &asked.message, who).await?;
    let commit = hub.git.read_commit(&repo, &sha).await?.ok_or_else(Refusal::not_found)?;
    created(commit_shape(&hub, &repo, &commit))
}

async fn commit(State(hub): Shared, Path((owner, repo, sha)): Path<(String, String, String)>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let commit = hub.git.read_commit(&repo, &sha).await?.ok_or_else(Refusal::not_found)?;
    ok(commit_shape(&hub, &repo, &commit))
}

/// A git commit is flat here; elsewhere GitHub nests it.
fn commit_shape(hub: &Hub, repo: &str, commit: &Commit) -> Value {
    let mut shape = super::content::commit_shape(&hub.url, repo, commit);
    let inner = shape["commit"].take();
    json!({
        "sha": commit.sha,
        "node_id": shape["node_id"],
        "url": format!("{}/repos/{repo}/git/commits/{}", hub.url, commit.sha),
        "html_url": shape["html_url"],
        "author": inner["author"],
        "committer": inner["committer"],
        "message": inner["message"],
        "tree": inner["tree"],
        "parents": shape["parents"],
        "verification": { "verified": false, "reason": "unsigned", "signature": null, "payload": null },
    })
}
