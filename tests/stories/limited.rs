//! How often a key may ask, and what is sent again when its owner asks for it.

use std::time::Instant;

use quartet_domain::ids::{DeliveryId, MessageId};
use serde_json::{Value, json};

use crate::client::{Client, WEBHOOKS, wish_with};
use crate::house::House;
use crate::wait::until;

/// Fifty at once and one more each 0.6 s, whichever process of the function answers.
pub(crate) async fn a_key_asks_fifty_times_at_once(house: &House) {
    let client = Client::admin(house.stage().await, "limits").await;
    let started = Instant::now();
    let answers = futures::future::join_all((0..60).map(|_| client.get(WEBHOOKS))).await;
    let regained = usize::try_from(started.elapsed().as_millis() / 600).unwrap() + 1;
    let granted = answers.iter().filter(|answer| answer.status == 200).count();
    assert!((50..=50 + regained).contains(&granted), "{granted} granted, {regained} regained");
    for answer in &answers {
        assert!(answer.headers.contains_key("ratelimit-limit"), "{} {:?}", answer.status, answer.body);
        let number = |name: &str| answer.headers[name].to_str().unwrap().parse::<i64>().unwrap();
        assert_eq!(number("ratelimit-limit"), 50);
        assert!((0..50).contains(&number("ratelimit-remaining")) && number("ratelimit-reset") > 0);
        if answer.status != 200 {
            assert_eq!((answer.status, &answer.body["status_code"]), (429, &json!(429)));
            assert!(number("retry-after") >= 1);
        }
    }
    let other = Client::admin(house.stage().await, "limits").await;
    assert_eq!(other.get(WEBHOOKS).await.status, 200, "each key has a rate of its own");
}

/// A test is a real message: sent, logged, counted.
pub(crate) async fn a_test_is_sent_and_logged(house: &House) {
    let stage = house.stage().await;
    let client = Client::admin(stage, "tests").await;
    let subscriber = &house.base().await.subscriber;
    let (path, made) = client.register(&wish_with("url", json!(subscriber.url))).await;
    let queued = client.tell(&format!("{path}/test")).await;
    assert_eq!(queued.status, 202, "{:?}", queued.body);
    let message = MessageId::parse(queued.body["message_id"].as_str().unwrap()).unwrap();
    let got = subscriber.wait(&message, 1).await;
    let body = got[0].json();
    assert_eq!((&body["type"], &body["data"]["test"]), (&json!("webhook.test"), &json!(true)));
    assert_eq!(body["data"]["webhook_id"], made["id"]);

    let one = format!("{path}/deliveries/{}", queued.body["delivery_id"].as_str().unwrap());
    let delivery = DeliveryId::parse(queued.body["delivery_id"].as_str().unwrap()).unwrap();
    stage.delivery(&delivery, "delivered").await;
    let log = client.get(&one).await.body;
    assert_eq!((&log["attempts"][0]["number"], &log["attempts"][0]["status_code"]), (&json!(1), &json!(200)));
    let listed =
        client.get(&format!("{path}/deliveries?status=delivered&event_type=webhook.test")).await.body;
    assert_eq!(listed["deliveries"].as_array().unwrap().len(), 1);
    let none = client.get(&format!("{path}/deliveries?status=failed")).await.body;
    assert_eq!(none["deliveries"], json!([]));
    let statistics = client.get(&path).await.body["statistics"].take();
    assert_eq!((&statistics["attempts"], &statistics["delivered"]), (&json!(1), &json!(1)));
    assert_eq!(statistics["success_rate"], 100.0);
    assert_eq!(
        client.tell(&format!("{one}/retry")).await.status,
        409,
        "what was delivered is not sent again unasked"
    );
    assert_eq!(client.tell(&format!("{one}/retry?force=true")).await.status, 202);
    assert_eq!(subscriber.wait(&message, 2).await.len(), 2);
}

/// Nobody listens there; then its owner asks for another round.
pub(crate) async fn what_was_given_up_is_recovered(house: &House) {
    let stage = house.stage().await;
    let client = Client::admin(stage, "recovers").await;
    let mut wish = wish_with("url", json!("http://127.0.0.1:1/"));
    wish["retry"] = json!({ "gaps_seconds": [1] });
    let (path, made) = client.register(&wish).await;
    let queued = client.tell(&format!("{path}/test")).await.body;
    let one = format!("{path}/deliveries/{}", queued["delivery_id"].as_str().unwrap());
    // In the table: looking through the API would use up the key's rate.
    let pk = format!("DLV#{}", queued["delivery_id"].as_str().unwrap());
    let given_up = async |attempts: u64| {
        let is_done = |item: &Value| item["status"] == "exhausted" && item["attempts"] == attempts;
        let look = async || stage.item(&pk, "DELIVERY").await.filter(is_done);
        until(&format!("{attempts} attempts"), look).await
    };
    given_up(2).await;
    let log = client.get(&one).await.body;
    assert_eq!(
        (&log["attempts"][0]["status_code"], &log["attempts"][0]["error"]),
        (&Value::Null, &json!("connection_refused"))
    );
    let since = made["created_at"].as_str().unwrap();
    let recovered = client.tell(&format!("{path}/recover?since={since}")).await;
    assert_eq!(
        (recovered.status, &recovered.body),
        (202, &json!({ "recovered": 1, "more": false, "next_cursor": null }))
    );
    given_up(4).await;
    assert_eq!(client.tell(&format!("{one}/retry")).await.status, 202);
    given_up(6).await;
    let statistics = client.get(&path).await.body["statistics"].take();
    assert_eq!((&statistics["failed_attempts"], &statistics["given_up"]), (&json!(6), &json!(3)));
    assert_eq!(client.tell(&format!("{path}/recover")).await.status, 422);
}
