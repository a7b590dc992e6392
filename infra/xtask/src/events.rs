//! `cargo xtask events`: the signed sample events in `events/`, one for every function, in the form that it receives.
//!
//! They tell one story, the sample application's pull request, and fit together: every id is computed from what it
//! names and the sample's commits have fixed dates, so the files are the same wherever they are made.

mod envelope;
mod payload;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use quartet_domain::event::DEFAULT_CONNECTION;
use quartet_domain::ids::EventId;
use quartet_domain::run::{Run, TestJob};
use quartet_domain::signature::{over_body, standard::Key};
use quartet_domain::task::{Task, TaskStatus, TaskType, run_of};
use quartet_local::{Tool, Workspace, sample};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::screen::Screen;

/// Signs the webhook. A sample's secret is in public: never deploy with it.
const WEBHOOK_SECRET: &str = "quartet-sample-secret";
/// Signs the results: the base64 of "quartet-sample-results-secret!!!".
const RESULTS_SECRET: &str = "whsec_cXVhcnRldC1zYW1wbGUtcmVzdWx0cy1zZWNyZXQhISE=";
/// The first key to the API.
const API_KEY: &str = "quartet-sample-key-that-everybody-knows";
/// When the webhook came.
const RECEIVED_AT: &str = "2026-01-05T09:10:00Z";
const DELIVERY_ID: &str = "6e4e1f04-ea16-11f0-9c9d-5f8a1f0e2b77";
const PUBLISHED: &str = "pipeline_complete.json";

