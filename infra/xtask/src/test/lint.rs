//! Checks by other people's programs: the template's, the state machine's, the binaries', the sample's.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use quartet_local::{Python, Set, Tool, Workspace};

use crate::screen::Screen;

/// The newest glibc that Amazon Linux 2023 has.
const GLIBC: &str = "2.34";
const VALIDATOR: &str = "infra/xtask/asl";

/// Reads the symbol versions of every binary that the template deploys.
pub(super) async fn glibc(workspace: &Workspace) -> Result<(String, bool)> {
    let script = workspace.root.join("infra/local/python/glibc.py");
    let template = workspace.root.join("template.yaml");
    let binaries = workspace.target.join("debug");
    show("python3", &[&script, Path::new(GLIBC), &template, &binaries], workspace).await
}

pub(super) async fn template(workspace: &Workspace, screen: &Screen) -> Result<(String, bool)> {
    let announce = || screen.say("    installing cfn-lint and the SAM CLI into the target folder, once");
    let python = Python::ensure(workspace, Set::Lint, announce).await?;
    let template = workspace.root.join("template.yaml");
    let (command, passed) = show(python.script("cfn-lint"), &[&template], workspace).await?;
    if !passed {
        return Ok((command, false));
    }
    let sam = python.script("sam");
    let tool = Tool::new(&sam)
        .args(["validate", "--lint", "--template"])
        .arg(&template)
        .dir(&workspace.root)
        .env("SAM_CLI_TELEMETRY", "0")
        // It wants a region to name, and asks nobody.
        .env("AWS_DEFAULT_REGION", "us-east-1");
    Ok((format!("{} validate --lint --template {}", sam.display(), template.display()), tool.show().await?))
}

/// npm's asl-validator knows JSONata and finds broken targets, which the local AWS accepts.
pub(super) async fn states(workspace: &Workspace, screen: &Screen) -> Result<(String, bool)> {
    let validator = validator(workspace, screen).await?;
    let machine = workspace.root.join("infra/pipeline.asl.json");
    show("node", &[&validator, Path::new("--json-path"), &machine], workspace).await
}

/// Installs it when its lock file is not the installed one.
async fn validator(workspace: &Workspace, screen: &Screen) -> Result<PathBuf> {
    let (from, to) = (workspace.root.join(VALIDATOR), workspace.private().join("asl"));
    let lock =
        std::fs::read(from.join("package-lock.json")).context("cannot read the validator's lock file")?;
    let marker = to.join("installed.json");
    if std::fs::read(&marker).ok().as_ref() != Some(&lock) {
        screen.say("    installing asl-validator into the target folder, once");
        std::fs::create_dir_all(&to)?;
        for name in ["package.json", "package-lock.json"] {
            std::fs::copy(from.join(name), to.join(name))?;
        }
        let install = ["ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"];
        Tool::new("npm").args(install).arg(&to).text().await?;
        std::fs::write(&marker, &lock)?;
    }
    Ok(to.join("node_modules/asl-validator/dist/bin/asl-validator.js"))
}

/// Both states of the sample, in folders of their own.
pub(super) async fn sample(workspace: &Workspace) -> Result<(String, bool)> {
    let script = workspace.root.join("infra/sample/check.sh");
    show("bash", &[&script], workspace).await
}

async fn show(
    program: impl AsRef<Path>,
    arguments: &[&Path],
    workspace: &Workspace,
) -> Result<(String, bool)> {
    let program = program.as_ref();
    let command: Vec<String> =
        std::iter::once(&program).chain(arguments).map(|word| word.display().to_string()).collect();
    let passed = Tool::new(program).args(arguments).dir(&workspace.root).show().await?;
    Ok((command.join(" "), passed))
}
