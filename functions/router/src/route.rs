//! One event's way: read, claim, understand, decide, make the task, lead the pull request, start the run.

use jiff::Timestamp;
use quartet_aws::Unavailable;
use quartet_aws::events::Claim;
use quartet_aws::pulls::Lead;
use quartet_domain::access::Owner;
use quartet_domain::change::{Change, Subject};
use quartet_domain::event::{Event, EventStatus};
use quartet_domain::ids::{EventId, TaskId};
use quartet_domain::message::{started, told};
use quartet_domain::run::{Ending, Run};
use quartet_domain::task::{Decision, Known, Task, TaskStatus, TaskType, decide, head, run_of};

use crate::{App, news};

/// What became of an event, for the log.
pub(crate) struct Routed {
    pub(crate) task: Option<String>,
    pub(crate) outcome: &'static str,
}

pub(crate) async fn route(app: &App, id: &EventId, now: Timestamp) -> Result<Routed, Unavailable> {
    let Some(event) = app.events.read(id).await? else {
        return Ok(Routed { task: None, outcome: "no such event: it has expired" });
    };
    if event.status == EventStatus::Processed {
        return Ok(Routed { task: None, outcome: "already processed" });
    }
    if app.events.claim(&event, now).await? == Claim::UsedBy {
        let outcome = "refused: its delivery id came before with another body";
        app.events.finish(id, EventStatus::Processed, outcome, now).await?;
        tracing::warn!(event = %id, delivery = event.delivery_id, metric = "delivery_id_conflict", "{outcome}");
        return Ok(Routed { task: None, outcome });
    }
    let Ok(change) = quartet_forge::inbound::read(&event.event_type, &event.body) else {
        let outcome = "recorded: the body is not of the event's form";
        app.events.finish(id, EventStatus::Processed, outcome, now).await?;
        return Ok(Routed { task: None, outcome });
    };
    news::tell(app, &event, &change).await?;
    let known = Known { own_commit: own_commit(app, &change).await? };
    let routed = match decide(&change, known) {
        Decision::Nothing(outcome) => Routed { task: None, outcome },
        Decision::Keep(kind, status, reason) => {
            let task = task_of(&event, &change, kind, status, reason);
            app.tasks.make(&task).await?;
            Routed { task: Some(task.id.to_string()), outcome: reason }
        }
        Decision::Start(kind) => start(app, &event, &change, kind, now).await?,
    };
    app.events.finish(id, EventStatus::Processed, routed.outcome, now).await?;
    Ok(routed)
}

async fn own_commit(app: &App, change: &Change) -> Result<bool, Unavailable> {
    match (&change.repository, head(change)) {
        (Some(repository), Some(sha)) => app.commits.is_ours(repository, sha).await,
        _ => Ok(false),
    }
}

async fn start(
    app: &App,
    event: &Event,
    change: &Change,
    kind: TaskType,
    now: Timestamp,
) -> Result<Routed, Unavailable> {
    let task = task_of(event, change, kind, TaskStatus::Running, "");
    let Some(mut run) = run_of(change, &task, &event.delivery_id, event.received_at) else {
        return Ok(Routed { task: None, outcome: "the event names no repository" });
    };
    app.tasks.make(&task).await?;
    let Lead::Taken { before } = app.pulls.lead(&run).await? else {
        let reason = "a newer event of the pull request came first";
        app.tasks.set_status(&task.id, TaskStatus::Superseded, reason, now).await?;
        return Ok(Routed { task: Some(task.id.to_string()), outcome: reason });
    };
    if let Some(before) = before {
        supersede(app, &run, &before, now).await?;
    }
    let name = task.id.to_string();
    let subscriptions = app.publisher.all_of(&Owner::deployment()).await?;
    run.told = told(&subscriptions);
    let began = started(&run);
    app.executions.start(&Ending { run, failure: None }).await?;
    // The event's message comes again until all of this succeeds.
    app.publisher.publish_to(&[began], &subscriptions).await?;
    Ok(Routed { task: Some(name), outcome: "started" })
}

/// Ends the run that worked on an older head.
async fn supersede(
    app: &App,
    run: &Run,
    before: &quartet_domain::ids::RunId,
    now: Timestamp,
) -> Result<(), Unavailable> {
    let reason = format!("{} took its place", run.id);
    app.executions.stop(before, &reason).await?;
    match TaskId::parse(&format!("task_{}", before.stem().split('-').next().unwrap_or_default())) {
        Some(task) => app.tasks.set_status(&task, TaskStatus::Superseded, &reason, now).await,
        None => Ok(()),
    }
}

fn task_of(event: &Event, change: &Change, kind: TaskType, status: TaskStatus, reason: &str) -> Task {
    let (pr_number, branch) = match &change.subject {
        Subject::PullRequest(pull) => (Some(pull.number), pull.head_branch.clone()),
        Subject::Push(push) => (None, push.branch.clone()),
        Subject::Check(check) => (check.pulls.first().copied(), check.branch.clone()),
        Subject::Connection(_) | Subject::Other => (None, String::new()),
    };
    let commit_sha = match &change.subject {
        Subject::Check(check) => check.head_sha.clone(),
        Subject::PullRequest(_) | Subject::Push(_) | Subject::Connection(_) | Subject::Other => {
            head(change).unwrap_or_default().to_owned()
        }
    };
    Task {
        id: event.id.task(),
        event: event.id.clone(),
        task_type: kind,
        status,
        repository: change.repository.as_ref().map(|r| r.full_name.clone()).unwrap_or_default(),
        pr_number,
        branch,
        commit_sha,
        reason: reason.to_owned(),
        created_at: event.received_at,
    }
}
