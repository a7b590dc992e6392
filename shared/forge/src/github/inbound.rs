//! The bodies of GitHub's webhooks: one struct for each family of events, borrowing from the raw bytes.

use std::borrow::Cow;

use quartet_domain::{
    change::{Change, Check, Connected, Connection, Push, Subject},
    repository::{Provider, Repository},
};
use serde::Deserialize;

use super::pull::PullWire;
use crate::inbound::ReadError;

/// What git writes for "no commit".
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

#[derive(Deserialize)]
struct Account<'a> {
    #[serde(borrow)]
    login: Cow<'a, str>,
}

#[derive(Deserialize)]
struct RepositoryWire<'a> {
    id: u64,
    #[serde(borrow)]
    full_name: Cow<'a, str>,
    #[serde(borrow, default)]
    default_branch: Cow<'a, str>,
    #[serde(default)]
    private: bool,
}

/// The part that every event has.
#[derive(Deserialize)]
struct Common<'a> {
    #[serde(borrow, default)]
    action: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    sender: Option<Account<'a>>,
    #[serde(borrow, default)]
    repository: Option<RepositoryWire<'a>>,
}

#[derive(Deserialize)]
struct PullEvent<'a> {
    #[serde(borrow)]
    pull_request: PullWire<'a>,
}

#[derive(Deserialize)]
struct PushEvent<'a> {
    #[serde(borrow, rename = "ref")]
    reference: Cow<'a, str>,
    #[serde(borrow)]
    before: Cow<'a, str>,
    #[serde(borrow)]
    after: Cow<'a, str>,
    #[serde(borrow, default)]
    head_commit: Option<Commit<'a>>,
    #[serde(borrow)]
    pusher: Pusher<'a>,
}

#[derive(Deserialize)]
struct Commit<'a> {
    #[serde(borrow)]
    message: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Pusher<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

/// A check, a suite, a run of a workflow or a job in it: alike enough for one struct.
#[derive(Deserialize)]
struct CheckWire<'a> {
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    conclusion: Option<Cow<'a, str>>,
    #[serde(borrow)]
    head_sha: Cow<'a, str>,
    #[serde(borrow, default)]
    head_branch: Option<Cow<'a, str>>,
    #[serde(default)]
    pull_requests: Vec<Numbered>,
    #[serde(borrow, default)]
    check_suite: Option<Suite<'a>>,
    #[serde(borrow, default)]
    app: Option<Named<'a>>,
    #[serde(borrow, default)]
    html_url: Option<Cow<'a, str>>,
    /// Of a check run and a job.
    #[serde(borrow, default)]
    completed_at: Option<Cow<'a, str>>,
    /// Of a suite and a workflow's run.
    #[serde(borrow, default)]
    updated_at: Option<Cow<'a, str>>,
}

/// An installation of an application, and what was added to it or taken away.
#[derive(Deserialize)]
struct InstallationEvent<'a> {
    #[serde(borrow, default)]
    repositories: Vec<ConnectedWire<'a>>,
    #[serde(borrow, default)]
    repositories_added: Vec<ConnectedWire<'a>>,
    #[serde(borrow, default)]
    repositories_removed: Vec<ConnectedWire<'a>>,
}

#[derive(Deserialize)]
struct ConnectedWire<'a> {
    id: u64,
    #[serde(borrow)]
    full_name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Suite<'a> {
    #[serde(borrow, default)]
    head_branch: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Numbered {
    number: u64,
}

#[derive(Deserialize)]
struct CheckRunEvent<'a> {
    #[serde(borrow)]
    check_run: CheckWire<'a>,
}

#[derive(Deserialize)]
struct CheckSuiteEvent<'a> {
    #[serde(borrow)]
    check_suite: CheckWire<'a>,
}

#[derive(Deserialize)]
struct WorkflowRunEvent<'a> {
    #[serde(borrow)]
    workflow_run: CheckWire<'a>,
    #[serde(borrow, default)]
    workflow: Option<Named<'a>>,
}

#[derive(Deserialize)]
struct WorkflowJobEvent<'a> {
    #[serde(borrow)]
    workflow_job: CheckWire<'a>,
}

