//! A pull request is opened; Quartet looks, fixes, commits, shows and tells.

use quartet_local::{Tool, sample};
use serde_json::{Value, json};

use crate::house::House;
use crate::notes::FILE;
use crate::repo::{Content, Repo};
use crate::sent::Sent;

pub(crate) async fn a_pull_request_is_fixed_and_reported(house: &House) {
    let repo = Repo::make(house.base().await, house.stage().await, "opened", Content::Sample).await;
    let before = repo.head().await;
    let sent = repo.open().await;
    let answer: Value = serde_json::from_str(&sent.delivery.outcome.as_ref().unwrap().body).unwrap();
    let result = json!({ "status": "queued", "task_id": sent.task(), "action": "opened" });
    let guid = &sent.delivery.guid;
    let accepted =
        json!({ "status": "accepted", "delivery_id": guid, "event_type": "pull_request", "result": result });
    assert_eq!(answer, accepted);

    assert_eq!(repo.stage.ended(&sent.run()).await, "SUCCEEDED");
    let (got, results) = repo.results(&sent).await;
    let verifiers = house.verifiers().await;
    verifiers.github(&sent.delivery.request_headers, &sent.delivery.body).await;
    verifiers.results(&got).await;
    let stored = format!("runs/{}/pipeline_complete.json", sent.run());
    assert_eq!(repo.stage.object(&stored).await.as_deref(), Some(got.body.as_slice()));
    repo.stage.delivery(&sent.results(), "delivered").await;
    repo.stage.task(&sent.task(), "completed").await;

    complete(&results, &sent, &before);
    let fixed = results["fix_results"]["commit_sha"].as_str().unwrap();
    committed(&repo, &before, fixed).await;
    shown(&repo, &sent, &before);
    starts_nothing(&repo, fixed).await;
}

fn complete(results: &Value, sent: &Sent, head: &str) {
    assert_eq!(results["pipeline_status"], "success", "{results:#}");
    assert_eq!(results["success_rate"], 100.0);
    assert_eq!(results["pr_number"], 1);
    assert_eq!(results["trigger"]["commit_sha"], head);
    assert_eq!(results["trigger"]["delivery_id"], sent.delivery.guid.as_str());
    let found = results["analysis_results"]["vulnerabilities"].as_array().unwrap();
    for kind in ["CWE-89", "CWE-502", "CWE-328", "CWE-78", "CWE-601", "CWE-79"] {
        assert!(found.iter().any(|one| one["cwe"] == kind), "{kind} is missing in {found:#?}");
    }
    let fixed = results["fix_results"]["functions_fixed"].as_array().unwrap();
    assert!(fixed.len() >= 4);
    for fix in fixed {
        let rungs = fix["verification"].as_array().unwrap();
        let names: Vec<_> = rungs.iter().map(|rung| rung["rung"].as_str().unwrap()).collect();
        assert_eq!(names[5..], ["tests_not_worse", "regression_test"], "{fix:#}");
        assert!(rungs.iter().all(|rung| rung["passed"] == true), "{fix:#}");
    }
    let tests = &results["test_results"];
    assert_eq!((&tests["tests_failed"], &tests["not_worse"]), (&json!(0), &json!(true)), "{tests:#}");
    assert!(tests["tests_executed"].as_u64().unwrap() >= 8, "{tests:#}");
}

/// The commit is one on top of the head, and the tests of the repository pass on it.
async fn committed(repo: &Repo<'_>, before: &str, fixed: &str) {
    let words = repo.git(&["log", "-1", "--format=%H%n%P%n%an%n%s", sample::BRANCH]).await;
    let words: Vec<&str> = words.lines().collect();
    assert_eq!((words[0], words[1], words[2]), (fixed, before, "Quartet"), "{words:?}");
    assert!(words[3].ends_with("[skip-pipeline]"), "{words:?}");
    let tree = repo.base.folder.join("opened-after");
    let dir = repo.base.forge.git_dir(&repo.name);
    let clone = Tool::new("git").args(["clone", "--quiet", "--branch", sample::BRANCH]).arg(dir).arg(&tree);
    clone.text().await.unwrap();
    let unittest = ["-B", "-m", "unittest", "discover", "-q", "-s", "tests"];
    Tool::new(repo.base.python.program()).args(unittest).dir(&tree).text().await.unwrap();
    Tool::new(&repo.base.node).arg("--test").dir(&tree).text().await.unwrap();
}

/// One check on the head that was analysed, one comment on the pull request.
fn shown(repo: &Repo<'_>, sent: &Sent, head: &str) {
    let checks = repo.base.forge.checks(&repo.name, head);
    assert_eq!(checks.len(), 1);
    assert_eq!(
        (checks[0].external_id.as_str(), checks[0].status.as_str()),
        (sent.run().as_str(), "completed")
    );
    assert!(checks[0].annotations.len() >= 7);
    let comment = repo.comment(1);
    assert!(comment.contains("SQL Injection") && comment.contains("```diff"), "{comment}");
}

/// The webhook about our own commit is taken, and no run follows.
async fn starts_nothing(repo: &Repo<'_>, fixed: &str) {
    let own = repo.sent("synchronize", fixed).await;
    let task = repo.stage.task(&own.task(), "skipped").await;
    assert_eq!(task["reason"], "the head is a commit of our own");
    assert_eq!(repo.stage.status(&own.run()).await, None);
}

pub(crate) async fn a_push_to_the_default_branch_is_reported_only(house: &House) {
    let repo = house.repo("pushed").await;
    let weak = std::fs::read_to_string(repo.base.notes.join(FILE)).unwrap();
    let sha = repo.base.forge.push_commit(&repo.name, "main", &[(FILE, &weak)]).await.unwrap();
    let sent = repo.sent_push(&sha).await;
    let (_, results) = repo.results(&sent).await;
    assert_eq!(results["pr_number"], Value::Null);
    assert_eq!(results["pipeline_status"], "success");
    assert_eq!(results["fix_results"]["not_committed"], "push");
    assert_eq!(repo.git(&["rev-parse", "main"]).await, sha);
    assert_eq!(repo.base.forge.checks(&repo.name, &sha).len(), 1);
}
