//! `cargo xtask bench`: what one accepted webhook costs the receiver, and one delivery the dispatcher, as they are deployed.

use anyhow::{Result, bail};
use quartet_local::{Python, Set, Tool, Workspace};

use crate::screen::Screen;

/// What is paid for by the event. Each has a script of its name that measures it.
const MEASURED: [&str; 2] = ["receiver", "dispatcher"];

/// Builds each function alone, so that no other function's needs weigh on it, and measures it. Answers whether every
/// figure is within its limit.
pub(crate) async fn bench(screen: &Screen) -> Result<bool> {
    let workspace = Workspace::find().await?;
    let python = Python::ensure(&workspace, Set::Local, || ()).await?;
    let mut within = true;
    for function in MEASURED {
        let step = screen.loud_step(&format!("{function}, as it is deployed"));
        let cargo = Tool::new("cargo").args(["build", "--release", "-p", function]).dir(&workspace.root);
        if !cargo.show().await? {
            bail!("the {function} does not build; cargo says why above");
        }
        step.done("");
        let script = workspace.root.join(format!("infra/local/python/bench/{function}.py"));
        let binary = workspace.target.join("release").join(function);
        within &= Tool::new(python.program()).arg(script).arg(binary).show().await?;
    }
    Ok(within)
}
