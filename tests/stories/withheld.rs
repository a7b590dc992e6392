//! Verified fixes that are not Quartet's to commit become suggestions.

use serde_json::Value;

use crate::house::House;
use crate::notes::WEAK_HASH;
use crate::repo::Repo;
use crate::sent::Sent;

pub(crate) async fn from_a_fork(house: &House) {
    let repo = house.repo("forked").await;
    let fork = repo.base.forge.fork(&repo.name, "stranger").await.unwrap();
    let file = [("notes/etag.py", WEAK_HASH)];
    let head = repo.base.forge.push_commit(&fork, repo.branch(), &file).await.unwrap();
    let sent = repo.open_from(&format!("stranger:{}", repo.branch())).await;
    suggested(&repo, &sent, "fork", "lies in a fork").await;
    assert_eq!(repo.base.forge.branch(&fork, repo.branch()).await.unwrap(), Some(head));
    assert!(!repo.was_asked("POST", "git/"), "nothing is written to the repository");
}

pub(crate) async fn on_a_protected_branch(house: &House) {
    let repo = house.repo("protected").await;
    let head = repo.head().await;
    repo.base.forge.protect(&repo.name, repo.branch());
    let sent = repo.open().await;
    suggested(&repo, &sent, "protected_branch", "the branch is protected").await;
    assert_eq!(repo.head().await, head);
}

/// The shared stack allows one fix commit for each pull request.
pub(crate) async fn beyond_the_cap(house: &House) {
    let repo = house.repo("capped").await;
    let first = repo.open().await;
    let (_, results) = repo.results(&first).await;
    let fixed = repo.head().await;
    assert_eq!(results["fix_results"]["commit_sha"], fixed.as_str());

    let head = repo.push("notes/etag.py", WEAK_HASH).await;
    let second = repo.sent("synchronize", &head).await;
    suggested(&repo, &second, "rounds_capped", "had all the fix commits").await;
    assert_eq!(repo.head().await, head);
}

/// The run succeeds, commits nothing, and its one comment shows the fixes and says why.
async fn suggested(repo: &Repo<'_>, sent: &Sent, word: &str, sentence: &str) {
    assert_eq!(repo.stage.ended(&sent.run()).await, "SUCCEEDED");
    let (_, results) = repo.results(sent).await;
    let fixes = &results["fix_results"];
    assert_eq!((&fixes["not_committed"], &fixes["commit_sha"]), (&Value::from(word), &Value::Null));
    assert!(!fixes["functions_fixed"].as_array().unwrap().is_empty(), "{fixes:#}");
    let comment = repo.comment(1);
    assert!(comment.contains("Suggested fix") && comment.contains("```diff"), "{comment}");
    assert!(comment.contains(sentence), "{comment}");
}
