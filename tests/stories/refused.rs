//! Webhooks that are not what they claim to be, or came before.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::json;

use crate::house::House;
use crate::sender::{Answer, Webhook};
use crate::stage::{OLD_SECRET, Stage};
use crate::wait::until;

/// The contract's shape of an error.
#[track_caller]
fn check(answer: &Answer, status: u16, word: &str) {
    assert_eq!(answer.status, status, "{:?}", answer.body);
    let mut names: Vec<&String> = answer.body.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["correlation_id", "error", "path", "status_code"]);
    assert_eq!(
        (&answer.body["status_code"], &answer.body["path"]),
        (&json!(status), &json!("/api/v1/webhooks/github"))
    );
    assert!(
        answer.body["error"].as_str().unwrap().contains(word),
        "{:?} says nothing of {word}",
        answer.body
    );
    assert!(!answer.body["correlation_id"].as_str().unwrap().is_empty());
    assert_eq!(answer.headers["content-type"], "application/json");
}

/// Nothing about this webhook is in the table.
async fn left_no_trace(stage: &Stage, webhook: &Webhook, id: &str) {
    assert_eq!(stage.item(&format!("EVENT#{}", webhook.event()), "EVENT").await, None);
    assert!(stage.items_with("delivery_id", id).await.is_empty());
}

pub(crate) async fn forgeries(house: &House) {
    let stage = house.stage().await;
    let genuine = || Webhook::issue("forged").id("forged");
    let wrong = genuine().signed_with("a guess");
    check(&wrong.send(stage).await, 401, "signature");
    let mut tampered = genuine();
    tampered.body[2] ^= 1;
    check(&tampered.send(stage).await, 401, "signature");
    let unsigned = genuine().header("x-hub-signature-256", "");
    check(&unsigned.send(stage).await, 401, "X-Hub-Signature-256");
    // A good SHA-1 signature proves nothing: collisions are for sale.
    let old = unsigned.clone().header("x-hub-signature", "sha1=33f9d709782f62b8b4a0178586c65ab098a39fe2");
    check(&old.send(stage).await, 401, "X-Hub-Signature-256");
    for webhook in [wrong, tampered, unsigned, old] {
        left_no_trace(stage, &webhook, "forged").await;
    }
}

pub(crate) async fn malformed_requests(house: &House) {
    let stage = house.stage().await;
    let id = "malformed";
    let genuine = || Webhook::issue(id).id(id);
    let large = genuine().body(vec![b' '; 1_048_577]).signed_with(crate::stage::SECRET);
    check(&large.send(stage).await, 413, "1048576 bytes");
    let no_json = genuine().body("hook=1").signed_with(crate::stage::SECRET);
    check(&no_json.send(stage).await, 400, "JSON");
    let list = genuine().body("[]").signed_with(crate::stage::SECRET);
    check(&list.send(stage).await, 400, "JSON");
    let form = genuine().header("content-type", "application/x-www-form-urlencoded");
    check(&form.send(stage).await, 415, "application/json");
    for name in ["x-github-event", "x-github-delivery"] {
        check(&genuine().header(name, "").send(stage).await, 400, "missing");
    }
    let looked = genuine().method(Method::GET).send(stage).await;
    check(&looked, 405, "POST");
    assert_eq!(looked.headers["allow"], "POST");
    for webhook in [large, no_json, list, genuine()] {
        left_no_trace(stage, &webhook, id).await;
    }
}

/// Known by its content: another delivery id does not make it new, and the path does not either.
pub(crate) async fn repetitions(house: &House) {
    let stage = house.stage().await;
    let first = Webhook::issue("repeated");
    assert_eq!(first.send(stage).await.status, 200);
    check(&first.send(stage).await, 409, "already received");
    check(&first.clone().id("another-id").send(stage).await, 409, "already received");
    let events = stage.items_with("pk", &format!("EVENT#{}", first.event())).await;
    assert_eq!(events.len(), 1);
}

/// GitHub's signature does not cover the delivery id, so the second body is taken; but no task is made of it.
pub(crate) async fn one_id_with_two_bodies(house: &House) {
    let stage = house.stage().await;
    let repository = json!({ "id": 4711, "full_name": "acme/two-bodies", "default_branch": "main" });
    let push = |after: char| {
        let body = json!({
            "ref": "refs/heads/main", "before": "0".repeat(40), "after": after.to_string().repeat(40),
            "deleted": false, "repository": repository, "sender": { "login": "acme" },
        });
        Webhook::of("issues", &body).id("two-bodies")
    };
    let (first, second) = (push('a'), push('b'));
    for webhook in [&first, &second] {
        assert_eq!(webhook.send(stage).await.status, 200);
        let pk = format!("EVENT#{}", webhook.event());
        let look = async || stage.item(&pk, "EVENT").await.filter(|event| event["status"] == "processed");
        let event = until("the router", look).await;
        let refused = event["reason"].as_str().unwrap().starts_with("refused: its delivery id came before");
        assert_eq!(refused, webhook.event() == second.event(), "{event}");
        assert_eq!(stage.item(&format!("TASK#{}", webhook.event().task()), "TASK").await, None);
    }
}

pub(crate) async fn what_is_accepted(house: &House) {
    let stage = house.stage().await;
    let old = Webhook::issue("old secret").signed_with(OLD_SECRET);
    let answer = old.send(stage).await;
    let result = json!({ "status": "recorded", "action": "opened" });
    assert_eq!((answer.status, &answer.body["result"]), (200, &result), "{:?}", answer.body);
    let typed = Webhook::issue("typed").header("content-type", "Application/JSON; charset=utf-8");
    assert_eq!(typed.send(stage).await.status, 200);
    // API Gateway hands a body over as base64 when it does not know its type as text.
    let event = json!({
        "version": "2.0", "rawPath": "/api/v1/webhooks/github", "isBase64Encoded": true,
        "requestContext": { "requestId": "r", "http": { "method": "POST", "path": "/api/v1/webhooks/github", "sourceIp": "192.0.2.1" } },
    });
    let webhook = Webhook::issue("base64");
    let mut event = event;
    event["headers"] = webhook.lower_case_headers();
    event["body"] = json!(STANDARD.encode(&webhook.body));
    let name = stage.stack.function("Receiver").unwrap();
    let answer =
        crate::aws::lambda(&stage.stack, "POST", &format!("functions/{name}/invocations"), Some(event)).await;
    assert_eq!(answer["statusCode"], 200, "{answer}");
    assert!(stage.item(&format!("EVENT#{}", webhook.event()), "EVENT").await.is_some());
}