pub(crate) fn read(event_type: &str, body: &[u8]) -> Result<Change, ReadError> {
    let common: Common<'_> = parse(event_type, body)?;
    let mut actor = common.sender.map(|sender| sender.login.into_owned()).unwrap_or_default();
    let itself = common.repository.iter().map(|one| connected(one.id, &one.full_name)).collect();
    let subject = match event_type {
        "pull_request" => {
            let event: PullEvent<'_> = parse(event_type, body)?;
            Subject::PullRequest(event.pull_request.into())
        }
        "push" => {
            let event: PushEvent<'_> = parse(event_type, body)?;
            if actor.is_empty() {
                actor = event.pusher.name.clone().into_owned();
            }
            Subject::Push(push(event))
        }
        "check_run" => {
            let event: CheckRunEvent<'_> = parse(event_type, body)?;
            Subject::Check(check(event.check_run, None, Size::One))
        }
        "check_suite" => {
            let event: CheckSuiteEvent<'_> = parse(event_type, body)?;
            Subject::Check(check(event.check_suite, None, Size::Suite))
        }
        "workflow_run" => {
            let event: WorkflowRunEvent<'_> = parse(event_type, body)?;
            let name = event.workflow.and_then(|workflow| workflow.name);
            Subject::Check(check(event.workflow_run, name, Size::Suite))
        }
        "workflow_job" => {
            let event: WorkflowJobEvent<'_> = parse(event_type, body)?;
            Subject::Check(check(event.workflow_job, None, Size::One))
        }
        "installation" | "installation_repositories" => {
            let event: InstallationEvent<'_> = parse(event_type, body)?;
            Subject::Connection(installation(common.action.as_deref(), event))
        }
        // The first word of a webhook, and its last.
        "ping" => Subject::Connection(Connection { connected: itself, ..Connection::default() }),
        "meta" => Subject::Connection(Connection { disconnected: itself, ..Connection::default() }),
        _ => Subject::Other,
    };
    Ok(Change {
        event_type: event_type.to_owned(),
        action: common.action.unwrap_or_default().into_owned(),
        actor,
        repository: common.repository.map(repository),
        subject,
    })
}

/// The plain parser first; only a body that fails is walked again, to say where.
fn parse<'a, T: Deserialize<'a>>(event_type: &str, body: &'a [u8]) -> Result<T, ReadError> {
    serde_json::from_slice(body).map_err(|error| {
        if !error.is_data() {
            return ReadError::NotJson { line: error.line(), column: error.column() };
        }
        let walked =
            serde_path_to_error::deserialize::<_, T>(&mut serde_json::Deserializer::from_slice(body));
        let at = walked.err().map(|error| error.path().to_string()).unwrap_or_default();
        ReadError::Shape { event_type: event_type.to_owned(), at }
    })
}

fn repository(wire: RepositoryWire<'_>) -> Repository {
    Repository {
        provider: Provider::GitHub,
        id: wire.id,
        full_name: wire.full_name.into_owned(),
        default_branch: wire.default_branch.into_owned(),
        private: wire.private,
    }
}

fn connected(id: u64, full_name: &str) -> Connected {
    Connected { id, full_name: full_name.to_owned() }
}

/// Of one that is suspended GitHub does not say which repositories it had.
fn installation(action: Option<&str>, event: InstallationEvent<'_>) -> Connection {
    let all =
        |wire: Vec<ConnectedWire<'_>>| wire.iter().map(|one| connected(one.id, &one.full_name)).collect();
    match action {
        Some("created") => Connection { connected: all(event.repositories), disconnected: Vec::new() },
        Some("deleted") => Connection { connected: Vec::new(), disconnected: all(event.repositories) },
        _ => Connection {
            connected: all(event.repositories_added),
            disconnected: all(event.repositories_removed),
        },
    }
}

fn push(event: PushEvent<'_>) -> Push {
    let commit = |sha: Cow<'_, str>| (sha != NO_COMMIT).then(|| sha.into_owned());
    Push {
        branch: event.reference.strip_prefix("refs/heads/").unwrap_or_default().to_owned(),
        before: commit(event.before),
        after: commit(event.after),
        message: event.head_commit.map(|commit| commit.message.into_owned()).unwrap_or_default(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    One,
    Suite,
}

/// A suite has no name of its own: it goes by its workflow's or its application's.
fn check(wire: CheckWire<'_>, workflow: Option<Cow<'_, str>>, size: Size) -> Check {
    let named =
        |name: &Option<Cow<'_, str>>| name.as_deref().filter(|name| !name.is_empty()).map(str::to_owned);
    let app = wire.app.and_then(|app| app.name);
    let name = named(&wire.name).or_else(|| named(&workflow)).or_else(|| named(&app)).unwrap_or_default();
    let branch = wire.head_branch.or(wire.check_suite.and_then(|suite| suite.head_branch));
    Check {
        suite: size == Size::Suite,
        name,
        conclusion: wire.conclusion.map(Cow::into_owned),
        head_sha: wire.head_sha.into_owned(),
        branch: branch.unwrap_or_default().into_owned(),
        pulls: wire.pull_requests.into_iter().map(|pull| pull.number).collect(),
        url: wire.html_url.unwrap_or_default().into_owned(),
        at: wire.completed_at.or(wire.updated_at).and_then(|at| at.parse().ok()),
    }
}
