//! A pull request as GitHub shows it: the same object in the API's answer and in a webhook's body.

use std::borrow::Cow;

use quartet_domain::repository::Pull;
use serde::Deserialize;

use crate::{Forge, ForgeError};

#[derive(Deserialize)]
pub(super) struct PullWire<'a> {
    number: u64,
    #[serde(borrow)]
    state: Cow<'a, str>,
    #[serde(borrow)]
    title: Cow<'a, str>,
    #[serde(default)]
    draft: Option<bool>,
    updated_at: jiff::Timestamp,
    #[serde(borrow)]
    head: Side<'a>,
    #[serde(borrow)]
    base: Side<'a>,
}

#[derive(Deserialize)]
struct Side<'a> {
    #[serde(borrow, rename = "ref")]
    branch: Cow<'a, str>,
    #[serde(borrow)]
    sha: Cow<'a, str>,
    /// Null when the repository was deleted.
    #[serde(borrow)]
    repo: Option<SideRepo<'a>>,
}

#[derive(Deserialize)]
struct SideRepo<'a> {
    id: u64,
    #[serde(borrow)]
    full_name: Cow<'a, str>,
}

impl From<PullWire<'_>> for Pull {
    fn from(wire: PullWire<'_>) -> Self {
        // By id, never by name or owner: a fork is whatever is not the very same repository, a deleted one included.
        let same = match (&wire.head.repo, &wire.base.repo) {
            (Some(head), Some(base)) => head.id == base.id,
            _ => false,
        };
        Self {
            number: wire.number,
            title: wire.title.into_owned(),
            base_branch: wire.base.branch.into_owned(),
            base_sha: wire.base.sha.into_owned(),
            head_branch: wire.head.branch.into_owned(),
            head_sha: wire.head.sha.into_owned(),
            head_repository: wire.head.repo.map(|repo| repo.full_name.into_owned()),
            fork: !same,
            draft: wire.draft.unwrap_or(false),
            open: wire.state == "open",
            updated_at: wire.updated_at,
        }
    }
}

#[derive(Deserialize)]
struct Account {
    login: String,
}

impl Forge {
    pub async fn pull(&self, repo: &str, number: u64) -> Result<Pull, ForgeError> {
        let url = self.client.repo_url(repo, &["pulls", &number.to_string()])?;
        self.client.get::<PullOwned>(url, "a pull request").await.map(|PullOwned(pull)| pull)
    }

    /// The login that the token speaks for. Tokens of an installation have none: [`ForgeError::Forbidden`].
    pub async fn identity(&self) -> Result<String, ForgeError> {
        let account: Account = self.client.get(self.client.url(["user"]), "an account").await?;
        Ok(account.login)
    }
}

/// [`PullWire`] borrows, and an answer's buffer does not outlive its reading.
struct PullOwned(Pull);

impl<'de> Deserialize<'de> for PullOwned {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PullWire::deserialize(deserializer).map(|wire| Self(wire.into()))
    }
}
