//! What breaks off half way, because AWS is out, and how it ends once AWS is back.

use quartet_domain::catalogue::{QUERY_CREATED, WEBHOOK_TEST};
use quartet_domain::ids::MessageId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::aws;
use crate::client::{Client, WEBHOOKS};
use crate::endpoint::Endpoint;
use crate::faults::{Fault, Faults, Rule};
use crate::house::House;
use crate::loaded::{deliveries, tell_one};
use crate::sender::Answer;
use crate::stage::{API_KEY, Stage};
use crate::subscriber::Order;
use crate::wait::until;

/// How often the AWS client asks before it gives up.
const CLIENT_TRIES: usize = 3;
const WELL: Order = Order::Always(200);

pub(crate) async fn what_was_begun_ends(house: &House) {
    let base = house.base().await;
    let faults = Faults::open().await;
    let stage = Stage::behind(&faults, base, "interrupted", &[]).await;
    a_fan_out_before_a_change(&stage, &faults).await;
    a_request(&stage, &faults).await;
    an_attempt_that_was_not_made(&stage, &faults).await;
    what_was_told_meanwhile(&stage).await;
    stage.stop().await;
}

/// A delivery that was made and not queued ends, although its subscription wants no more by then.
async fn a_fan_out_before_a_change(stage: &Stage, faults: &Faults) {
    let one = Endpoint::subscribe(stage, WELL, json!({ "events": [QUERY_CREATED] })).await;
    broken(faults, "SendMessageBatch");
    tell_one(stage, MessageId::of("1", "interrupted")).await;
    until("a fan-out that gave up", async || {
        let tries = faults.done().get(&("SendMessageBatch", Fault::Broken)).copied();
        (tries >= Some(CLIENT_TRIES)).then_some(())
    })
    .await;
    are(stage, &one, &["pending"]).await;
    assert_eq!(one.ask(Method::POST, "/disable", None).await.status, 200);
    faults.plan(&[]);
    are(stage, &one, &["cancelled"]).await;

    assert_eq!(one.ask(Method::POST, "/enable", None).await.status, 200);
    assert_eq!(recovered(&one).await, 1);
    are(stage, &one, &["delivered"]).await;
    assert_eq!(one.ask(Method::DELETE, "", None).await.status, 204);
}

/// A request that ended in an error is gone on with by its key; without one its delivery waits until it is recovered.
async fn a_request(stage: &Stage, faults: &Faults) {
    let one = Endpoint::subscribe(stage, WELL, json!({ "events": [WEBHOOK_TEST] })).await;
    let client = Client::with(stage, API_KEY);
    let test = async |key: &str| {
        let request = client.request(Method::POST, &format!("{WEBHOOKS}/{}/test", one.id));
        Answer::read(request.header("idempotency-key", key).send().await.unwrap()).await
    };
    broken(faults, "SendMessage");
    assert_eq!(test("the same").await.status, 503);
    are(stage, &one, &["pending"]).await;
    faults.plan(&[]);
    assert_eq!(test("the same").await.status, 202);
    are(stage, &one, &["delivered"]).await;

    broken(faults, "SendMessage");
    assert_eq!(test("another").await.status, 503);
    faults.plan(&[]);
    assert_eq!(recovered(&one).await, 0, "its id may be in the queue yet");
    let all = deliveries(stage, &one.id).await;
    let waiting = all.iter().find(|item| item["status"] == "pending").unwrap();
    due_long_ago(stage, waiting["pk"].as_str().unwrap()).await;
    assert_eq!(recovered(&one).await, 1);
    are(stage, &one, &["delivered", "delivered"]).await;
    assert_eq!(one.got().len(), 2);
}

/// Nothing was sent, so the next worker need not wait for the end of an attempt.
async fn an_attempt_that_was_not_made(stage: &Stage, faults: &Faults) {
    let one = Endpoint::subscribe(stage, WELL, json!({ "events": [WEBHOOK_TEST] })).await;
    broken(faults, "S3.GET");
    let test = one.test().await;
    let pk = format!("DLV#{test}");
    until("a lease that was given back", async || {
        let item = stage.item(&pk, "DELIVERY").await.unwrap();
        (item["leased_by"].is_string() && item["leased_until"].is_null()).then_some(())
    })
    .await;
    let health = stage.item(&format!("SUB#{}", one.id), "HEALTH").await.unwrap();
    let health: Value = serde_json::from_str(health["health"].as_str().unwrap()).unwrap();
    assert_eq!(health["under_way"], json!([]), "and so was its place");
    faults.plan(&[]);
    stage.delivery(&test, "delivered").await;
    assert_eq!(stage.attempts(&test).await.len(), 1);
}

/// An endpoint that was disabled, unasked, misses nothing that is told until it is enabled again.
async fn what_was_told_meanwhile(stage: &Stage) {
    let one = Endpoint::subscribe(stage, Order::Always(410), json!({ "events": [QUERY_CREATED] })).await;
    tell_one(stage, MessageId::of("2", "interrupted")).await;
    are(stage, &one, &["gone"]).await;
    until("the end of what is sent", async || (one.shown().await["active"] == false).then_some(())).await;
    tell_one(stage, MessageId::of("3", "interrupted")).await;
    are(stage, &one, &["cancelled", "gone"]).await;

    one.order(WELL);
    assert_eq!(one.ask(Method::POST, "/enable", None).await.status, 200);
    assert_eq!(recovered(&one).await, 2);
    are(stage, &one, &["delivered", "delivered"]).await;
    assert_eq!(one.got().len(), 3);
}

fn broken(faults: &Faults, action: &'static str) {
    faults.plan(&[Rule { action, every: 1, fault: Fault::Broken }]);
}

/// Waits until these are the statuses of its deliveries, sorted.
async fn are(stage: &Stage, one: &Endpoint<'_>, expected: &[&str]) {
    until(&format!("{expected:?}"), async || {
        let all = deliveries(stage, &one.id).await;
        let mut statuses: Vec<_> = all.iter().map(|item| item["status"].as_str().unwrap()).collect();
        statuses.sort_unstable();
        (statuses == expected).then_some(())
    })
    .await;
}

/// How many deliveries are due again.
async fn recovered(one: &Endpoint<'_>) -> u64 {
    let answer = one.ask(Method::POST, "/recover?since=2026-01-01T00:00:00Z", None).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    assert_eq!((&answer.body["more"], &answer.body["next_cursor"]), (&json!(false), &Value::Null));
    answer.body["recovered"].as_u64().unwrap()
}

async fn due_long_ago(stage: &Stage, pk: &str) {
    let input = json!({
        "TableName": stage.output("TableName"),
        "Key": { "pk": { "S": pk }, "sk": { "S": "DELIVERY" } },
        "UpdateExpression": "SET next_at = :then",
        "ExpressionAttributeValues": { ":then": { "S": "2026-01-01T00:00:00Z" } },
    });
    aws::dynamodb(&stage.stack, "UpdateItem", input).await;
}
