//! Check runs: made, changed, listed. Annotations of every call are added to those before.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, State},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Page, Shared, created, ok, read};
use crate::forge::{
    moves::now,
    refusal::Refusal,
    shape,
    state::{Check, Hub},
};

const ANNOTATIONS: usize = 50;
const TEXT_BYTES: usize = 65_535;
const CONCLUSIONS: [&str; 8] =
    ["action_required", "cancelled", "failure", "neutral", "success", "skipped", "stale", "timed_out"];

pub(super) fn routes() -> Router<std::sync::Arc<Hub>> {
    Router::new()
        .route("/repos/{owner}/{repo}/check-runs", post(make))
        .route("/repos/{owner}/{repo}/check-runs/{id}", get(one).patch(change))
        .route("/repos/{owner}/{repo}/check-runs/{id}/annotations", get(annotations))
        .route("/repos/{owner}/{repo}/commits/{sha}/check-runs", get(list))
}

#[derive(Deserialize)]
struct Put {
    name: Option<String>,
    head_sha: Option<String>,
    external_id: Option<String>,
    status: Option<String>,
    conclusion: Option<String>,
    output: Option<Value>,
}

impl Put {
    fn refuse(&self) -> Option<Refusal> {
        let wrong = |field: &str, code: &str| Some(Refusal::field("CheckRun", field, code, "is not allowed"));
        if self.conclusion.as_ref().is_some_and(|word| !CONCLUSIONS.contains(&word.as_str())) {
            return wrong("conclusion", "invalid");
        }
        if self.status.as_deref() == Some("completed") && self.conclusion.is_none() {
            return wrong("conclusion", "missing_field");
        }
        let output = self.output.as_ref()?;
        let length = |field: &str| output.get(field).and_then(Value::as_str).map(str::len);
        if length("title").is_none() || length("summary").is_none() {
            return wrong("output", "missing_field");
        }
        if ["title", "summary", "text"].iter().any(|field| length(field) > Some(TEXT_BYTES)) {
            return wrong("output", "too_long");
        }
        let many = output.get("annotations").and_then(Value::as_array).map_or(0, Vec::len);
        if many > ANNOTATIONS { wrong("annotations", "too_many") } else { None }
    }

    fn apply(self, check: &mut Check) {
        check.external_id = self.external_id.unwrap_or_else(|| std::mem::take(&mut check.external_id));
        check.name = self.name.unwrap_or_else(|| std::mem::take(&mut check.name));
        if let Some(status) = self.status {
            check.status = status;
        }
        if let Some(conclusion) = self.conclusion {
            check.conclusion = Some(conclusion);
            check.status = "completed".to_owned();
            check.completed_at = Some(now());
        }
        if let Some(mut output) = self.output {
            if let Some(Value::Array(more)) = output.get_mut("annotations").map(Value::take) {
                check.annotations.extend(more);
            }
            check.output = output;
        }
    }
}

async fn make(State(hub): Shared, Path((owner, repo)): Path<(String, String)>, body: Bytes) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let asked: Put = read(&body)?;
    if let Some(refusal) = asked.refuse() {
        return Err(refusal);
    }
    let (Some(name), Some(head_sha)) = (asked.name.clone(), asked.head_sha.clone()) else {
        return Err(Refusal::invalid("Invalid request.\n\n\"name\", \"head_sha\" weren't supplied."));
    };
    if hub.git.commit(&repo, &head_sha).await?.as_ref() != Some(&head_sha) {
        return Err(Refusal::invalid("No commit found for SHA"));
    }
    let mut state = hub.state();
    let mut check = Check {
        id: state.id(),
        name,
        head_sha,
        external_id: String::new(),
        status: "queued".to_owned(),
        conclusion: None,
        output: Value::Null,
        annotations: Vec::new(),
        started_at: now(),
        completed_at: None,
    };
    asked.apply(&mut check);
    let shape = shape::check(&hub.url, &repo, &check);
    if let Some(repo) = state.repos.get_mut(&repo) {
        repo.checks.push(check);
    }
    created(shape)
}

async fn change(
    State(hub): Shared,
    Path((owner, repo, id)): Path<(String, String, u64)>,
    body: Bytes,
) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let asked: Put = read(&body)?;
    if let Some(refusal) = asked.refuse() {
        return Err(refusal);
    }
    let mut state = hub.state();
    let checks = state.repos.get_mut(&repo).map(|repo| &mut repo.checks);
    let check = checks.and_then(|checks| checks.iter_mut().find(|check| check.id == id));
    let check = check.ok_or_else(Refusal::not_found)?;
    asked.apply(check);
    ok(shape::check(&hub.url, &repo, check))
}

async fn one(State(hub): Shared, Path((owner, repo, id)): Path<(String, String, u64)>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let check = find(&hub, &repo, id)?;
    ok(shape::check(&hub.url, &repo, &check))
}

async fn annotations(
    State(hub): Shared,
    Path((owner, repo, id)): Path<(String, String, u64)>,
    Query(page): Query<Page>,
) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let check = find(&hub, &repo, id)?;
    page.answer(&hub, &format!("/repos/{repo}/check-runs/{id}/annotations"), check.annotations)
}

fn find(hub: &Hub, repo: &str, id: u64) -> Result<Check, Refusal> {
    let state = hub.state();
    let checks = state.repos.get(repo).map(|repo| &repo.checks);
    checks
        .and_then(|checks| checks.iter().find(|check| check.id == id))
        .cloned()
        .ok_or_else(Refusal::not_found)
}

#[derive(Deserialize)]
struct Wanted {
    check_name: Option<String>,
    filter: Option<String>,
    per_page: Option<usize>,
    page: Option<usize>,
}

async fn list(
    State(hub): Shared,
    Path((owner, repo, sha)): Path<(String, String, String)>,
    Query(wanted): Query<Wanted>,
) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let sha =
        hub.git.commit(&repo, &sha).await?.ok_or_else(|| Refusal::invalid("No commit found for SHA"))?;
    let state = hub.state();
    let mut checks: Vec<&Check> = Vec::new();
    for check in state.repos.get(&repo).into_iter().flat_map(|repo| repo.checks.iter().rev()) {
        let named = wanted.check_name.as_ref().is_none_or(|name| *name == check.name);
        let all = wanted.filter.as_deref() == Some("all");
        if check.head_sha == sha && named && (all || !checks.iter().any(|other| other.name == check.name)) {
            checks.push(check);
        }
    }
    let total = checks.len();
    let page = Page { per_page: wanted.per_page, page: wanted.page };
    let (checks, _) = page.cut(checks);
    let shapes: Vec<Value> = checks.into_iter().map(|check| shape::check(&hub.url, &repo, check)).collect();
    ok(json!({ "total_count": total, "check_runs": shapes }))
}
