//! A forge on a bad day.

use quartet_local::forge::Effect;
use serde_json::Value;

use crate::house::House;

/// What cannot be downloaded is reported, not hidden.
pub(crate) async fn an_archive_that_is_gone(house: &House) {
    let repo = house.repo("archive-gone").await;
    let body = r#"{"message":"Not Found"}"#.to_owned();
    repo.fault("GET", "tarball", Effect::Answer { status: 404, headers: Vec::new(), body });
    let sent = repo.open().await;
    assert_eq!(repo.stage.ended(&sent.run()).await, "FAILED");
    let (got, results) = repo.results(&sent).await;
    house.verifiers().await.results(&got).await;
    assert_eq!(results["pipeline_status"], "failed");
    assert_eq!(results["success_rate"], 0.0);
    assert_eq!(
        (&results["failure"]["stage"], &results["failure"]["error"]),
        (&"build".into(), &"ForgeRefused".into())
    );
    for stage in ["build_results", "analysis_results", "fix_results", "test_results"] {
        assert_eq!(results[stage]["success"], false);
    }
    let task = repo.stage.task(&sent.task(), "failed").await;
    assert!(task["reason"].as_str().unwrap().starts_with("build: "), "{task}");
}

/// Requests that fail once are made again; one that was done, though its answer was lost, is not done twice.
pub(crate) async fn a_forge_out_for_a_moment(house: &House) {
    let repo = house.repo("bad-day").await;
    let before = repo.head().await;
    let body = String::new();
    repo.fault("GET", "tarball", Effect::Answer { status: 503, headers: Vec::new(), body });
    for (method, path) in [
        ("POST", "git/commits"),
        ("PATCH", "git/refs/"),
        ("POST", "check-runs"),
        ("POST", "issues/1/comments"),
    ] {
        repo.fault(method, path, Effect::LoseAnswer);
    }
    let sent = repo.open().await;
    assert_eq!(repo.stage.ended(&sent.run()).await, "SUCCEEDED");
    let (_, results) = repo.results(&sent).await;
    assert_eq!(results["fix_results"]["commit_sha"], repo.head().await.as_str());
    assert_eq!(results["fix_results"]["not_committed"], Value::Null);
    assert_eq!(repo.git(&["rev-list", "--count", &format!("{before}..{}", repo.branch())]).await, "1");
    assert_eq!(repo.base.forge.checks(&repo.name, &before).len(), 1);
    repo.comment(1);
}
