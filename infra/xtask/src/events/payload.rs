//! GitHub's `pull_request` payload for the sample application, cut to what tells its story.

use quartet_local::sample;
use serde_json::{Value, json};

/// The name under which `cargo xtask run` serves it.
pub(super) const REPOSITORY: &str = "local/quartet-sample";
pub(super) const REPOSITORY_ID: u64 = 1_296_269;
pub(super) const NUMBER: u64 = 1;
const OPENED_AT: &str = "2026-01-05T09:09:58Z";

/// The pull request is opened by its author.
pub(super) fn opened(base_sha: &str, head_sha: &str) -> Value {
    json!({
        "action": "opened",
        "number": NUMBER,
        "pull_request": {
            "id": 1,
            "url": format!("https://api.github.com/repos/{REPOSITORY}/pulls/{NUMBER}"),
            "html_url": format!("https://github.com/{REPOSITORY}/pull/{NUMBER}"),
            "number": NUMBER,
            "state": "open",
            "locked": false,
            "title": "Search notes, import settings, export files",
            "user": user("octocat", 583_231),
            "body": null,
            "created_at": OPENED_AT,
            "updated_at": OPENED_AT,
            "closed_at": null,
            "merged_at": null,
            "merge_commit_sha": null,
            "draft": false,
            "head": side(sample::BRANCH, head_sha),
            "base": side("main", base_sha),
            "author_association": "COLLABORATOR",
            "merged": false,
            "mergeable": null,
            "commits": 1,
        },
        "repository": repository(),
        "sender": user("octocat", 583_231),
    })
}

fn side(branch: &str, sha: &str) -> Value {
    json!({
        "label": format!("local:{branch}"),
        "ref": branch,
        "sha": sha,
        "user": user("local", 1),
        "repo": repository(),
    })
}

fn repository() -> Value {
    json!({
        "id": REPOSITORY_ID,
        "name": "quartet-sample",
        "full_name": REPOSITORY,
        "private": false,
        "owner": user("local", 1),
        "html_url": format!("https://github.com/{REPOSITORY}"),
        "fork": false,
        "url": format!("https://api.github.com/repos/{REPOSITORY}"),
        "default_branch": "main",
        "visibility": "public",
    })
}

fn user(login: &str, id: u64) -> Value {
    json!({ "login": login, "id": id, "type": "User", "site_admin": false })
}
