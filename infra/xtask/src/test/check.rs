//! The checks themselves.

use anyhow::Result;
use quartet_local::{Python, Set, Tool, Workspace};

use super::lint;
use crate::screen::Screen;

/// In the order of running: what fails fast comes first.
pub(super) const ALL: &[Check] = &[
    Check::Format,
    Check::Clippy,
    Check::Build,
    Check::Glibc,
    Check::Template,
    Check::States,
    Check::Sample,
    Check::Tests,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    Format,
    Clippy,
    Build,
    Glibc,
    Template,
    States,
    Sample,
    Tests,
}

impl Check {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Clippy => "clippy",
            Self::Build => "build",
            Self::Glibc => "glibc",
            Self::Template => "template",
            Self::States => "states",
            Self::Sample => "sample",
            Self::Tests => "tests",
        }
    }

    pub(super) fn shows(self) -> &'static str {
        match self {
            Self::Format => "the code is formatted",
            Self::Clippy => "no lint is broken",
            Self::Build => "every function builds",
            Self::Glibc => "no function needs a glibc newer than the one of provided.al2023",
            Self::Template => "cfn-lint and the SAM CLI accept the template",
            Self::States => "the state machine is sound",
            Self::Sample => "the sample's own tests pass, before the change and after it",
            Self::Tests => "all tests pass, stories through the deployed stack among them",
        }
    }

    /// Answers the command that decided, and whether it passed.
    pub(super) async fn run(self, workspace: &Workspace, screen: &Screen) -> Result<(String, bool)> {
        match self {
            Self::Format => cargo(workspace, &["fmt", "--all", "--check"]).await,
            Self::Clippy => {
                cargo(
                    workspace,
                    &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"],
                )
                .await
            }
            Self::Build => cargo(workspace, &["build", "--workspace", "--bins"]).await,
            Self::Glibc => lint::glibc(workspace).await,
            Self::Template => lint::template(workspace, screen).await,
            Self::States => lint::states(workspace, screen).await,
            Self::Sample => lint::sample(workspace).await,
            Self::Tests => {
                let announce = || screen.say("    installing the local AWS into the target folder, once");
                let python = Python::ensure(workspace, Set::Local, announce).await?.program();
                let announce = || screen.say("    installing Node.js into the target folder, once");
                let node = Python::ensure(workspace, Set::Node, announce).await?.node().await?;
                let tool = Tool::new("cargo").args(["test", "--workspace", "--quiet"]).dir(&workspace.root);
                let tool = tool.env("QUARTET_TEST_PYTHON", &python).env("QUARTET_TEST_NODE", &node);
                let command = format!(
                    "QUARTET_TEST_PYTHON={} QUARTET_TEST_NODE={} cargo test --workspace",
                    python.display(),
                    node.display()
                );
                Ok((command, tool.show().await?))
            }
        }
    }
}

async fn cargo(workspace: &Workspace, arguments: &[&str]) -> Result<(String, bool)> {
    let passed = Tool::new("cargo").args(arguments).dir(&workspace.root).show().await?;
    Ok((format!("cargo {}", arguments.join(" ")), passed))
}
