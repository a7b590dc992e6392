//! The product itself: built, started, deployed, given its secrets.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quartet_local::{Deployment, Python, Refusal, RunFolder, Stack, Tool, Workspace};

/// GitHub's webhooks arrive here.
const WEBHOOK_PATH: &str = "/api/v1/webhooks/github";

/// The secrets of one run; no run has those of another.
pub(super) struct Secrets {
    pub(super) webhook: String,
    pub(super) forge_token: String,
    pub(super) results: String,
    /// The first key to the API.
    pub(super) api_key: String,
}

impl Secrets {
    pub(super) fn random() -> Result<Self> {
        let mut bytes = [0_u8; 128];
        std::io::Read::read_exact(&mut std::fs::File::open("/dev/urandom")?, &mut bytes)?;
        let (webhook, rest) = bytes.split_at(32);
        let (token, rest) = rest.split_at(32);
        let (results, api_key) = rest.split_at(32);
        Ok(Self {
            webhook: hex::encode(webhook),
            forge_token: hex::encode(token),
            // The form of Standard Webhooks.
            results: format!("whsec_{}", STANDARD.encode(results)),
            api_key: format!("qk_{}", hex::encode(api_key)),
        })
    }
}

/// A started product.
pub(super) struct Product {
    workspace: Workspace,
    stack: Stack,
}

impl Product {
    pub(super) async fn start(workspace: &Workspace, python: &Python, folder: &RunFolder) -> Result<Self> {
        let stack = Stack::launch(workspace, python, &folder.join("aws"), None).await?;
        Ok(Self { workspace: workspace.clone(), stack })
    }

    pub(super) async fn deploy(
        &mut self,
        bin_dir: &Path,
        secrets: &Secrets,
        forge_url: &str,
        receiver: Option<&str>,
        node: Option<&Path>,
    ) -> Result<()> {
        let node = node.map(|path| path.display().to_string()).unwrap_or_default();
        let params = [
            ("ForgeApiUrl", forge_url),
            ("ResultsWebhookUrl", receiver.unwrap_or_default()),
            ("Node", &node),
        ];
        let deployment = Deployment {
            template: self.workspace.root.join("template.yaml"),
            bin_dir: bin_dir.to_owned(),
            params: params.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        };
        self.stack.deploy(&deployment).await?;
        for (output, value) in [
            ("WebhookSecretArn", &secrets.webhook),
            ("ForgeTokenArn", &secrets.forge_token),
            ("ResultsSecretArn", &secrets.results),
            ("ApiKeyArn", &secrets.api_key),
        ] {
            self.stack.put_secret(output, value).await?;
        }
        Ok(())
    }

    pub(super) fn stack(&self) -> &Stack {
        &self.stack
    }

    pub(super) fn webhook_url(&self) -> String {
        format!("{}{WEBHOOK_PATH}", self.stack.url())
    }

    pub(super) async fn stop(self) -> Result<()> {
        self.stack.stop().await
    }
}

/// Builds every function and answers the folder of the binaries. Always the whole workspace: another choice of packages
/// unifies features differently and compiles the AWS SDK again.
pub(super) async fn build(workspace: &Workspace, release: bool) -> Result<PathBuf> {
    let profile: &[&str] = if release { &["--release"] } else { &[] };
    let cargo =
        Tool::new("cargo").args(["build", "--workspace", "--bins"]).args(profile).dir(&workspace.root);
    if !cargo.show().await? {
        bail!("the functions do not build; cargo says why above");
    }
    Ok(workspace.target.join(if release { "release" } else { "debug" }))
}

/// The first release whose test runner tells all that is asked of it.
const OLDEST_NODE: u32 = 20;

/// The path of Node.js, which is needed only where there is JavaScript to test.
pub(super) async fn find_node(needed: bool) -> Result<Option<PathBuf>> {
    let asked = "process.versions.node + ' ' + process.execPath";
    let lack = match Tool::new("node").args(["-p", asked]).text().await {
        Ok(answer) => match judge_node(&answer) {
            Ok(path) => return Ok(Some(path)),
            Err(lack) => lack,
        },
        Err(error) if error.is::<Refusal>() => "is not installed".to_owned(),
        Err(error) => return Err(error),
    };
    if !needed {
        return Ok(None);
    }
    Err(Refusal::new(format!(
        "node {lack}, and the repository has JavaScript to test: install Node.js {OLDEST_NODE} or newer and run this again"
    ))
    .into())
}

/// Takes a version and a path; says what is wrong with the version.
fn judge_node(answer: &str) -> Result<PathBuf, String> {
    let (version, path) = answer.trim().split_once(' ').unwrap_or((answer, ""));
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| major >= OLDEST_NODE) {
        Ok(path.into())
    } else {
        Err(format!("is {version}"))
    }
}

/// Refuses before the work rather than in its middle.
pub(super) async fn check_disk(workspace: &Workspace, least_megabytes: u64) -> Result<()> {
    let table = Tool::new("df").args(["-Pm"]).arg(workspace.private()).env("LC_ALL", "C").text().await?;
    let free = table.lines().last().and_then(|line| line.split_whitespace().nth(3)?.parse::<u64>().ok());
    let free = free.context("df answers in a way that is not understood")?;
    if free < least_megabytes {
        return Err(Refusal::new(format!(
            "only {free} MB are free below {}: free {least_megabytes} MB, or set CARGO_TARGET_DIR to a folder on another disk",
            workspace.target.display()
        ))
        .into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_node_is_told_from_a_new_one() {
        assert_eq!(judge_node("20.0.0 /usr/bin/node\n"), Ok(PathBuf::from("/usr/bin/node")));
        assert_eq!(judge_node("24.1.0 /opt/my node/bin/node"), Ok(PathBuf::from("/opt/my node/bin/node")));
        assert_eq!(judge_node("18.20.4 /usr/bin/node"), Err("is 18.20.4".to_owned()));
    }
}