/// Writes the files anew.
pub(crate) async fn write(screen: &Screen) -> Result<()> {
    let workspace = Workspace::find().await?;
    for (name, text) in samples(&workspace).await? {
        let path = workspace.root.join("events").join(&name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        screen.say(&format!("events/{name}"));
    }
    Ok(())
}

/// Every sample by its file's name.
async fn samples(workspace: &Workspace) -> Result<BTreeMap<String, String>> {
    let (base_sha, head_sha) = commits(workspace).await?;
    let at: Timestamp = RECEIVED_AT.parse()?;
    let body = sorted(payload::opened(&base_sha, &head_sha)).to_string();
    let event = EventId::of(DEFAULT_CONNECTION, "pull_request", body.as_bytes());
    let run = run(&event, &body, at)?;
    let results = results(workspace, &run)?;
    let message = run.id.message();
    let failure = json!({
        "stage": "analyze", "Error": "Runtime.ExitError",
        "Cause": json!({ "errorType": "Runtime.ExitError", "errorMessage": "the process ended" }).to_string(),
    });
    let state = json!({ "run": run });
    let events = [
        ("receiver", envelope::http("/api/v1/webhooks/github", webhook_headers(&body), &body, at)),
        ("router", envelope::sqs("events", event.as_str(), at)),
        ("stage-build", state.clone()),
        ("stage-analyze", state.clone()),
        ("stage-fix", state.clone()),
        ("stage-test", json!({ "job": job(&run) })),
        ("commit", state.clone()),
        ("report", state),
        ("report-failed", json!({ "run": run, "failure": failure })),
        ("dispatcher", envelope::sqs("deliveries", message.delivery("results").as_str(), at)),
        ("manage", envelope::http("/api/v1/webhooks", api_headers(), &registration(), at)),
        (
            "results",
            envelope::http(
                "/webhook/results",
                results_headers(message.as_str(), at, &results)?,
                &results,
                at,
            ),
        ),
    ];
    let file = |(name, event)| {
        Ok((format!("{name}.json"), format!("{}\n", serde_json::to_string_pretty(&sorted(event))?)))
    };
    events.into_iter().map(file).collect()
}

/// The base and the head of the sample's pull request.
async fn commits(workspace: &Workspace) -> Result<(String, String)> {
    let folder = workspace.run_folder()?;
    let repository = sample::build(workspace, &folder.join("sample")).await?;
    let git =
        |revision: &str| Tool::new("git").arg("-C").arg(&repository).args(["rev-parse", revision]).text();
    Ok((git("main").await?, git(sample::BRANCH).await?))
}

/// What the router makes of the webhook.
fn run(event: &EventId, body: &str, at: Timestamp) -> Result<Run> {
    let change = quartet_forge::inbound::read("pull_request", body.as_bytes())?;
    let task = Task {
        id: event.task(),
        event: event.clone(),
        task_type: TaskType::PullRequestAnalysis,
        status: TaskStatus::Running,
        repository: payload::REPOSITORY.to_owned(),
        pr_number: Some(payload::NUMBER),
        branch: sample::BRANCH.to_owned(),
        commit_sha: String::new(),
        reason: String::new(),
        created_at: at,
    };
    run_of(&change, &task, DELIVERY_ID, at).context("the sample webhook starts no run")
}

/// The fix stage signs these links anew for each run; here they show the form alone.
fn job(run: &Run) -> TestJob {
    let link =
        |file: &str| format!("https://BUCKET.s3.amazonaws.com/{}?X-Amz-Signature=LINK", run.object(file));
    TestJob {
        run: run.id.clone(),
        source_url: link("head.tar.gz"),
        changed_url: link("changed.json"),
        patch_url: link("patch.json"),
        weaknesses_url: Some(link("weaknesses.json")),
        result_url: link("test.json"),
    }
}

/// The published payload, as if it were of this run.
fn results(workspace: &Workspace, run: &Run) -> Result<String> {
    let text = std::fs::read(workspace.root.join("events").join(PUBLISHED))?;
    let mut payload: Value = serde_json::from_slice(&text)?;
    let results = &mut payload["results"];
    results["pipeline_id"] = json!(run.pipeline_id());
    results["run_id"] = json!(run.id);
    results["repository_name"] = json!(run.repository.full_name);
    results["branch_name"] = json!(run.branch);
    results["pr_number"] = json!(payload::NUMBER);
    results["trigger"] = json!(run.trigger);
    Ok(sorted(payload).to_string())
}

fn webhook_headers(body: &str) -> Value {
    json!({
        "user-agent": "GitHub-Hookshot/044aadd",
        "x-github-delivery": DELIVERY_ID,
        "x-github-event": "pull_request",
        "x-github-hook-id": "292430182",
        "x-github-hook-installation-target-id": payload::REPOSITORY_ID.to_string(),
        "x-github-hook-installation-target-type": "repository",
        "x-hub-signature-256": over_body(&SecretString::from(WEBHOOK_SECRET), body.as_bytes()),
    })
}

fn api_headers() -> Value {
    json!({ "authorization": format!("Bearer {API_KEY}"), "idempotency-key": "sample-1", "user-agent": "curl/8.5.0" })
}

/// A subscription to register.
fn registration() -> String {
    sorted(json!({ "url": "https://example.com/hooks", "events": ["pipeline_complete"] })).to_string()
}

fn results_headers(message: &str, at: Timestamp, body: &str) -> Result<Value> {
    let secret = SecretString::from(RESULTS_SECRET);
    let signature = Key::parse(&secret)?.sign(message, at.as_second(), body.as_bytes());
    Ok(json!({
        "user-agent": "Quartet/0.1.0",
        "webhook-id": message,
        "webhook-signature": signature,
        "webhook-timestamp": at.as_second().to_string(),
        "x-webhook-event": "pipeline_complete",
        "x-webhook-signature": over_body(&secret, body.as_bytes()),
    }))
}

/// The same value with its keys in order: what features `serde_json` was built with must not show in a hash.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<String, Value> =
                fields.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_files_are_current() {
        let workspace = Workspace::find().await.expect("a workspace");
        for (name, text) in samples(&workspace).await.expect("the samples") {
            let found = std::fs::read_to_string(workspace.root.join("events").join(&name));
            assert!(found.is_ok_and(|found| found == text), "events/{name} is old: run `cargo xtask events`");
        }
    }
}
