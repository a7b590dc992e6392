//! Pull requests opened and closed, forks made.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::{
    moves::now,
    state::{Hub, Pull},
};

/// A pull request to be opened.
pub(super) struct Proposal<'a> {
    pub(super) title: &'a str,
    pub(super) body: Option<&'a str>,
    /// A branch of the repository, or a commit, which gets a branch of its own.
    pub(super) base: &'a str,
    /// `branch`, or `owner:branch` of a fork.
    pub(super) head: &'a str,
    pub(super) draft: bool,
    pub(super) login: Option<&'a str>,
}

impl Hub {
    pub(super) async fn open_pull(self: &Arc<Self>, repo: &str, proposal: Proposal<'_>) -> Result<u64> {
        let (head_repo, head_branch) = self.find_head(repo, proposal.head)?;
        let head_sha = self.git.branch(&head_repo, &head_branch).await?;
        let head_sha = head_sha.with_context(|| format!("no branch {head_branch} in {head_repo}"))?;
        let (base_branch, base_sha) = self.find_base(repo, proposal.base).await?;
        let owner = head_repo.split_once('/').map_or("", |(owner, _)| owner);
        let login = proposal.login.unwrap_or(owner);
        let number = {
            let mut state = self.state();
            let (number, id) = (state.next_number(repo), state.id());
            let pull = Pull {
                id,
                number,
                title: proposal.title.to_owned(),
                body: proposal.body.map(str::to_owned),
                author: login.to_owned(),
                base_branch,
                base_sha,
                head_repo: Some(head_repo.clone()),
                head_branch,
                head_sha: head_sha.clone(),
                open: true,
                draft: proposal.draft,
                created_at: now(),
                updated_at: now(),
            };
            state.repos.get_mut(repo).context("no such repository")?.pulls.insert(number, pull);
            number
        };
        self.bring_objects(repo, number, &head_repo, &head_sha).await?;
        self.publish_pull(repo, number, "opened", login, json!({})).await?;
        Ok(number)
    }

    /// Opens or closes it, and tells.
    pub(super) async fn set_open(
        self: &Arc<Self>,
        repo: &str,
        number: u64,
        open: bool,
        login: &str,
    ) -> Result<()> {
        self.change_pull(repo, number, |pull| pull.open = open);
        let action = if open { "reopened" } else { "closed" };
        self.publish_pull(repo, number, action, login, json!({})).await
    }

    /// A copy of the repository under another owner.
    pub(super) async fn fork(&self, repo: &str, owner: &str) -> Result<String> {
        let (name, default_branch) = {
            let state = self.state();
            let parent = state.repos.get(repo).context("no such repository")?;
            (parent.name().to_owned(), parent.default_branch.clone())
        };
        let fork = format!("{owner}/{name}");
        require_name(&fork)?;
        self.git.import(&self.git.dir(repo), &fork, &default_branch).await?;
        self.state().add_repo(&fork, &default_branch, Some(repo.to_owned()));
        Ok(fork)
    }

    fn find_head(&self, repo: &str, head: &str) -> Result<(String, String)> {
        let state = self.state();
        let base = state.repos.get(repo).context("no such repository")?;
        match head.split_once(':') {
            Some((owner, branch)) if owner != base.owner() => {
                let of_owner =
                    |one: &&super::state::Repo| one.owner() == owner && one.parent.as_deref() == Some(repo);
                let fork = state.repos.values().find(of_owner).context("no such fork")?;
                Ok((fork.full_name.clone(), branch.to_owned()))
            }
            Some((_, branch)) => Ok((repo.to_owned(), branch.to_owned())),
            None => Ok((repo.to_owned(), head.to_owned())),
        }
    }

    async fn find_base(&self, repo: &str, base: &str) -> Result<(String, String)> {
        if let Some(sha) = self.git.branch(repo, base).await? {
            return Ok((base.to_owned(), sha));
        }
        let sha = self.git.commit(repo, base).await?;
        let sha = sha.with_context(|| format!("no branch or commit {base} in {repo}"))?;
        let branch = format!("base-{}", &sha[..12]);
        self.git.run(repo, &["update-ref", &format!("refs/heads/{branch}"), &sha]).await?;
        Ok((branch, sha))
    }
}

/// Names become folders: nothing but plain words may.
pub(super) fn require_name(repo: &str) -> Result<()> {
    let plain = |word: &str| {
        !word.is_empty()
            && !word.starts_with(['.', '-'])
            && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
    };
    match repo.split_once('/') {
        Some((owner, name)) if plain(owner) && plain(name) => Ok(()),
        _ => bail!("a repository is named `owner/name`"),
    }
}
