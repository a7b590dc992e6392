//! What subscriptions are sent: signed by every live secret, shaped as they wish, and each at its own pace.

use std::collections::VecDeque;
use std::time::Duration;

use quartet_domain::ids::DeliveryId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::house::House;
use crate::stage::Stage;
use crate::subscriber::Order;
use crate::wait::until;

const WELL: Order = Order::Always(200);

fn tests_only() -> Value {
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

/// Every request during and after a rotation is accepted by a receiver that knows either secret.
pub(crate) async fn a_rotation_refuses_nobody(house: &House) {
    let stage = house.stage().await;
    let one = Endpoint::subscribe(stage, WELL, tests_only()).await;
    let mut tests = Vec::new();
    let mut secrets = vec![one.secret.clone()];
    for round in 0..12 {
        tests.push(one.test().await);
        if round % 4 == 3 {
            let rotated =
                one.ask(Method::POST, "/rotate-secret", Some(json!({ "overlap_seconds": 3600 }))).await;
            assert_eq!(rotated.status, 200, "{}", rotated.body);
            secrets.push(rotated.body["secret_key"].as_str().unwrap().to_owned());
        }
    }
    let last = one.test().await;
    stage.delivery(&last, "delivered").await;
    for test in &tests {
        assert_eq!(stage.delivery(test, "delivered").await["attempts"], 1);
    }
    let got = one.got();
    assert_eq!(got.len(), 13);
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
    assert_eq!((&statistics["attempts"], &statistics["delivered"]), (&json!(14), &json!(14)));
}

/// 410 disables at once, cancels what waits, and the owner's other endpoint hears of it.
pub(crate) async fn what_is_gone_is_disabled_and_told(house: &House) {
    let stage = house.stage().await;
    let owner = Endpoint::subscribe(stage, WELL, json!({ "events": ["endpoint.disabled"] })).await;
    let gone = Endpoint::subscribe(stage, Order::Always(410), tests_only()).await;
    let test = gone.test().await;
    stage.delivery(&test, "gone").await;
    let about = async || {
        let all = owner.got();
        all.into_iter().find(|got| got.json()["data"]["webhook_id"] == gone.id.as_str())
    };
    let told = until("the message that it is disabled", about).await;
    assert_eq!(told.json()["data"]["reason"], "gone");
    house.verifiers().await.signed(&owner.secret, &told).await;
    let shown = gone.shown().await;
    assert_eq!((&shown["active"], &shown["disabled_reason"]), (&json!(false), &json!("gone")));
    assert_eq!(gone.ask(Method::POST, "/test", None).await.status, 409);
    assert_eq!(gone.got().len(), 1);

    gone.order(WELL);
    assert_eq!(gone.ask(Method::POST, "/enable", None).await.status, 200);
    let recover = gone.ask(Method::POST, "/recover?since=2026-01-01T00:00:00Z", None).await;
    assert_eq!((recover.status, &recover.body["recovered"]), (202, &json!(1)), "{}", recover.body);
    stage.delivery(&test, "delivered").await;
    assert_eq!(gone.got()[0].header("webhook-id"), gone.got()[1].header("webhook-id"));
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

/// Five failures open the breaker for all that waits; a probe half a minute later closes it.
pub(crate) async fn a_breaker_opens_and_closes(house: &House) {
    let stage = house.stage().await;
    let failing = Order::First(VecDeque::from([500; 5]));
    let one = Endpoint::subscribe(stage, failing, tests_only()).await;
    let first = one.test().await;
    one.wait("webhook.test", 5).await;
    let second = one.test().await;
    for test in [&first, &second] {
        stage.delivery(test, "delivered").await;
    }
    let times = one.times();
    assert_eq!(times.len(), 7, "waiting is no attempt");
    assert!(times[5] - times[4] >= Duration::from_secs(29), "{:?}", times[5] - times[4]);
    assert_eq!(stage.attempts(&second).await.len(), 1);
}

/// A breaker that one address opened does not stand before the next one; what waits goes on where it was.
pub(crate) async fn another_address_has_a_record_of_its_own(house: &House) {
    let stage = house.stage().await;
    let one = Endpoint::subscribe(stage, Order::Always(500), tests_only()).await;
    let test = one.test().await;
    let failures = async || health(stage, &one).await.and_then(|health| health["failures"].as_u64());
    until("an open breaker", async || (failures().await == Some(5)).then_some(())).await;
    let shown = one.shown().await["health"].clone();
    assert_eq!((&shown["breaker"], shown["held_until"].is_string()), (&json!("open"), true), "{shown}");
    let renamed = one.ask(Method::PATCH, "", Some(json!({ "description": "renamed" }))).await;
    assert_eq!((renamed.status, failures().await), (200, Some(5)));

    until("when it goes on", async || {
        let delivery = one.ask(Method::GET, &format!("/deliveries/{test}"), None).await.body;
        let next: jiff::Timestamp = delivery["delivery"]["next_attempt_at"].as_str()?.parse().unwrap();
        (next >= shown["held_until"].as_str()?.parse().unwrap()).then_some(())
    })
    .await;

    one.order(WELL);
    let moved = format!("{}/moved", renamed.body["url"].as_str().unwrap());
    assert_eq!(one.ask(Method::PATCH, "", Some(json!({ "url": moved }))).await.status, 200);
    assert_eq!(health(stage, &one).await, None);
    let retry = one.ask(Method::POST, &format!("/deliveries/{test}/retry"), None).await;
    assert_eq!(retry.status, 202, "{}", retry.body);
    let delivered = stage.delivery(&test, "delivered").await;
    assert_eq!((&delivered["attempts"], &delivered["resumed_after"]), (&json!(6), &json!(0)));
}

/// One that was well and now keeps an attempt waiting gets few others, long before that attempt ends.
pub(crate) async fn one_that_hangs_is_told_of_before_it_ends(house: &House) {
    let stage = house.stage().await;
    let settings = json!({ "events": ["webhook.test"], "timeout_seconds": 30 });
    let one = Endpoint::subscribe(stage, WELL, settings).await;
    stage.delivery(&one.test().await, "delivered").await;
    let proven = async || health(stage, &one).await.map(|health| health["proven"].clone());
    assert_eq!(proven().await, Some(json!(true)));
    one.order(Order::Hold(1));
    let test = one.test().await;
    until("what is told of it", async || (proven().await == Some(json!(false))).then_some(())).await;
    let delivery = stage.item(&format!("DLV#{test}"), "DELIVERY").await.unwrap();
    assert_eq!(
        (&delivery["attempts"], &delivery["status"]),
        (&json!(0), &json!("pending")),
        "it still hangs"
    );
}

async fn health(stage: &Stage, one: &Endpoint<'_>) -> Option<Value> {
    let item = stage.item(&format!("SUB#{}", one.id), "HEALTH").await?;
    Some(serde_json::from_str(item["health"].as_str().unwrap()).unwrap())
}

/// Messages for an endpoint that never answers hold up no other.
pub(crate) async fn a_dead_endpoint_delays_nobody(house: &House) {
    let stage = house.stage().await;
    let dead = Endpoint::subscribe(stage, Order::Hold(usize::MAX), tests_only()).await;
    let well = Endpoint::subscribe(stage, WELL, tests_only()).await;
    let mut waiting = Vec::new();
    for _ in 0..8 {
        waiting.push(dead.test().await);
    }
    let mut sent = Vec::new();
    for _ in 0..8 {
        sent.push(well.test().await);
    }
    for test in &sent {
        stage.delivery(test, "delivered").await;
    }
    assert!(is_pending(stage, &waiting).await, "they were delivered while the others still waited");
    dead.order(WELL);
    for test in &waiting {
        stage.delivery(test, "delivered").await;
    }
}

async fn is_pending(stage: &Stage, deliveries: &[DeliveryId]) -> bool {
    for id in deliveries {
        let delivery = stage.item(&format!("DLV#{id}"), "DELIVERY").await.unwrap();
        if delivery["status"] != "pending" {
            return false;
        }
    }
    true
}
