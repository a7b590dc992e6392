//! What subscriptions are sent: signed by every live secret, shaped as they wish, and each at its own pace.

use reqwest::Method;
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::house::House;
use crate::subscriber::Order;

pub(crate) const WELL: Order = Order::Always(200);

pub(crate) fn tests_only() -> Value {
    json!({ "events": ["webhook.test"], "retry": { "gaps_seconds": vec![1; 10] }, "timeout_seconds": 5 })
}

/// A run tells its beginning, its stages and its results; a filter leaves other repositories out.
pub(crate) async fn a_run_is_told_to_those_who_want_it(house: &House) {
    let repo = house.repo("subscribed").await;
    let ours = |field: &str| format!("{field} == '{}'", repo.name);
    let full = json!({ "events": ["pipeline_complete"], "filter": ours("results.repository_name") });
    let full = Endpoint::subscribe(repo.stage, WELL, full).await;
    let steps = json!({ "events": ["pipeline.*"], "filter": ours("data.repository_name") });
    let steps = Endpoint::subscribe(repo.stage, WELL, steps).await;
    let link = json!({ "events": ["pipeline_complete"], "filter": ours("results.repository_name"), "payload": "link" });
    let link = Endpoint::subscribe(repo.stage, WELL, link).await;
    let short = json!({
        "events": ["pipeline_complete"],
        "filter": ours("results.repository_name"),
        "template": r#"{"text": {{ results.pipeline_status|tojson }}}"#,
        "headers": { "x-team": "blue" },
    });
    let short = Endpoint::subscribe(repo.stage, WELL, short).await;
    let other = json!({ "events": ["*"], "filter": "results.repository_name == 'nobody/nothing'" });
    let other = Endpoint::subscribe(repo.stage, WELL, other).await;

    let sent = repo.open().await;
    let results = repo.base.subscriber.wait(&sent.message(), 1).await.remove(0);
    let complete = full.wait("pipeline_complete", 1).await.remove(0);
    assert_eq!(complete.body, results.body, "the same bytes for all");
    assert_eq!(complete.header("webhook-id"), sent.message().as_str());
    house.verifiers().await.signed(&full.secret, &complete).await;

    for event in ["started", "build", "analyze", "fix", "test", "commit"] {
        let event = format!("pipeline.{event}");
        let got = steps.wait(&event, 1).await.remove(0);
        assert_eq!((&got.json()["type"], &got.json()["data"]["run_id"]), (&json!(event), &json!(sent.run())));
        house.verifiers().await.signed(&steps.secret, &got).await;
    }
    let linked = link.wait("pipeline_complete", 1).await.remove(0);
    assert_eq!(linked.json()["data"]["run_id"], json!(sent.run()));
    let whole = reqwest::get(linked.json()["link"]["url"].as_str().unwrap()).await.unwrap();
    assert_eq!(whole.bytes().await.unwrap(), results.body);

    let text = short.wait("pipeline_complete", 1).await.remove(0);
    assert_eq!((text.json(), text.header("x-team")), (json!({ "text": "success" }), "blue"));
    assert!(other.got().is_empty());
}

/// Every request during and after rotations is accepted by a receiver that knows any live secret, however many are under way.
pub(crate) async fn a_rotation_refuses_nobody(house: &House) {
    let stage = house.stage().await;
    let one = Endpoint::subscribe(stage, WELL, tests_only()).await;
    let tests = futures::future::join_all((0..4).map(|_| async {
        let mut tests = Vec::new();
        for _ in 0..6 {
            tests.push(one.test().await);
        }
        tests
    }));
    let rotations = async {
        let mut secrets = vec![one.secret.clone()];
        for round in 1..4 {
            one.wait("webhook.test", 5 * round).await;
            let overlap = json!({ "overlap_seconds": 3600 });
            let rotated = one.ask(Method::POST, "/rotate-secret", Some(overlap)).await;
            assert_eq!(rotated.status, 200, "{}", rotated.body);
            secrets.push(rotated.body["secret_key"].as_str().unwrap().to_owned());
        }
        secrets
    };
    let (tests, secrets) = futures::join!(tests, rotations);
    stage.delivery(&one.test().await, "delivered").await;
    for test in tests.iter().flatten() {
        assert_eq!(stage.delivery(test, "delivered").await["attempts"], 1);
    }
    let got = one.got();
    assert_eq!(got.len(), 25);
    let verifiers = house.verifiers().await;
    for request in &got {
        verifiers.signed(&secrets[0], request).await;
    }
    let newest = got.iter().max_by_key(|got| got.header("webhook-signature").len()).unwrap();
    assert_eq!(newest.header("webhook-signature").split(' ').count(), 4);
    for secret in &secrets {
        verifiers.signed(secret, newest).await;
    }
    let leaked = json!({ "overlap_seconds": 0 });
    let rotated = one.ask(Method::POST, "/rotate-secret", Some(leaked)).await;
    stage.delivery(&one.test().await, "delivered").await;
    let only = one.got().pop().unwrap();
    assert_eq!(only.header("webhook-signature").split(' ').count(), 1);
    verifiers.signed(rotated.body["secret_key"].as_str().unwrap(), &only).await;
    let statistics = one.shown().await["statistics"].clone();
    assert_eq!((&statistics["attempts"], &statistics["delivered"]), (&json!(26), &json!(26)));
}

/// What waits when its owner disables the subscription is cancelled, and recovered afterwards.
pub(crate) async fn what_waits_for_a_disabled_one_is_cancelled(house: &House) {
    let stage = house.stage().await;
    let one = Endpoint::subscribe(stage, Order::Always(500), tests_only()).await;
    let test = one.test().await;
    one.wait("webhook.test", 1).await;
    assert_eq!(one.ask(Method::POST, "/disable", None).await.status, 200);
    stage.delivery(&test, "cancelled").await;
    one.order(WELL);
    assert_eq!(one.ask(Method::POST, "/enable", None).await.status, 200);
    let recover = one.ask(Method::POST, "/recover?since=2026-01-01T00:00:00Z", None).await;
    assert_eq!(recover.body["recovered"], 1, "{}", recover.body);
    stage.delivery(&test, "delivered").await;
}
