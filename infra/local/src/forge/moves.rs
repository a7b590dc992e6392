//! Branches that move, and what the forge then tells: `push` to the repository's hooks, `pull_request` to those of every
//! repository with a pull request from this branch.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    git::NO_COMMIT,
    objects::{Entry, Signature},
    shape,
    state::{Hub, Pull},
};

/// What became of the wish to move a ref.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Moved {
    Done,
    /// It was at that commit already: nothing is told.
    Same,
    Missing,
    NoObject,
    NotFastForward,
    Protected,
    /// Somebody else was faster.
    Raced,
}

impl Moved {
    pub(super) fn require(self) -> Result<()> {
        if matches!(self, Self::Done | Self::Same) {
            Ok(())
        } else {
            bail!("the branch did not move: {self:?}")
        }
    }
}

/// Who moves a branch, and with which right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mover<'a> {
    pub(super) login: &'a str,
    pub(super) force: bool,
    /// Whether protection holds for them.
    pub(super) bound: bool,
}

impl Hub {
    /// Moves an existing branch by compare-and-swap, and tells.
    pub(super) async fn move_branch(
        self: &Arc<Self>,
        repo: &str,
        branch: &str,
        to: &str,
        mover: Mover<'_>,
    ) -> Result<Moved> {
        let Some(before) = self.git.branch(repo, branch).await? else { return Ok(Moved::Missing) };
        if self.git.commit(repo, to).await?.as_deref() != Some(to) {
            return Ok(Moved::NoObject);
        }
        let protected = self.state().repos.get(repo).is_some_and(|repo| repo.protected.contains(branch));
        if protected && mover.bound {
            return Ok(Moved::Protected);
        }
        if before == to {
            return Ok(Moved::Same);
        }
        if !mover.force && !self.git.is_ancestor(repo, &before, to).await? {
            return Ok(Moved::NotFastForward);
        }
        if !self.git.swap(repo, &format!("refs/heads/{branch}"), to, &before).await? {
            return Ok(Moved::Raced);
        }
        self.tell(repo, branch, &before, to, mover.login).await?;
        Ok(Moved::Done)
    }

    /// Makes a branch. False when there is one, or the name is none.
    pub(super) async fn make_branch(
        self: &Arc<Self>,
        repo: &str,
        branch: &str,
        sha: &str,
        login: &str,
    ) -> Result<bool> {
        let name = format!("refs/heads/{branch}");
        if !self.git.is_ref_name(repo, &name).await? || !self.git.swap(repo, &name, sha, NO_COMMIT).await? {
            return Ok(false);
        }
        self.tell(repo, branch, NO_COMMIT, sha, login).await?;
        Ok(true)
    }

    /// A commit on top of a branch, by the owner of the repository, as from a developer's machine.
    pub(super) async fn push(
        self: &Arc<Self>,
        repo: &str,
        branch: &str,
        files: &BTreeMap<String, Option<String>>,
        message: &str,
    ) -> Result<String> {
        let owner = repo.split_once('/').map_or("", |(owner, _)| owner);
        let before = self.git.branch(repo, branch).await?.with_context(|| format!("no branch {branch}"))?;
        let mut entries = Vec::new();
        for (path, content) in files {
            let sha = match content {
                Some(content) => Some(self.git.write_blob(repo, content.as_bytes()).await?),
                None => None,
            };
            entries.push(Entry { mode: "100644".to_owned(), sha, path: path.clone() });
        }
        let tree = self.git.write_tree(repo, Some(&before), &entries).await?;
        let at = Timestamp::now();
        let who = Signature { name: owner.to_owned(), email: format!("{owner}@example.com"), at };
        let commit = self.git.write_commit(repo, &tree, &[before], message, [&who, &who]).await?;
        let mover = Mover { login: owner, force: false, bound: false };
        self.move_branch(repo, branch, &commit, mover).await?.require()?;
        Ok(commit)
    }

    async fn tell(
        self: &Arc<Self>,
        repo: &str,
        branch: &str,
        before: &str,
        after: &str,
        login: &str,
    ) -> Result<()> {
        let payload = self.push_payload(repo, branch, before, after, login).await?;
        self.publish(repo, "push", &payload);
        let touched: Vec<(String, u64)> = {
            let state = self.state();
            let all = state.repos.values().flat_map(|base| base.pulls.values().map(move |pull| (base, pull)));
            let from_here = |pull: &Pull| {
                pull.open && pull.head_branch == branch && pull.head_repo.as_deref() == Some(repo)
            };
            all.filter(|(_, pull)| from_here(pull))
                .map(|(base, pull)| (base.full_name.clone(), pull.number))
                .collect()
        };
        for (base, number) in touched {
            self.bring_objects(&base, number, repo, after).await?;
            self.change_pull(&base, number, |pull| pull.head_sha = after.to_owned());
            let more = json!({ "before": before, "after": after });
            self.publish_pull(&base, number, "synchronize", login, more).await?;
        }
        Ok(())
    }

    /// `refs/pull/{number}/head` in the base repository, with the objects of a fork.
    pub(super) async fn bring_objects(
        &self,
        base: &str,
        number: u64,
        head_repo: &str,
        sha: &str,
    ) -> Result<()> {
        let name = format!("refs/pull/{number}/head");
        if base != head_repo {
            let from = self.git.dir(head_repo).display().to_string();
            self.git.run(base, &["fetch", "--quiet", "--no-tags", &from, &format!("+{sha}:{name}")]).await?;
        }
        self.git.run(base, &["update-ref", &name, sha]).await?;
        Ok(())
    }

    pub(super) fn change_pull(&self, repo: &str, number: u64, change: impl FnOnce(&mut Pull)) {
        if let Some(pull) = self.state().repos.get_mut(repo).and_then(|repo| repo.pulls.get_mut(&number)) {
            change(pull);
            pull.updated_at = now();
        }
    }

    /// Sends a `pull_request` event; `more` holds the fields that only this action has.
    pub(super) async fn publish_pull(
        self: &Arc<Self>,
        repo: &str,
        number: u64,
        action: &str,
        login: &str,
        more: Value,
    ) -> Result<()> {
        let pull = self.pull_shape(repo, number).await?.context("no such pull request")?;
        let mut payload = json!({
            "action": action,
            "number": number,
            "pull_request": pull,
            "repository": self.repo_shape(repo),
            "sender": shape::user(&self.url, login),
        });
        if let (Value::Object(payload), Value::Object(more)) = (&mut payload, more) {
            payload.extend(more);
        }
        self.publish(repo, "pull_request", &payload);
        Ok(())
    }

    pub(super) async fn pull_shape(&self, repo: &str, number: u64) -> Result<Option<Value>> {
        let (repo_state, pull) = {
            let state = self.state();
            let Some(repo_state) = state.repos.get(repo) else { return Ok(None) };
            let Some(pull) = repo_state.pulls.get(&number) else { return Ok(None) };
            (repo_state.clone(), pull.clone())
        };
        let weight = self.git.weigh(repo, &pull.base_sha, &pull.head_sha).await?;
        let head = pull.head_repo.as_deref().map_or(Value::Null, |name| self.repo_shape(name));
        let base = self.repo_shape(repo);
        Ok(Some(shape::pull(&self.url, &repo_state, &pull, base, head, weight)))
    }

    /// Null when there is no such repository.
    pub(super) fn repo_shape(&self, repo: &str) -> Value {
        let state = self.state();
        let dir = self.git.dir(repo).display().to_string();
        state.repos.get(repo).map_or(Value::Null, |repo| shape::repository(&self.url, repo, &dir))
    }
}

/// To the second, as GitHub says times.
pub(super) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
