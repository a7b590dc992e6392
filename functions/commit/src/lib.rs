//! Writes verified fixes and the verdict to the forge: the only stage that holds a write token.
//!
//! Invariants: it sees a patch that was verified and judges it again; it commits onto the head that was analysed or not
//! at all; the commit is recorded as ours before any branch points at it; and doing it all twice changes nothing, because
//! the commit's SHA follows from its content and date, and check and comment are found by keys of our own.

pub mod config;
pub mod plan;
mod verdict;

use std::collections::BTreeMap;
use std::time::Instant;

use jiff::Timestamp;
use quartet_aws::announcer::Announcer;
use quartet_aws::commits::Commits;
use quartet_aws::pulls::{Pulls, Round};
use quartet_aws::secrets::Secret;
use quartet_domain::failure::{FORGE_REFUSED, Failed};
use quartet_domain::message::Outcome;
use quartet_domain::patch::Patch;
use quartet_domain::results::{AnalysisResults, FixResults, TestResults};
use quartet_domain::run::{Committed, Ending, Record, Run, Stage, Tested};
use quartet_forge::{Advance, Author, Forge, ForgeError, NewCommit, Settings};
use serde::de::DeserializeOwned;

use crate::plan::{Plan, Withheld, plan};

/// The results contract's message. It ends in the marker that loop guards look for, ours and other people's.
pub const MESSAGE: &str = "🤖 AI Fix: Security vulnerabilities resolved [skip-pipeline]";

/// What outlives a run.
#[derive(Debug)]
pub struct App {
    pub announcer: Announcer,
    pub commits: Commits,
    pub pulls: Pulls,
    pub token: Secret,
    pub forge_url: String,
    pub author: Author,
    pub most_rounds: u32,
}

/// What the stages before found and made.
pub(crate) struct Made {
    pub(crate) found: AnalysisResults,
    pub(crate) fixes: FixResults,
    pub(crate) tests: TestResults,
}

pub async fn handle(app: &App, input: Ending, clock: fn() -> Timestamp) -> Result<Ending, Failed> {
    let (start, now) = (Instant::now(), clock());
    let run = &input.run;
    let tested: Tested = read::<Record<_>>(app, run, "test.json").await?.results;
    // The test stage itself can tell nobody.
    let outcome = Outcome { success: tested.results.success, ..Outcome::good(tested.results.duration) };
    app.announcer.ended(run, Stage::Test, outcome, now).await?;
    let forge = Forge::new(Settings::new(&app.forge_url, app.token.current().await?))
        .map_err(|e| Failed::new(FORGE_REFUSED, e.to_string()))?;
    let fixes: FixResults = read::<Record<_>>(app, run, "fix.json").await?.results;
    let made = Made {
        found: read::<Record<_>>(app, run, "analysis.json").await?.results,
        fixes: fixes.with_proofs(&tested.proofs),
        tests: tested.results,
    };
    let patch = read::<Patch>(app, run, "patch.json").await?.without_rejected(&made.fixes);
    let committed = commit(app, &forge, run, &patch, &made, now).await?;
    verdict::publish(&forge, run, &made, &committed).await?;
    let record = Record { results: committed, api_calls: forge.calls(), bytes: 0, lines: 0 };
    app.announcer.objects.put_json(&run.object("commit.json"), &record).await?;
    let outcome = Outcome::good(to_the_millisecond(start));
    app.announcer.ended(run, Stage::Commit, outcome, clock()).await?;
    Ok(input)
}

fn to_the_millisecond(start: Instant) -> f64 {
    (start.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
}

async fn commit(
    app: &App,
    forge: &Forge,
    run: &Run,
    patch: &Patch,
    made: &Made,
    now: Timestamp,
) -> Result<Committed, Failed> {
    match plan(run.pull.as_ref(), patch.files.len(), made.tests.not_worse) {
        Plan::Nothing => Ok(Committed::default()),
        Plan::Suggest(why) => Ok(withheld(why)),
        Plan::Commit => match patch.judged(&made.fixes) {
            Ok(files) => write(app, forge, run, files, now).await,
            Err(refusal) => {
                tracing::warn!(run = %run.id, "the patch is refused: {refusal}");
                Ok(withheld(Withheld::PatchRefused))
            }
        },
    }
}

async fn write(
    app: &App,
    forge: &Forge,
    run: &Run,
    files: BTreeMap<String, Vec<u8>>,
    now: Timestamp,
) -> Result<Committed, Failed> {
    let repo = &run.repository.full_name;
    let number = run.pull.as_ref().map_or(0, |pull| pull.number);
    let branch = match forge.branch(repo, &run.branch).await {
        Ok(branch) => branch,
        Err(ForgeError::NotFound) => return Ok(withheld(Withheld::Closed)),
        Err(e) => return Err(e.into()),
    };
    // An earlier try of this very stage may have moved the branch to our commit already.
    if branch.sha != run.head_sha && !app.commits.is_ours(&run.repository, &branch.sha).await? {
        return Ok(withheld(Withheld::HeadMoved));
    }
    if branch.protected {
        return Ok(withheld(Withheld::ProtectedBranch));
    }
    let commit = NewCommit {
        parent: run.head_sha.clone(),
        files,
        message: MESSAGE.to_owned(),
        author: app.author.clone(),
        at: run.started_at,
    };
    let sha = match forge.prepare_commit(repo, &commit).await {
        Ok(sha) => sha,
        Err(ForgeError::PathRefused { path, reason }) => {
            tracing::warn!(run = %run.id, "the patch is refused: {path}: {reason}");
            return Ok(withheld(Withheld::PatchRefused));
        }
        Err(e) => return Err(e.into()),
    };
    if app.pulls.count_round(run, number, &sha, app.most_rounds).await? == Round::Capped {
        return Ok(withheld(Withheld::RoundsCapped));
    }
    app.commits.record(&run.repository, &sha, now).await?;
    match forge.advance(repo, &run.branch, &sha).await? {
        Advance::Done => {
            tracing::info!(run = %run.id, sha, "committed");
            Ok(Committed { sha: Some(sha), message: Some(MESSAGE.to_owned()), withheld: None })
        }
        Advance::Moved => Ok(withheld(Withheld::HeadMoved)),
        Advance::Protected => Ok(withheld(Withheld::ProtectedBranch)),
    }
}

fn withheld(why: Withheld) -> Committed {
    Committed { withheld: Some(why.word().to_owned()), ..Committed::default() }
}

async fn read<T: DeserializeOwned>(app: &App, run: &Run, file: &str) -> Result<T, Failed> {
    app.announcer.objects.get_json(&run.object(file)).await?.ok_or_else(|| Failed::missing(file))
}
