//! A commit made by the Git Data API: blobs, then a tree over the parent's, then the commit. No branch moves.
//!
//! Invariant: every object is named by its content and every date is given, so that a repetition makes the same objects.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::{
    client::{Request, require_sha},
    pace::Again,
};
use crate::{Forge, ForgeError, NewCommit, commit::judge};

/// The largest file we commit; GitHub takes 40 MB as base64.
const FILE_BYTES: usize = 20 << 20;

#[derive(Deserialize)]
pub(super) struct CommitWire {
    tree: Object,
    #[serde(default)]
    parents: Vec<Object>,
}

impl CommitWire {
    /// Empty for a first commit, which no branch can stand before.
    pub(super) fn first_parent(&self) -> &str {
        self.parents.first().map_or("", |parent| parent.sha.as_str())
    }
}

#[derive(Deserialize)]
struct Object {
    sha: String,
}

#[derive(Serialize)]
struct BlobBody {
    content: String,
    encoding: &'static str,
}

#[derive(Serialize)]
struct TreeBody<'a> {
    base_tree: &'a str,
    tree: Vec<EntryBody<'a>>,
}

#[derive(Serialize)]
struct EntryBody<'a> {
    path: &'a str,
    mode: &'static str,
    r#type: &'static str,
    sha: String,
}

#[derive(Serialize)]
struct CommitBody<'a> {
    message: &'a str,
    tree: &'a str,
    parents: [&'a str; 1],
    author: Signature<'a>,
    committer: Signature<'a>,
}

#[derive(Clone, Copy, Serialize)]
struct Signature<'a> {
    name: &'a str,
    email: &'a str,
    date: Timestamp,
}

impl Forge {
    /// Makes the commit and answers with its SHA; no branch is moved. The same input gives the same SHA.
    /// [`ForgeError::PathRefused`] before anything is written, if one path is not allowed.
    pub async fn prepare_commit(&self, repo: &str, commit: &NewCommit) -> Result<String, ForgeError> {
        require_sha(&commit.parent)?;
        for (path, content) in &commit.files {
            judge(path).map_err(|reason| ForgeError::PathRefused { path: path.clone(), reason })?;
            if content.len() > FILE_BYTES {
                return Err(ForgeError::TooLarge { what: "a file to commit" });
            }
        }
        let url = self.client.repo_url(repo, &["git", "commits", &commit.parent])?;
        let parent: CommitWire = self.client.get(url, "a commit").await?;
        let modes = self.modes(repo, &parent.tree.sha, commit.files.keys()).await?;

        let mut entries = Vec::with_capacity(commit.files.len());
        for ((path, content), mode) in commit.files.iter().zip(modes) {
            let blob = BlobBody { content: STANDARD.encode(content), encoding: "base64" };
            let sha = self.make(repo, "blobs", &blob).await?;
            entries.push(EntryBody { path, mode, r#type: "blob", sha });
        }
        let tree = self.make(repo, "trees", &TreeBody { base_tree: &parent.tree.sha, tree: entries }).await?;
        if tree == parent.tree.sha {
            return Err(ForgeError::invalid("the commit would change nothing"));
        }
        let date = Timestamp::from_second(commit.at.as_second()).unwrap_or(commit.at);
        let author = Signature { name: &commit.author.name, email: &commit.author.email, date };
        let body = CommitBody {
            message: &commit.message,
            tree: &tree,
            parents: [&commit.parent],
            author,
            committer: author,
        };
        self.make(repo, "commits", &body).await
    }

    async fn make(&self, repo: &str, kind: &str, body: &impl Serialize) -> Result<String, ForgeError> {
        let url = self.client.repo_url(repo, &["git", kind])?;
        let request = Request::write(Method::POST, url, body, Again::Harmless)?;
        let object: Object = self.client.send(request).await?.read("a git object")?;
        Ok(object.sha)
    }
}
