//! The local forge with the change in it: a bare clone, a hook, a pull request.

use std::path::PathBuf;

use anyhow::{Result, bail};
use quartet_local::forge::{Options, Server};
use quartet_local::{RunFolder, post_json};
use serde_json::json;

use super::origin::Origin;

/// What GitHub would be asked to send (the router records what it does not act on).
const EVENTS: [&str; 6] = ["pull_request", "push", "issues", "issue_comment", "release", "workflow_run"];

/// A running forge with one repository.
pub(crate) struct Forge {
    server: Server,
    token: String,
    name: String,
}

impl Forge {
    pub(super) async fn start(folder: &RunFolder, token: &str, origin: &Origin) -> Result<Self> {
        let root = folder.join("forge");
        let server = Server::start(Options { root, port: None, token: token.to_owned() }).await?;
        server.import(&origin.copy, &origin.name, &origin.base.branch).await?;
        Ok(Self { server, token: token.to_owned(), name: origin.name.clone() })
    }

    pub(super) fn url(&self) -> &str {
        self.server.url()
    }

    /// Makes the hook as a user's tool would, over the forge's own API.
    pub(super) async fn make_hook(&self, url: &str, secret: &str) -> Result<()> {
        let hook = json!({
            "name": "web",
            "active": true,
            "events": EVENTS,
            "config": { "url": url, "content_type": "json", "secret": secret },
        });
        let address = format!("{}/repos/{}/hooks", self.url(), self.name);
        let (status, answer) = post_json(&address, &self.token, &hook).await?;
        if status != 201 {
            bail!("the forge refused the hook with {status}: {answer}");
        }
        Ok(())
    }

    pub(super) async fn open_pull(&self, origin: &Origin) -> Result<u64> {
        let title = format!("Merge {} into {}", origin.head.branch, origin.base.branch);
        self.server.open_pull(&self.name, &origin.base.branch, &origin.head.branch, &title).await
    }

    /// Why the webhook of the pull request was not taken, if it was refused.
    pub(super) fn refused_webhook(&self) -> Option<String> {
        let all = self.server.deliveries(&self.name);
        let outcome = all.iter().rfind(|sent| sent.event == "pull_request")?.outcome.as_ref()?;
        let refused = !(200..300).contains(&outcome.status_code);
        refused.then(|| format!("{} {}: {}", outcome.status_code, outcome.status, outcome.body))
    }

    /// The bare repository, to fetch the commit from.
    pub(super) fn git_dir(&self) -> PathBuf {
        self.server.git_dir(&self.name)
    }

    pub(super) async fn stop(self) {
        self.server.stop().await;
    }
}
