//! Objects in GitHub's JSON shape, with the fields that its clients expect (see the samples of octokit/webhooks).

use serde_json::{Map, Value, json};

use super::state::{Check, Comment, Delivery, Hook, Pull, Repo};

/// The account that the token speaks for.
pub(super) const BOT: &str = "quartet-bot";

/// Addresses of a repository: field, then what follows its own address.
const REPO_URLS: [(&str, &str); 27] = [
    ("forks_url", "/forks"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("hooks_url", "/hooks"),
    ("issue_events_url", "/issues/events{/number}"),
    ("events_url", "/events"),
    ("branches_url", "/branches{/branch}"),
    ("tags_url", "/tags"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("trees_url", "/git/trees{/sha}"),
    ("statuses_url", "/statuses/{sha}"),
    ("languages_url", "/languages"),
    ("contributors_url", "/contributors"),
    ("commits_url", "/commits{/sha}"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("comments_url", "/comments{/number}"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("contents_url", "/contents/{+path}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("merges_url", "/merges"),
    ("archive_url", "/{archive_format}{/ref}"),
    ("issues_url", "/issues{/number}"),
    ("pulls_url", "/pulls{/number}"),
    ("labels_url", "/labels{/name}"),
    ("releases_url", "/releases{/id}"),
    ("deployments_url", "/deployments"),
];

pub(super) fn user(url: &str, login: &str) -> Value {
    let id = login.bytes().fold(5381u64, |hash, byte| (hash * 33 + u64::from(byte)) % 100_000_000);
    json!({
        "login": login,
        "id": id,
        "node_id": format!("U_{id}"),
        "avatar_url": format!("{url}/avatars/{id}"),
        "gravatar_id": "",
        "url": format!("{url}/users/{login}"),
        "html_url": format!("{url}/{login}"),
        "repos_url": format!("{url}/users/{login}/repos"),
        "events_url": format!("{url}/users/{login}/events{{/privacy}}"),
        "type": if login == BOT { "Bot" } else { "User" },
        "site_admin": false,
    })
}

pub(super) fn repository(url: &str, repo: &Repo, git_dir: &str) -> Value {
    let own = format!("{url}/repos/{}", repo.full_name);
    let open = repo.pulls.values().filter(|pull| pull.open).count();
    let mut value = json!({
        "id": repo.id,
        "node_id": format!("R_{}", repo.id),
        "name": repo.name(),
        "full_name": repo.full_name,
        "private": false,
        "owner": user(url, repo.owner()),
        "html_url": format!("{url}/{}", repo.full_name),
        "description": null,
        "fork": repo.parent.is_some(),
        "url": own,
        "created_at": repo.created_at,
        "updated_at": repo.created_at,
        "pushed_at": repo.created_at,
        "clone_url": git_dir,
        "git_url": git_dir,
        "homepage": null,
        "size": 0,
        "stargazers_count": 0,
        "watchers_count": 0,
        "watchers": 0,
        "language": null,
        "has_issues": true,
        "has_projects": false,
        "has_downloads": true,
        "has_wiki": false,
        "has_pages": false,
        "forks_count": 0,
        "forks": 0,
        "mirror_url": null,
        "archived": false,
        "disabled": false,
        "open_issues_count": open,
        "open_issues": open,
        "license": null,
        "default_branch": repo.default_branch,
        "is_template": false,
        "topics": [],
        "visibility": "public",
    });
    for (field, tail) in REPO_URLS {
        value[field] = format!("{own}{tail}").into();
    }
    value
}

/// The facts about a pull request that only git knows.
#[derive(Clone, Copy, Default)]
pub(super) struct Weight {
    pub(super) commits: u64,
    pub(super) additions: u64,
    pub(super) deletions: u64,
    pub(super) changed_files: usize,
}

/// `base` and `head` are the repositories in their own shape; `head` is null when it was deleted.
pub(super) fn pull(url: &str, repo: &Repo, pull: &Pull, base: Value, head: Value, weight: Weight) -> Value {
    let own = format!("{url}/repos/{}/pulls/{}", repo.full_name, pull.number);
    let issue = format!("{url}/repos/{}/issues/{}", repo.full_name, pull.number);
    let page = format!("{url}/{}/pull/{}", repo.full_name, pull.number);
    let statuses = format!("{url}/repos/{}/statuses/{}", repo.full_name, pull.head_sha);
    let head_owner =
        pull.head_repo.as_deref().and_then(|name| name.split_once('/')).map_or("", |(owner, _)| owner);
    let association = if head_owner == repo.owner() { "OWNER" } else { "FIRST_TIME_CONTRIBUTOR" };
    let side = |owner: &str, branch: &str, sha: &str, side_repo: Value| {
        json!({
            "label": format!("{owner}:{branch}"), "ref": branch, "sha": sha,
            "user": user(url, owner), "repo": side_repo,
        })
    };
    let mut value = json!({
        "url": own,
        "id": pull.id,
        "node_id": format!("PR_{}", pull.id),
        "html_url": page,
        "diff_url": format!("{page}.diff"),
        "patch_url": format!("{page}.patch"),
        "issue_url": issue,
        "commits_url": format!("{own}/commits"),
        "review_comments_url": format!("{own}/comments"),
        "comments_url": format!("{issue}/comments"),
        "statuses_url": statuses,
        "number": pull.number,
        "state": if pull.open { "open" } else { "closed" },
        "locked": false,
        "title": pull.title,
        "user": user(url, &pull.author),
        "body": pull.body,
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "closed_at": if pull.open { Value::Null } else { json!(pull.updated_at) },
        "head": side(head_owner, &pull.head_branch, &pull.head_sha, head),
        "base": side(repo.owner(), &pull.base_branch, &pull.base_sha, base),
        "_links": { "self": { "href": own }, "html": { "href": page }, "issue": { "href": issue } },
        "author_association": association,
        "draft": pull.draft,
    });
    let fixed = json!({
        "merged_at": null, "merge_commit_sha": null, "assignee": null, "assignees": [], "requested_reviewers": [],
        "requested_teams": [], "labels": [], "milestone": null, "auto_merge": null, "active_lock_reason": null,
        "merged": false, "mergeable": null, "rebaseable": null, "mergeable_state": "unknown", "merged_by": null,
        "maintainer_can_modify": false, "review_comments": 0,
        "comments": repo.comments.iter().filter(|comment| comment.number == pull.number).count(),
        "commits": weight.commits, "additions": weight.additions, "deletions": weight.deletions,
        "changed_files": weight.changed_files,
    });
    extend(&mut value, fixed);
    value
}

pub(super) fn comment(url: &str, repo: &str, comment: &Comment) -> Value {
    let association = if comment.author == BOT { "CONTRIBUTOR" } else { "NONE" };
    json!({
        "id": comment.id,
        "node_id": format!("IC_{}", comment.id),
        "url": format!("{url}/repos/{repo}/issues/comments/{}", comment.id),
        "html_url": format!("{url}/{repo}/pull/{}#issuecomment-{}", comment.number, comment.id),
        "issue_url": format!("{url}/repos/{repo}/issues/{}", comment.number),
        "body": comment.body,
        "user": user(url, &comment.author),
        "created_at": comment.created_at,
        "updated_at": comment.updated_at,
        "author_association": association,
        "performed_via_github_app": null,
    })
}

pub(super) fn check(url: &str, repo: &str, check: &Check) -> Value {
    let own = format!("{url}/repos/{repo}/check-runs/{}", check.id);
    let text = |field: &str| check.output.get(field).cloned().unwrap_or(Value::Null);
    json!({
        "id": check.id,
        "node_id": format!("CR_{}", check.id),
        "name": check.name,
        "head_sha": check.head_sha,
        "external_id": check.external_id,
        "url": own,
        "html_url": format!("{url}/{repo}/runs/{}", check.id),
        "details_url": null,
        "status": check.status,
        "conclusion": check.conclusion,
        "started_at": check.started_at,
        "completed_at": check.completed_at,
        "output": {
            "title": text("title"), "summary": text("summary"), "text": text("text"),
            "annotations_count": check.annotations.len(),
            "annotations_url": format!("{own}/annotations"),
        },
        "check_suite": { "id": check.id },
        "app": { "id": 1, "slug": BOT, "name": BOT },
        "pull_requests": [],
    })
}

pub(super) fn hook(url: &str, repo: &str, hook: &Hook) -> Value {
    let own = format!("{url}/repos/{repo}/hooks/{}", hook.id);
    let mut config = json!({
        "url": hook.url, "content_type": hook.content_type, "insecure_ssl": hook.insecure_ssl,
    });
    if hook.secret.is_some() {
        config["secret"] = "********".into();
    }
    let (code, status) =
        hook.last.as_ref().map_or((Value::Null, "unused"), |(code, status)| (json!(code), status));
    json!({
        "type": "Repository",
        "id": hook.id,
        "name": "web",
        "active": hook.active,
        "events": hook.events,
        "config": config,
        "created_at": hook.created_at,
        "updated_at": hook.updated_at,
        "url": own,
        "test_url": format!("{own}/test"),
        "ping_url": format!("{own}/pings"),
        "deliveries_url": format!("{own}/deliveries"),
        "last_response": { "code": code, "status": status, "message": null },
    })
}

pub(super) fn delivery(repo_id: u64, delivery: &Delivery) -> Value {
    let outcome = delivery.outcome.as_ref();
    json!({
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": delivery.delivered_at,
        "redelivery": delivery.redelivery,
        "duration": outcome.map_or(0.0, |outcome| outcome.duration.as_secs_f64()),
        "status": outcome.map_or("pending", |outcome| outcome.status.as_str()),
        "status_code": outcome.map_or(0, |outcome| outcome.status_code),
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": null,
        "repository_id": repo_id,
        "throttled_at": null,
        "url": delivery.url,
    })
}

/// A delivery with what was sent and what came back.
pub(super) fn delivery_in_full(repo_id: u64, one: &Delivery) -> Value {
    let headers = |pairs: &[(String, String)]| {
        pairs.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<Map<_, _>>()
    };
    let outcome = one.outcome.as_ref();
    let payload: Value = serde_json::from_str(&one.body).unwrap_or_else(|_| json!(one.body));
    let mut value = delivery(repo_id, one);
    value["request"] = json!({ "headers": headers(&one.request_headers), "payload": payload });
    value["response"] = json!({
        "headers": outcome.map(|outcome| headers(&outcome.headers)),
        "payload": outcome.map(|outcome| outcome.body.as_str()),
    });
    value
}

fn extend(value: &mut Value, more: Value) {
    if let (Value::Object(value), Value::Object(more)) = (value, more) {
        value.extend(more);
    }
}
