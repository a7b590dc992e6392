//! Hooks and their deliveries.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::IntoResponse,
    routing::{get, patch, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Page, Shared, created, ok, read};
use crate::forge::{
    deliver,
    moves::now,
    refusal::Refusal,
    shape,
    state::{Hook, Hub},
};

const HOOKS: usize = 20;

type Id = Path<(String, String, u64)>;

pub(super) fn routes() -> Router<Arc<Hub>> {
    Router::new()
        .route("/repos/{owner}/{repo}/hooks", get(list).post(make))
        .route("/repos/{owner}/{repo}/hooks/{id}", get(one).patch(change).delete(remove))
        .route("/repos/{owner}/{repo}/hooks/{id}/config", patch(configure))
        .route("/repos/{owner}/{repo}/hooks/{id}/pings", post(ping))
        .route("/repos/{owner}/{repo}/hooks/{id}/tests", post(test))
        .route("/repos/{owner}/{repo}/hooks/{id}/deliveries", get(deliveries))
        .route("/repos/{owner}/{repo}/hooks/{id}/deliveries/{delivery}", get(delivery))
        .route("/repos/{owner}/{repo}/hooks/{id}/deliveries/{delivery}/attempts", post(redeliver))
}

#[derive(Deserialize)]
struct Put {
    name: Option<String>,
    active: Option<bool>,
    events: Option<Vec<String>>,
    config: Option<Config>,
}

#[derive(Deserialize)]
struct Config {
    url: Option<String>,
    content_type: Option<String>,
    secret: Option<String>,
    insecure_ssl: Option<Value>,
}

impl Config {
    fn checked_url(&self) -> Result<Option<String>, Refusal> {
        match &self.url {
            Some(url) if !url.starts_with("http://") && !url.starts_with("https://") => {
                Err(Refusal::field("Hook", "url", "custom", "url is not supported"))
            }
            url => Ok(url.clone()),
        }
    }

    /// Lays what is said over the hook; the secret is the caller's matter.
    fn apply(self, hook: &mut Hook) -> Result<Option<String>, Refusal> {
        if let Some(url) = self.checked_url()? {
            hook.url = url;
        }
        if let Some(content_type) = self.content_type {
            hook.content_type = content_type;
        }
        if let Some(insecure) = self.insecure_ssl {
            hook.insecure_ssl = insecure.as_str().map_or_else(|| insecure.to_string(), str::to_owned);
        }
        hook.updated_at = now();
        Ok(self.secret)
    }
}

async fn list(
    State(hub): Shared,
    Path((owner, repo)): Path<(String, String)>,
    Query(page): Query<Page>,
) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let hooks: Vec<Value> = {
        let state = hub.state();
        let all = state.repos.get(&repo).into_iter().flat_map(|repo| repo.hooks.values());
        all.map(|hook| shape::hook(&hub.url, &repo, hook)).collect()
    };
    page.answer(&hub, &format!("/repos/{repo}/hooks"), hooks)
}

async fn make(State(hub): Shared, Path((owner, repo)): Path<(String, String)>, body: Bytes) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let asked: Put = read(&body)?;
    if asked.name.as_deref().is_some_and(|name| name != "web") {
        return Err(Refusal::field("Hook", "name", "custom", "name must be web"));
    }
    let config = asked.config.ok_or_else(|| Refusal::field("Hook", "config", "missing_field", "config"))?;
    let url = config.checked_url()?.ok_or_else(|| Refusal::field("Hook", "url", "missing_field", "url"))?;
    let hook = {
        let mut state = hub.state();
        let id = state.id();
        let hooks = &mut state.repos.get_mut(&repo).ok_or_else(Refusal::not_found)?.hooks;
        let reason = match hooks.values().any(|hook| hook.url == url) {
            true => Some("Hook already exists on this repository"),
            false => (hooks.len() >= HOOKS).then_some("The repository has too many hooks"),
        };
        if let Some(reason) = reason {
            return Err(Refusal::field("Hook", "url", "custom", reason));
        }
        let mut hook = Hook {
            id,
            url,
            content_type: "form".to_owned(),
            secret: None,
            insecure_ssl: "0".to_owned(),
            events: asked.events.unwrap_or_else(|| vec!["push".to_owned()]),
            active: asked.active.unwrap_or(true),
            created_at: now(),
            updated_at: now(),
            last: None,
        };
        hook.secret = config.apply(&mut hook)?.filter(|secret| !secret.is_empty());
        hooks.insert(id, hook.clone());
        hook
    };
    send_ping(&hub, &repo, hook.id)?;
    created(shape::hook(&hub.url, &repo, &hook))
}

