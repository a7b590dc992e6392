//! A deployment of the template to the local AWS, by our script in the private Python.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::aws::{ACCESS_KEY, REGION, SECRET_KEY};
use crate::python::scripts;
use crate::{Python, Tool, Workspace};

/// The name of the stack; a local AWS holds one.
pub(crate) const STACK: &str = "quartet";

/// What to deploy.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The SAM template, deployed as it is.
    pub template: PathBuf,
    /// The folder with the functions' binaries.
    pub bin_dir: PathBuf,
    /// Values for parameters that the template must declare.
    pub params: Vec<(String, String)>,
}

/// What the deployment made.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Made {
    pub(crate) outputs: BTreeMap<String, String>,
    /// Physical names by logical ones.
    pub(crate) functions: BTreeMap<String, String>,
}

impl Deployment {
    /// `offers` are values for parameters that the template may declare.
    pub(crate) async fn run(
        &self,
        workspace: &Workspace,
        python: &Python,
        endpoint: &str,
        offers: &[(&str, String)],
    ) -> Result<Made> {
        let mut tool = Tool::new(python.program())
            .arg(scripts(workspace).join("deploy.py"))
            .arg(&self.template)
            .arg(STACK)
            .arg(&self.bin_dir)
            .arg(workspace.private().join("archives"))
            .env("AWS_ENDPOINT_URL", endpoint)
            .env("AWS_DEFAULT_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // A profile of the caller's might name a region, a proxy or a certificate.
            .env("AWS_CONFIG_FILE", "/nonexistent")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
            .env("NO_PROXY", "127.0.0.1");
        for (key, value) in &self.params {
            tool = tool.args(["--param".to_owned(), format!("{key}={value}")]);
        }
        for (key, value) in offers {
            tool = tool.args(["--offer".to_owned(), format!("{key}={value}")]);
        }
        let output = tool.output().await?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            bail!("{} was not deployed: {}", self.template.display(), words.trim());
        }
        serde_json::from_slice(&output.stdout).context("the deployer answered no JSON")
    }
}
