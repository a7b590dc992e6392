//! Messages that a key pair signs: a receiver needs no secret, only what is published at a well-known path.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, WEBHOOKS, ask};
use crate::endpoint::Endpoint;
use crate::house::House;
use crate::sender::Answer;
use crate::stage::Stage;
use crate::subscriber::{Got, Order};

const WELL: Order = Order::Always(200);

fn wish(signing: &str) -> Value {
    json!({ "events": ["webhook.test"], "signing": signing })
}

/// What anybody is told of a subscription's keys.
async fn page(stage: &Stage, id: &str) -> Answer {
    ask(reqwest::Client::new().get(format!("{}/.well-known/webhooks/{id}/keys", stage.stack.url()))).await
}

/// Sends a test and answers it with the keys that are published then.
async fn next(stage: &Stage, one: &Endpoint<'_>) -> (Got, Value) {
    stage.delivery(&one.test().await, "delivered").await;
    let keys = page(stage, &one.id).await.body["keys"].take();
    (one.got().pop().unwrap(), keys)
}

async fn rotate(one: &Endpoint<'_>, how: Value) -> Value {
    let rotated = one.ask(Method::POST, "/rotate-secret", Some(how)).await;
    assert_eq!(rotated.status, 200, "{}", rotated.body);
    rotated.body
}

pub(crate) async fn a_receiver_needs_no_secret(house: &House) {
    let stage = house.stage().await;
    let verifiers = house.verifiers().await;
    let one = Endpoint::subscribe(stage, WELL, wish("ed25519")).await;
    assert_eq!(one.secret, "", "the private key stays here");
    let shown = one.shown().await;
    assert_eq!(shown["signing"], "ed25519");
    assert!(!shown.to_string().contains("whsk_"));

    let published = page(stage, &one.id).await;
    assert_eq!(
        (published.status, &published.headers["cache-control"]),
        (200, &"public, max-age=300".parse().unwrap())
    );
    let key = &published.body["keys"][0];
    assert_eq!((&key["kty"], &key["crv"], &key["until"]), (&json!("OKP"), &json!("Ed25519"), &Value::Null));
    assert_eq!(key["public_key"], shown["secrets"][0]["public_key"]);

    let (got, keys) = next(stage, &one).await;
    let signature = got.header("webhook-signature");
    assert!(signature.starts_with("v1a,") && !signature.contains(' '), "{signature}");
    assert_eq!(got.header("x-webhook-signature"), "", "there is no secret to make it with");
    verifiers.signed_by_pairs(&keys, &got).await;
    let mut tampered = got.clone();
    tampered.body.push(b' ');
    verifiers.not_signed_by_pairs(&keys, &tampered).await;
    let other = Endpoint::subscribe(stage, WELL, wish("ed25519")).await;
    let others = page(stage, &other.id).await.body["keys"].take();
    verifiers.not_signed_by_pairs(&others, &got).await;
}

/// Old and new sign side by side, whichever kind they are; what leaked is withdrawn at once.
pub(crate) async fn a_pair_is_rotated(house: &House) {
    let stage = house.stage().await;
    let verifiers = house.verifiers().await;
    let one = Endpoint::subscribe(stage, WELL, wish("ed25519")).await;
    let (_, first) = next(stage, &one).await;

    let rotated = rotate(&one, json!({})).await;
    assert_eq!((&rotated["signing"], &rotated["secret_key"]), (&json!("ed25519"), &Value::Null));
    let (got, both) = next(stage, &one).await;
    assert_eq!((both.as_array().unwrap().len(), &both[1]["x"]), (2, &first[0]["x"]));
    assert!(both[1]["until"].is_string() && both[0]["until"].is_null());
    verifiers.signed_by_pairs(&both, &got).await;
    verifiers.signed_by_pairs(&first, &got).await;

    let rotated = rotate(&one, json!({ "signing": "hmac" })).await;
    let secret = rotated["secret_key"].as_str().unwrap();
    let (got, _) = next(stage, &one).await;
    assert_eq!(got.header("webhook-signature").split(' ').count(), 3);
    verifiers.signed(secret, &got).await;
    verifiers.signed_by_pairs(&both, &got).await;

    rotate(&one, json!({ "overlap_seconds": 0 })).await;
    assert_eq!(page(stage, &one.id).await.status, 404, "nothing signs with them any more");
    let (got, _) = next(stage, &one).await;
    verifiers.not_signed_by_pairs(&both, &got).await;

    rotate(&one, json!({ "signing": "ed25519" })).await;
    assert_eq!(page(stage, &one.id).await.status, 200);
    assert_eq!(one.ask(Method::DELETE, "", None).await.status, 204);
    assert_eq!(page(stage, &one.id).await.status, 404);
}

/// There are none, whoever asks for whatever.
pub(crate) async fn keys_that_are_not_there(house: &House) {
    let stage = house.stage().await;
    let shared = Endpoint::subscribe(stage, WELL, wish("hmac")).await;
    for id in [shared.id.as_str(), "wh_01kf0v3m9q8c7w2x5y6z4t1r0p", "nothing", "wh_%2e%2e"] {
        let answer = page(stage, id).await;
        assert_eq!((answer.status, &answer.body["status_code"]), (404, &json!(404)), "{id}");
    }
    let mut both = wish("ed25519");
    both["secret"] = json!("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    both["url"] = json!("https://example.com");
    for (body, field) in [(both, "secret"), (wish("rsa"), "signing")] {
        let refused = crate::endpoint::ask(stage, Method::POST, "", Some(body)).await;
        assert_eq!(refused.status, 422);
        let fields = refused.body["fields"].as_array().unwrap();
        assert!(fields.iter().any(|one| one["field"] == field), "{fields:?}");
    }
}

/// As many as can be registered at once, and changes at the same time: what is published is what signs.
pub(crate) async fn many_pairs_at_once(house: &House) {
    let stage = house.stage().await;
    let client = Client::admin(stage, "pairs").await;
    let mut one = wish("ed25519");
    one["url"] = json!("https://example.com/hooks");
    let made = client.post(&format!("{WEBHOOKS}/bulk"), &json!({ "webhooks": vec![one; 50] })).await;
    assert_eq!(made.status, 201, "{:?}", made.body);
    let made = made.body["webhooks"].as_array().unwrap();
    for one in [&made[0], &made[49]] {
        let published = page(stage, one["id"].as_str().unwrap()).await.body;
        assert_eq!(published["keys"][0]["public_key"], one["secrets"][0]["public_key"]);
    }

    let id = made[0]["id"].as_str().unwrap();
    let rotate = format!("{WEBHOOKS}/{id}/rotate-secret");
    let rotated = futures::future::join_all((0..4).map(|_| client.tell(&rotate))).await;
    assert!(rotated.iter().any(|answer| answer.status == 200));
    assert!(rotated.iter().all(|answer| [200, 409].contains(&answer.status)), "{rotated:?}");
    let shown = client.get(&format!("{WEBHOOKS}/{id}")).await.body;
    let published = page(stage, id).await.body;
    let keys = |list: &Value| {
        let all = list.as_array().unwrap().iter();
        all.map(|one| one["public_key"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(keys(&published["keys"]), keys(&shown["secrets"]));
}
