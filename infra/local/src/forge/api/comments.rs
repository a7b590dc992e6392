//! Comments under a pull request (an issue, to GitHub).

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::IntoResponse,
    routing::get,
};
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Page, Shared, created, ok, read};
use crate::forge::{
    moves::now,
    refusal::Refusal,
    shape,
    state::{Comment, Hub},
};

const BODY_CHARS: usize = 65_536;

pub(super) fn routes() -> Router<Arc<Hub>> {
    Router::new()
        .route("/repos/{owner}/{repo}/issues/{number}/comments", get(list).post(make))
        .route("/repos/{owner}/{repo}/issues/comments/{id}", get(one).patch(change).delete(remove))
}

#[derive(Deserialize)]
struct Put {
    body: String,
}

impl Put {
    fn read(bytes: &Bytes) -> Result<String, Refusal> {
        let body = read::<Self>(bytes)?.body;
        if body.trim().is_empty() {
            return Err(Refusal::field("IssueComment", "body", "missing_field", "Body cannot be blank"));
        }
        if body.chars().count() > BODY_CHARS {
            return Err(Refusal::field("IssueComment", "body", "too_long", "Body is too long"));
        }
        Ok(body)
    }
}

async fn list(
    State(hub): Shared,
    Path((owner, repo, number)): Path<(String, String, u64)>,
    Query(page): Query<Page>,
) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    hub.pull_open(&repo, number)?;
    let comments = {
        let state = hub.state();
        let all = state.repos.get(&repo).into_iter().flat_map(|repo| &repo.comments);
        let here = all.filter(|comment| comment.number == number);
        here.map(|comment| shape::comment(&hub.url, &repo, comment)).collect()
    };
    page.answer(&hub, &format!("/repos/{repo}/issues/{number}/comments"), comments)
}

async fn make(
    State(hub): Shared,
    Path((owner, repo, number)): Path<(String, String, u64)>,
    body: Bytes,
) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let body = Put::read(&body)?;
    let id = hub.write_comment(&repo, number, shape::BOT, &body)?;
    created(shape::comment(&hub.url, &repo, &find(&hub, &repo, id)?))
}

async fn one(State(hub): Shared, Path((owner, repo, id)): Path<(String, String, u64)>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    ok(shape::comment(&hub.url, &repo, &find(&hub, &repo, id)?))
}

async fn change(
    State(hub): Shared,
    Path((owner, repo, id)): Path<(String, String, u64)>,
    body: Bytes,
) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let body = Put::read(&body)?;
    find(&hub, &repo, id)?;
    let mut state = hub.state();
    let comments = state.repos.get_mut(&repo).map(|repo| &mut repo.comments);
    if let Some(comment) = comments.and_then(|all| all.iter_mut().find(|comment| comment.id == id)) {
        (comment.body, comment.updated_at) = (body, now());
    }
    drop(state);
    hub.tell_comment(&repo, id, "edited");
    ok(shape::comment(&hub.url, &repo, &find(&hub, &repo, id)?))
}

async fn remove(State(hub): Shared, Path((owner, repo, id)): Path<(String, String, u64)>) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    find(&hub, &repo, id)?;
    hub.tell_comment(&repo, id, "deleted");
    if let Some(repo) = hub.state().repos.get_mut(&repo) {
        repo.comments.retain(|comment| comment.id != id);
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn find(hub: &Hub, repo: &str, id: u64) -> Result<Comment, Refusal> {
    let state = hub.state();
    let comments = state.repos.get(repo).map(|repo| &repo.comments);
    comments
        .and_then(|all| all.iter().find(|comment| comment.id == id))
        .cloned()
        .ok_or_else(Refusal::not_found)
}

impl Hub {
    /// A comment by whoever, told to the hooks.
    pub(in crate::forge) fn write_comment(
        self: &Arc<Self>,
        repo: &str,
        number: u64,
        login: &str,
        body: &str,
    ) -> Result<u64, Refusal> {
        self.pull_open(repo, number)?;
        let id = {
            let mut state = self.state();
            let id = state.id();
            let (author, body) = (login.to_owned(), body.to_owned());
            let comment = Comment { id, number, author, body, created_at: now(), updated_at: now() };
            state.repos.get_mut(repo).ok_or_else(Refusal::not_found)?.comments.push(comment);
            id
        };
        self.tell_comment(repo, id, "created");
        Ok(id)
    }

    fn tell_comment(self: &Arc<Self>, repo: &str, id: u64, action: &str) {
        let Ok(comment) = find(self, repo, id) else { return };
        let (title, author, open) = {
            let state = self.state();
            let pull = state.repos.get(repo).and_then(|repo| repo.pulls.get(&comment.number));
            let Some(pull) = pull else { return };
            (pull.title.clone(), pull.author.clone(), pull.open)
        };
        let own = format!("{}/repos/{repo}", self.url);
        let number = comment.number;
        let payload = json!({
            "action": action,
            "issue": {
                "number": number,
                "title": title,
                "state": if open { "open" } else { "closed" },
                "user": shape::user(&self.url, &author),
                "url": format!("{own}/issues/{number}"),
                "pull_request": { "url": format!("{own}/pulls/{number}") },
                "labels": [],
            },
            "comment": shape::comment(&self.url, repo, &comment),
            "repository": self.repo_shape(repo),
            "sender": shape::user(&self.url, &comment.author),
        });
        self.publish(repo, "issue_comment", &payload);
    }
}
