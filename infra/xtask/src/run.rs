//! `cargo xtask run`: a pull request of any git repository on disk, through the whole product.
//!
//! Each step is one file. Nothing here does the product's work: it starts things, opens a pull request, and looks on.

mod delivery;
mod forge;
mod keep;
mod origin;
mod pipeline;
mod product;
mod sample;
mod summary;

use anyhow::{Context as _, Result};
use quartet_domain::address::Destination;
use quartet_domain::results::{PipelineComplete, PipelineStatus};
use quartet_local::{EGRESS_ALLOW, Python, Refusal, RunFolder, Set, Workspace};

use self::forge::Forge;
use self::origin::Origin;
use self::product::{Product, Secrets};
use crate::cli::RunOptions;
use crate::screen::Screen;

/// Below this, a build or a deployment fails half-way with words that help nobody.
const LEAST_FREE_MEGABYTES: u64 = 300;

/// How a command ended, and what it left running.
pub(crate) struct Finished {
    pub(crate) success: bool,
    pub(crate) kept: Option<keep::Kept>,
}

impl Finished {
    pub(crate) fn with(success: bool) -> Self {
        Self { success, kept: None }
    }
}

pub(crate) async fn run(options: &RunOptions, screen: &Screen) -> Result<Finished> {
    check_receiver(options.receiver.as_deref())?;
    check_out(options.out.as_deref())?;
    let workspace = Workspace::find().await?;
    let folder = workspace.run_folder()?;
    let finished = work(options, screen, &workspace, &folder).await;
    if finished.as_ref().is_err_and(|error| error.chain().any(|cause| cause.is::<Refusal>())) {
        folder.forget();
    }
    finished
}

async fn work(
    options: &RunOptions,
    screen: &Screen,
    workspace: &Workspace,
    folder: &RunFolder,
) -> Result<Finished> {
    product::check_disk(workspace, LEAST_FREE_MEGABYTES).await?;

    let step = screen.step("repository");
    let origin = Origin::prepare(options, workspace, folder).await?;
    let node = product::find_node(origin.has_javascript).await?;
    step.done(&origin.to_string());

    let step = screen.step("private Python");
    let announce = || screen.say("    installing the local AWS into the target folder, once");
    let python = Python::ensure(workspace, Set::Local, announce).await?;
    step.done("");

    let step = screen.loud_step("functions");
    let bin_dir = product::build(workspace, options.release).await?;
    step.done("");

    let step = screen.step("local AWS");
    let mut product = Product::start(workspace, &python, folder).await?;
    step.done(product.stack().aws().endpoint());

    let step = screen.step("local forge");
    let secrets = Secrets::random()?;
    let forge = Forge::start(folder, &secrets.forge_token, &origin).await?;
    step.done(forge.url());

    let step = screen.step("deployment");
    product.deploy(&bin_dir, &secrets, forge.url(), options.receiver.as_deref(), node.as_deref()).await?;
    step.done(&product.stack().url());

    let step = screen.step("pull request");
    forge.make_hook(&product.webhook_url(), &secrets.webhook).await?;
    let number = forge.open_pull(&origin).await?;
    step.done(&format!("#{number} {} ← {}", origin.base.branch, origin.head.branch));

    let run = pipeline::watch(product.stack(), &forge, screen).await?;
    let step = screen.step("delivery");
    let sent = delivery::wait(product.stack(), &run).await?;
    match &sent.trouble {
        None => step.done(&sent.to_string()),
        Some(trouble) => step.failed(trouble),
    }

    let kept_body = folder.join("pipeline_complete.json");
    std::fs::write(&kept_body, &sent.body)?;
    if let Some(out) = &options.out {
        std::fs::write(out, &sent.body).with_context(|| format!("cannot write {}", out.display()))?;
    }
    let complete: PipelineComplete =
        serde_json::from_slice(&sent.body).context("the results are not understood")?;
    let where_to = summary::Places { forge: &forge, origin: &origin, sent: &sent, body: &kept_body };
    screen.say(&summary::text(&complete.results, &where_to));

    let success = matches!(complete.results.pipeline_status, PipelineStatus::Success);
    if !options.keep {
        forge.stop().await;
        product.stop().await?;
        return Ok(Finished::with(success));
    }
    let kept = keep::Kept::new(workspace, product, forge, &secrets)?;
    screen.say(&kept.to_string());
    Ok(Finished { success, kept: Some(kept) })
}

/// A file that cannot be written would show only at the end of the run.
fn check_out(out: Option<&std::path::Path>) -> Result<()> {
    let Some(out) = out else { return Ok(()) };
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    if out.is_dir() || folder.is_some_and(|folder| !folder.is_dir()) {
        return Err(Refusal::new(format!(
            "--out {} cannot be written: give a file in a folder that exists",
            out.display()
        ))
        .into());
    }
    let is_new = !out.exists();
    std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(out)
        .map_err(|error| Refusal::new(format!("--out {} cannot be written: {error}", out.display())))?;
    if is_new {
        std::fs::remove_file(out)?;
    }
    Ok(())
}

/// A wrong address would show only at the end of the run. The dispatcher judges it by the same rules.
fn check_receiver(address: Option<&str>) -> Result<()> {
    let Some(address) = address else { return Ok(()) };
    let allow = EGRESS_ALLOW.parse()?;
    if let Err(refused) = Destination::judge(address, &allow) {
        return Err(Refusal::new(format!(
            "--receiver is not taken: {refused}; give one as http://127.0.0.1:8000/results"
        ))
        .into());
    }
    Ok(())
}
