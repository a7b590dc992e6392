//! What a run tells while it goes on, and when it breaks.

use quartet_local::forge::Effect;
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::house::House;
use crate::repo::Repo;
use crate::subscriber::Order;

/// One who wants to hear everything of a repository's runs but their results.
async fn listener<'a>(repo: &Repo<'a>) -> Endpoint<'a> {
    let filter = format!("data.repository_name == '{}'", repo.name);
    let wish = json!({ "events": ["pipeline.*"], "filter": filter });
    Endpoint::subscribe(repo.stage, Order::Always(200), wish).await
}

/// Each event's name with what it says of success, in the order of what happened.
fn heard(listener: &Endpoint<'_>) -> Vec<(String, Value)> {
    let mut all: Vec<_> = listener.got().iter().map(|got| got.json()).collect();
    all.sort_by_key(|body| body["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap());
    let name = |body: &Value| body["type"].as_str().unwrap().to_owned();
    all.iter().map(|body| (name(body), body["data"]["success"].clone())).collect()
}

/// A stage's end is told when it happens, the test stage's too, which itself can tell nobody.
pub(crate) async fn a_stage_is_told_when_it_ends(house: &House) {
    let repo = house.repo("told").await;
    let listener = listener(&repo).await;
    let go = repo.hold("GET", &format!("branches/{}", repo.branch()));
    let sent = repo.open().await;
    for stage in ["started", "build", "analyze", "fix", "test"] {
        listener.wait(&format!("pipeline.{stage}"), 1).await;
    }
    assert_eq!(repo.stage.status(&sent.run()).await.as_deref(), Some("RUNNING"));
    assert!(repo.base.subscriber.got(&sent.message()).is_empty(), "its results are not there yet");
    go.notify_one();

    assert_eq!(repo.stage.ended(&sent.run()).await, "SUCCEEDED");
    let commit = listener.wait("pipeline.commit", 1).await.remove(0).json();
    assert!(commit["data"]["duration"].as_f64().is_some_and(|seconds| seconds > 0.0), "{commit}");
    repo.results(&sent).await;
    repo.stage.delivery(&sent.results(), "delivered").await;
    let ended = |stage: &str| (format!("pipeline.{stage}"), json!(true));
    let mut expected = vec![("pipeline.started".to_owned(), Value::Null)];
    expected.extend(["build", "analyze", "fix", "test", "commit"].map(ended));
    assert_eq!(heard(&listener), expected, "each once, in the order of the stages");
}

/// What broke is told, and of what never began nothing.
pub(crate) async fn a_failure_is_told_with_its_stage(house: &House) {
    let repo = house.repo("told-failure").await;
    let listener = listener(&repo).await;
    let body = r#"{"message":"Not Found"}"#.to_owned();
    repo.fault("GET", "tarball", Effect::Answer { status: 404, headers: Vec::new(), body });
    let sent = repo.open().await;
    assert_eq!(repo.stage.ended(&sent.run()).await, "FAILED");
    let failed = listener.wait("pipeline.failed", 1).await.remove(0).json();
    assert_eq!(
        (&failed["data"]["stage"], &failed["data"]["error"]),
        (&json!("build"), &json!("ForgeRefused"))
    );
    listener.wait("pipeline.build", 1).await;
    repo.stage.delivery(&sent.results(), "delivered").await;
    let mut heard = heard(&listener);
    heard.sort_by(|one, other| one.0.cmp(&other.0));
    let expected = [
        ("pipeline.build", json!(false)),
        ("pipeline.failed", Value::Null),
        ("pipeline.started", Value::Null),
    ];
    assert_eq!(heard, expected.map(|(name, success)| (name.to_owned(), success)));
}
