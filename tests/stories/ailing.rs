//! Endpoints that do badly: what they are spared, what their owners hear, and what it is to others.

use std::collections::VecDeque;
use std::time::Duration;

use quartet_domain::ids::DeliveryId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::aws;
use crate::endpoint::Endpoint;
use crate::house::House;
use crate::stage::Stage;
use crate::subscribed::{WELL, tests_only};
use crate::subscriber::Order;
use crate::wait::until;

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

/// A slow answer is one: its place is free again when it has come.
pub(crate) async fn a_slow_endpoint_keeps_no_places(house: &House) {
    let stage = house.stage().await;
    let one = Endpoint::subscribe(stage, Order::Slow(Duration::from_secs(4)), tests_only()).await;
    stage.delivery(&one.test().await, "delivered").await;
    let health = health(stage, &one).await.unwrap();
    assert_eq!((&health["proven"], &health["under_way"]), (&json!(false), &json!([])));
}

/// Nothing got through for five days: it is disabled, its owner hears of it, and what comes meanwhile is kept.
pub(crate) async fn what_fails_for_days_is_disabled(house: &House) {
    let stage = house.stage().await;
    let owner = Endpoint::subscribe(stage, WELL, json!({ "events": ["endpoint.disabled"] })).await;
    let one = Endpoint::subscribe(stage, Order::Always(500), tests_only()).await;
    let test = one.test().await;
    let failures = async || health(stage, &one).await.and_then(|health| health["failures"].as_u64());
    until("an open breaker", async || (failures().await == Some(5)).then_some(())).await;
    // As if that row had begun long ago, and the breaker had just closed.
    let mut aged = health(stage, &one).await.unwrap();
    aged["failing_since"] = json!("2026-01-01T00:00:00Z");
    aged["held_until"] = Value::Null;
    let change = json!({
        "TableName": stage.output("TableName"),
        "Key": { "pk": { "S": format!("SUB#{}", one.id) }, "sk": { "S": "HEALTH" } },
        "UpdateExpression": "SET health = :aged",
        "ExpressionAttributeValues": { ":aged": { "S": aged.to_string() } },
    });
    aws::dynamodb(&stage.stack, "UpdateItem", change).await;
    assert_eq!(one.ask(Method::POST, &format!("/deliveries/{test}/retry"), None).await.status, 202);
    let about = async || {
        let all = owner.got();
        all.into_iter().find(|got| got.json()["data"]["webhook_id"] == one.id.as_str())
    };
    let told = until("the message that it is disabled", about).await;
    assert_eq!(told.json()["data"]["reason"], "failing");
    let shown = one.shown().await;
    assert_eq!((&shown["active"], &shown["disabled_reason"]), (&json!(false), &json!("failing")));
    stage.delivery(&test, "cancelled").await;
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
