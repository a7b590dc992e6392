//! `cargo xtask bench`: what one accepted webhook costs the receiver as it is deployed.

use anyhow::{Result, bail};
use quartet_local::{Python, Set, Tool, Workspace};

use crate::screen::Screen;

/// Builds the receiver alone, so that no other function's needs weigh on it, and measures it. Answers whether every
/// figure is within its limit.
pub(crate) async fn bench(screen: &Screen) -> Result<bool> {
    let workspace = Workspace::find().await?;
    let python = Python::ensure(&workspace, Set::Local, || ()).await?;
    let step = screen.loud_step("receiver, as it is deployed");
    let cargo = Tool::new("cargo").args(["build", "--release", "-p", "receiver"]).dir(&workspace.root);
    if !cargo.show().await? {
        bail!("the receiver does not build; cargo says why above");
    }
    step.done("");
    let script = workspace.root.join("infra/local/python/bench.py");
    Tool::new(python.program()).arg(script).arg(workspace.target.join("release/receiver")).show().await
}
