//! Where a branch is, and moving it without overwriting anybody.
//!
//! GitHub's `force: false` takes every fast-forward, also after somebody reset the branch backwards; so the branch is
//! first held against the commit's parent. What a refusal means is read from the branch, not from the message.

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::{
    client::{Request, require_sha},
    commit::CommitWire,
    pace::Again,
};
use crate::{Advance, Branch, Forge, ForgeError};

#[derive(Deserialize)]
struct BranchWire {
    commit: Sha,
    #[serde(default)]
    protected: bool,
}

#[derive(Deserialize)]
struct Sha {
    sha: String,
}

#[derive(Serialize)]
struct Move<'a> {
    sha: &'a str,
    force: bool,
}

impl Forge {
    pub async fn branch(&self, repo: &str, name: &str) -> Result<Branch, ForgeError> {
        let url = self.client.repo_url(repo, &["branches", name])?;
        let wire: BranchWire = self.client.get(url, "a branch").await?;
        Ok(Branch { sha: wire.commit.sha, protected: wire.protected })
    }

    /// Moves `branch` to the commit `to_sha`, if it is at that commit's first parent. Repeating it is harmless.
    pub async fn advance(&self, repo: &str, branch: &str, to_sha: &str) -> Result<Advance, ForgeError> {
        require_sha(to_sha)?;
        let url = self.client.repo_url(repo, &["git", "commits", to_sha])?;
        let commit: CommitWire = self.client.get(url, "a commit").await?;
        let parent = commit.first_parent();
        let before = match self.standing(repo, branch, parent, to_sha).await? {
            Standing::AtParent { protected } => protected,
            Standing::Done => return Ok(Advance::Done),
            Standing::Elsewhere => return Ok(Advance::Moved),
        };
        let path: Vec<&str> = ["git", "refs", "heads"].into_iter().chain(branch.split('/')).collect();
        let url = self.client.repo_url(repo, &path)?;
        let body = Move { sha: to_sha, force: false };
        let answer = self.client.send(Request::write(Method::PATCH, url, &body, Again::Harmless)?).await?;
        match (answer.good(), answer.status) {
            (Ok(()), _) => Ok(Advance::Done),
            (Err(error), 403) if !before => Err(error),
            (Err(_), 403 | 404 | 409 | 422) => match self.standing(repo, branch, parent, to_sha).await? {
                Standing::Done => Ok(Advance::Done),
                Standing::Elsewhere => Ok(Advance::Moved),
                Standing::AtParent { .. } => Ok(Advance::Protected),
            },
            (Err(error), _) => Err(error),
        }
    }

    async fn standing(
        &self,
        repo: &str,
        branch: &str,
        parent: &str,
        to_sha: &str,
    ) -> Result<Standing, ForgeError> {
        match self.branch(repo, branch).await {
            Ok(found) if found.sha == to_sha => Ok(Standing::Done),
            Ok(found) if found.sha == parent => Ok(Standing::AtParent { protected: found.protected }),
            Ok(_) | Err(ForgeError::NotFound) => Ok(Standing::Elsewhere),
            Err(error) => Err(error),
        }
    }
}

enum Standing {
    AtParent { protected: bool },
    Done,
    Elsewhere,
}
