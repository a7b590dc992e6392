//! One deployed stack: the local AWS, the front door before it, and what the deployment made.
//!
//! [`Stack::start`] does all; a caller that shows progress calls [`Stack::launch`] and [`Stack::deploy`]. The public
//! address is known after `launch`, so that it can be told to the forge and to the template.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::aws::{ACCESS_KEY, Aws, REGION, SECRET_KEY};
use crate::deployment::{Deployment, Made};
use crate::door::Door;
use crate::emulator::Emulator;
use crate::{Python, Set, Workspace};

/// Networks that a stack on one machine may send to besides public ones: its subscribers are on that machine.
pub const EGRESS_ALLOW: &str = "127.0.0.0/8,::1/128";

/// What to start.
#[derive(Clone, Debug)]
pub struct StackOptions {
    pub workspace: Workspace,
    /// For everything that this stack writes.
    pub work_dir: PathBuf,
    pub deployment: Deployment,
}

impl StackOptions {
    /// The product's own template with the functions of `bin_dir`, in a folder of its own.
    pub async fn new(bin_dir: impl Into<PathBuf>) -> Result<Self> {
        let workspace = Workspace::find().await?;
        let work_dir = workspace.run_folder()?.join("aws");
        let template = workspace.root.join("template.yaml");
        Ok(Self {
            workspace,
            work_dir,
            deployment: Deployment { template, bin_dir: bin_dir.into(), params: Vec::new() },
        })
    }

    /// Sets a parameter of the template.
    pub fn param(mut self, key: &str, value: impl Into<String>) -> Self {
        self.deployment.params.push((key.to_owned(), value.into()));
        self
    }
}

/// A running stack; dropping it ends everything.
#[derive(Debug)]
pub struct Stack {
    workspace: Workspace,
    python: Python,
    // In this order: nothing knocks at an emulator that is gone.
    door: Door,
    emulator: Emulator,
    aws: Aws,
    made: Made,
}

impl Stack {
    /// Starts the local AWS and deploys.
    pub async fn start(options: StackOptions) -> Result<Self> {
        let python = Python::ensure(&options.workspace, Set::Local, || ()).await?;
        let mut stack = Self::launch(&options.workspace, &python, &options.work_dir, None).await?;
        stack.deploy(&options.deployment).await?;
        Ok(stack)
    }

    /// Starts the local AWS with nothing in it, and the front door. `functions_call` is given where functions are to call
    /// AWS at another address, which leads to [`Stack::endpoint`].
    pub async fn launch(
        workspace: &Workspace,
        python: &Python,
        work_dir: &Path,
        functions_call: Option<&str>,
    ) -> Result<Self> {
        let door = Door::open().await?;
        let emulator = Emulator::start(workspace, python, work_dir, functions_call).await?;
        let aws = Aws::new(emulator.endpoint().to_owned());
        Ok(Self {
            workspace: workspace.clone(),
            python: python.clone(),
            door,
            emulator,
            aws,
            made: Made::default(),
        })
    }

    /// Deploys, or deploys again with other parameters or binaries, and opens the front door to the API.
    pub async fn deploy(&mut self, deployment: &Deployment) -> Result<()> {
        let python = self.python.program().display().to_string();
        let offers = [
            ("PublicUrl", self.url()),
            ("Python", python),
            ("Stage", "local".to_owned()),
            ("BucketRequiresTls", "false".to_owned()),
            ("EgressAllow", EGRESS_ALLOW.to_owned()),
        ];
        let made = deployment.run(&self.workspace, &self.python, self.emulator.endpoint(), &offers).await;
        // The emulator tells the reasons of a failed deployment to its log alone.
        self.made =
            made.with_context(|| format!("its log says: {}", self.emulator.complaints("[cloudformation]")))?;
        self.door.lead_to(self.emulator.endpoint(), self.output("ApiId")?);
        Ok(())
    }

    /// The deployment's public address, without a slash at its end.
    pub fn url(&self) -> String {
        self.door.url()
    }

    /// The local AWS itself.
    pub fn endpoint(&self) -> &str {
        self.emulator.endpoint()
    }

    pub fn aws(&self) -> &Aws {
        &self.aws
    }

    /// The settings with which any AWS client reaches this local AWS.
    pub fn aws_env(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", self.emulator.endpoint().to_owned()),
            ("AWS_DEFAULT_REGION", REGION.to_owned()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.to_owned()),
        ]
    }

    /// An output of the template.
    pub fn output(&self, name: &str) -> Result<&str> {
        self.made
            .outputs
            .get(name)
            .map(String::as_str)
            .with_context(|| format!("the template has no output {name}"))
    }

    /// The physical name of a function by its name in the template.
    pub fn function(&self, name: &str) -> Result<&str> {
        self.made
            .functions
            .get(name)
            .map(String::as_str)
            .with_context(|| format!("the template has no function {name}"))
    }

    /// Puts a new value into the secret whose ARN this output names; the previous one stays readable as such.
    pub async fn put_secret(&self, output: &str, value: &str) -> Result<()> {
        let input = json!({ "SecretId": self.output(output)?, "SecretString": value });
        self.aws.call("secretsmanager", "secretsmanager.PutSecretValue", &input).await?;
        Ok(())
    }

    /// What the emulator wrote.
    pub fn log(&self) -> &Path {
        self.emulator.log()
    }

    /// The process of MiniStack itself, below its watcher.
    pub fn ministack_pid(&self) -> Option<u32> {
        children(self.emulator.watcher_pid()).into_iter().next()
    }

    /// The living processes of a function, by its name in the template.
    pub fn function_pids(&self, name: &str) -> Result<Vec<u32>> {
        let wanted = format!("AWS_LAMBDA_FUNCTION_NAME={}", self.function(name)?);
        let below = self.ministack_pid().map(children).unwrap_or_default();
        Ok(below.into_iter().filter(|pid| environment(*pid).any(|entry| entry == wanted)).collect())
    }

    /// Ends everything, and returns when nothing is left.
    pub async fn stop(self) -> Result<()> {
        tokio::task::spawn_blocking(move || drop(self)).await.context("stopping the stack failed")
    }
}

/// The direct children of a process, oldest thread's first.
fn children(pid: u32) -> Vec<u32> {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let mut found: Vec<u32> = threads
        .flatten()
        .filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok())
        .flat_map(|text| text.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>())
        .collect();
    found.sort_unstable();
    found
}

fn environment(pid: u32) -> impl Iterator<Item = String> {
    let bytes = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    bytes
        .split(|byte| *byte == 0)
        .map(|entry| String::from_utf8_lossy(entry).into_owned())
        .collect::<Vec<_>>()
        .into_iter()
}
