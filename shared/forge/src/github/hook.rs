//! Hooks of a repository: listed, made, taken away.
//!
//! GitHub's default content type is a form, so `json` is always said. Making a hook that exists adopts it (422, then the
//! one with our address is brought up to date); taking away one that is gone is done.

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{client::Request, pace::Again};
use crate::{Forge, ForgeError, Hook, HookEvent};

#[derive(Deserialize)]
struct HookWire {
    id: u64,
    active: bool,
    events: Vec<String>,
    config: ConfigWire,
}

#[derive(Deserialize)]
struct ConfigWire {
    #[serde(default)]
    url: String,
}

#[derive(Serialize)]
struct HookBody<'a> {
    name: &'static str,
    active: bool,
    events: Vec<&'static str>,
    config: ConfigBody<'a>,
}

#[derive(Serialize)]
struct ConfigBody<'a> {
    url: &'a str,
    content_type: &'static str,
    secret: &'a str,
    insecure_ssl: &'static str,
}

impl From<HookWire> for Hook {
    fn from(wire: HookWire) -> Self {
        Self { id: wire.id, url: wire.config.url, active: wire.active, events: wire.events }
    }
}

impl Forge {
    /// All hooks of the repository, ours and others'. GitHub takes 20 for each event, so a page holds them.
    pub async fn hooks(&self, repo: &str) -> Result<Vec<Hook>, ForgeError> {
        let mut url = self.client.repo_url(repo, &["hooks"])?;
        url.query_pairs_mut().append_pair("per_page", "100");
        let hooks: Vec<HookWire> = self.client.get(url, "hooks").await?;
        Ok(hooks.into_iter().map(Hook::from).collect())
    }

    /// Makes the hook, or gives an existing one with this address the secret and the events. The forge then sends a
    /// ping, which may arrive before this returns.
    pub async fn create_hook(
        &self,
        repo: &str,
        url: &str,
        secret: &SecretString,
        events: &[HookEvent],
    ) -> Result<Hook, ForgeError> {
        let body = HookBody {
            name: "web",
            active: true,
            events: events.iter().copied().map(word).collect(),
            config: ConfigBody {
                url,
                content_type: "json",
                secret: secret.expose_secret(),
                insecure_ssl: "0",
            },
        };
        let to = self.client.repo_url(repo, &["hooks"])?;
        // A second try after silence meets a 422 and adopts what the first one made.
        let answer = self.client.send(Request::write(Method::POST, to, &body, Again::Harmless)?).await?;
        if answer.status != 422 {
            return answer.read::<HookWire>("a hook").map(Hook::from);
        }
        let Some(there) = self.hooks(repo).await?.into_iter().find(|hook| hook.url == url) else {
            return Err(answer.good().err().unwrap_or(ForgeError::NotFound));
        };
        let to = self.client.repo_url(repo, &["hooks", &there.id.to_string()])?;
        let answer = self.client.send(Request::write(Method::PATCH, to, &body, Again::Harmless)?).await?;
        answer.read::<HookWire>("a hook").map(Hook::from)
    }

    /// Takes the hook away; one that is gone already is fine.
    pub async fn delete_hook(&self, repo: &str, id: u64) -> Result<(), ForgeError> {
        let url = self.client.repo_url(repo, &["hooks", &id.to_string()])?;
        let request = Request { method: Method::DELETE, url, body: None, again: Again::Harmless };
        match self.client.send(request).await?.good() {
            Err(ForgeError::NotFound) => Ok(()),
            other => other,
        }
    }
}

fn word(event: HookEvent) -> &'static str {
    match event {
        HookEvent::Push => "push",
        HookEvent::PullRequest => "pull_request",
        HookEvent::PullRequestReview => "pull_request_review",
        HookEvent::Check => "check_run",
        HookEvent::CheckSuite => "check_suite",
        HookEvent::Workflow => "workflow_run",
        HookEvent::WorkflowJob => "workflow_job",
        HookEvent::Issue => "issues",
        HookEvent::Comment => "issue_comment",
        HookEvent::Release => "release",
    }
}
