//! Things that happen while a run is under way: a newer head, a head that moves without a word.

use serde_json::{Value, json};

use crate::house::House;
use crate::notes::{FILE, WEAK_HASH};
use crate::repo::Repo;
use crate::sent::Sent;
use crate::wait::until;

pub(crate) async fn a_newer_head_supersedes(house: &House) {
    let repo = house.repo("superseded").await;
    let go = repo.hold("GET", "pulls/1/files");
    let first = repo.open().await;
    let look = async || repo.stage.status(&first.run()).await.filter(|status| status == "RUNNING");
    until("the first run", look).await;

    let head = repo.push("notes/etag.py", WEAK_HASH).await;
    let second = repo.sent("synchronize", &head).await;
    assert_eq!(repo.stage.ended(&first.run()).await, "ABORTED");
    let task = repo.stage.task(&first.task(), "superseded").await;
    assert!(task["reason"].as_str().unwrap().contains(second.run().as_str()), "{task}");
    go.notify_one();

    assert_eq!(repo.stage.ended(&second.run()).await, "SUCCEEDED");
    let (_, results) = repo.results(&second).await;
    assert_eq!(results["trigger"]["commit_sha"], head.as_str());
    repo.stage.delivery(&second.results(), "delivered").await;
    let about = repo.base.subscriber.about(&repo.name);
    assert_eq!(about.len(), 1, "one result, for the new head");
    assert_eq!(parent(&repo).await, head, "one commit, on the new head");
}

/// The forge's webhook about the new head is late, so the commit stage is the first to notice.
pub(crate) async fn a_head_that_moved_is_not_overwritten(house: &House) {
    let repo = house.repo("head-moved").await;
    let go = repo.hold("GET", &format!("branches/{}", repo.branch()));
    let sent = repo.open().await;
    until("the commit stage", async || repo.stage.has_entered(&sent.run(), "Commit").await.then_some(()))
        .await;
    repo.mute().await;
    let head = repo.push(FILE, "\"\"\"Somebody was faster.\"\"\"\n").await;
    go.notify_one();
    not_overwritten(&repo, &sent, &head).await;
}

/// The head moves between the last look at it and the commit's compare-and-swap.
pub(crate) async fn a_head_that_moves_under_the_commit_is_not_overwritten(house: &House) {
    let repo = house.repo("head-moves").await;
    let go = repo.hold("PATCH", "git/refs/heads/");
    let sent = repo.open().await;
    until("the commit", async || repo.was_asked("POST", "git/commits").then_some(())).await;
    repo.mute().await;
    let head = repo.push(FILE, "\"\"\"Somebody was faster.\"\"\"\n").await;
    go.notify_one();
    not_overwritten(&repo, &sent, &head).await;
}

async fn not_overwritten(repo: &Repo<'_>, sent: &Sent, head: &str) {
    assert_eq!(repo.stage.ended(&sent.run()).await, "SUCCEEDED");
    let (_, results) = repo.results(sent).await;
    assert_eq!(results["fix_results"]["not_committed"], "head_moved");
    assert_eq!(results["fix_results"]["commit_sha"], Value::Null);
    assert_eq!(repo.head().await, head);
    assert!(repo.comment(1).contains("the branch has moved on"));
}

async fn parent(repo: &Repo<'_>) -> String {
    repo.git(&["rev-parse", &format!("{}^", repo.branch())]).await
}

pub(crate) async fn a_draft_waits(house: &House) {
    let repo = house.repo("draft").await;
    let address = format!("{}/_local/repos/{}/pulls", repo.base.forge.url(), repo.name);
    let draft = json!({ "base": "main", "head": repo.branch(), "title": "Not yet", "draft": true });
    let made = quartet_local::post_json(&address, "", &draft).await.unwrap();
    assert_eq!(made.0, 200, "{}", made.1);
    let head = repo.head().await;
    let opened = repo.sent("opened", &head).await;
    repo.stage.task(&opened.task(), "skipped").await;

    let mut ready: Value = serde_json::from_str(&opened.delivery.body).unwrap();
    ready["action"] = json!("ready_for_review");
    ready["pull_request"]["draft"] = json!(false);
    repo.base.forge.send(&repo.name, "pull_request", &ready);
    let ready = repo.sent("ready_for_review", &head).await;
    assert_eq!(repo.stage.ended(&ready.run()).await, "SUCCEEDED");
    assert_eq!(repo.stage.status(&opened.run()).await, None);
}