async fn one(State(hub): Shared, Path((owner, repo, id)): Id) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    with_hook(&hub, &repo, id, |_| Ok(()))
}

/// As at GitHub, a `config` without a secret takes the secret away.
async fn change(State(hub): Shared, Path((owner, repo, id)): Id, body: Bytes) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let asked: Put = read(&body)?;
    with_hook(&hub, &repo, id, |hook| {
        if let Some(config) = asked.config {
            hook.secret = config.apply(hook)?;
        }
        hook.active = asked.active.unwrap_or(hook.active);
        hook.events = asked.events.unwrap_or_else(|| std::mem::take(&mut hook.events));
        Ok(())
    })
}

async fn configure(State(hub): Shared, Path((owner, repo, id)): Id, body: Bytes) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let asked: Config = read(&body)?;
    with_hook(&hub, &repo, id, |hook| {
        let secret = asked.apply(hook)?;
        hook.secret = secret.or(hook.secret.take());
        Ok(())
    })
}

async fn remove(State(hub): Shared, Path((owner, repo, id)): Id) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let mut state = hub.state();
    let gone = state.repos.get_mut(&repo).and_then(|repo| repo.hooks.remove(&id));
    gone.map(|_| StatusCode::NO_CONTENT.into_response()).ok_or_else(Refusal::not_found)
}

fn with_hook(
    hub: &Hub,
    repo: &str,
    id: u64,
    change: impl FnOnce(&mut Hook) -> Result<(), Refusal>,
) -> Answer {
    let mut state = hub.state();
    let hook = state.repos.get_mut(repo).and_then(|repo| repo.hooks.get_mut(&id));
    let hook = hook.ok_or_else(Refusal::not_found)?;
    change(hook)?;
    ok(shape::hook(&hub.url, repo, hook))
}

async fn ping(State(hub): Shared, Path((owner, repo, id)): Id) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    send_ping(&hub, &repo, id)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn send_ping(hub: &Arc<Hub>, repo: &str, id: u64) -> Result<(), Refusal> {
    let hook = {
        let state = hub.state();
        let hook =
            state.repos.get(repo).and_then(|repo| repo.hooks.get(&id)).ok_or_else(Refusal::not_found)?;
        shape::hook(&hub.url, repo, hook)
    };
    let payload = deliver::ping(id, hook, hub.repo_shape(repo), shape::user(&hub.url, shape::BOT));
    hub.post(repo, id, "ping", &payload)?;
    Ok(())
}

/// The last push to the default branch, once more.
async fn test(State(hub): Shared, Path((owner, repo, id)): Id) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let branch = {
        let state = hub.state();
        state.repos.get(&repo).map(|repo| repo.default_branch.clone()).unwrap_or_default()
    };
    let after = hub.git.branch(&repo, &branch).await?.ok_or_else(Refusal::not_found)?;
    let before = hub.git.commit(&repo, &format!("{after}~1")).await?;
    let before = before.unwrap_or_else(|| crate::forge::git::NO_COMMIT.to_owned());
    let payload = hub.push_payload(&repo, &branch, &before, &after, &owner).await?;
    hub.post(&repo, id, "push", &payload).map_err(|_| Refusal::not_found())?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn deliveries(State(hub): Shared, Path((owner, repo, id)): Id, Query(page): Query<Page>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let listed = {
        let state = hub.state();
        let repo = state.repos.get(&repo).ok_or_else(Refusal::not_found)?;
        let newest = repo.deliveries.iter().rev().filter(|delivery| delivery.hook_id == id);
        newest.map(|delivery| shape::delivery(repo.id, delivery)).collect()
    };
    page.answer(&hub, &format!("/repos/{repo}/hooks/{id}/deliveries"), listed)
}

type DeliveryId = Path<(String, String, u64, u64)>;

async fn delivery(State(hub): Shared, Path((owner, repo, hook, id)): DeliveryId) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let state = hub.state();
    let repo = state.repos.get(&repo).ok_or_else(Refusal::not_found)?;
    let found = repo.deliveries.iter().find(|delivery| delivery.id == id && delivery.hook_id == hook);
    ok(shape::delivery_in_full(repo.id, found.ok_or_else(Refusal::not_found)?))
}

async fn redeliver(State(hub): Shared, Path((owner, repo, _, id)): DeliveryId) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    hub.redeliver(&repo, id).map_err(|_| Refusal::not_found())?;
    Ok((StatusCode::ACCEPTED, Json(json!({}))).into_response())
}
