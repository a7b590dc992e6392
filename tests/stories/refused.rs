//! Webhooks that are not what they claim to be, or came before.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

use crate::house::House;
use crate::sender::{Answer, Webhook};
use crate::stage::{OLD_SECRET, Stage};
use crate::wait::until;

/// The contract's shape of an error.
#[track_caller]
fn check(answer: &Answer, status: u16, word: &str) {
    check_at("/api/v1/webhooks/github", answer, status, word);
}

#[track_caller]
fn check_at(path: &str, answer: &Answer, status: u16, word: &str) {
    assert_eq!(answer.status, status, "{:?}", answer.body);
    let mut names: Vec<&String> = answer.body.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["correlation_id", "error", "path", "status_code"]);
    assert_eq!((&answer.body["status_code"], &answer.body["path"]), (&json!(status), &json!(path)));
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
    for path in ["/api/v2/webhooks/github", "/api/v1/webhooks/github/", "/api/v2/webhooks/github/"] {
        check_at(path, &first.send_to(stage, path).await, 409, "already received");
    }
    let events = stage.items_with("pk", &format!("EVENT#{}", first.event())).await;
    assert_eq!(events.len(), 1);
}

/// GitHub's signature does not cover the delivery id, so the second body is taken; but no task is made of it.
pub(crate) async fn one_id_with_two_bodies(house: &House) {
    let stage = house.stage().await;
    let failed = |name: &str| {
        let check = json!({ "name": name, "conclusion": "failure", "head_sha": "a".repeat(40) });
        let repository = json!({ "id": 4711, "full_name": "acme/two-bodies", "default_branch": "main" });
        let sender = json!({ "login": "acme" });
        let body =
            json!({ "action": "completed", "check_run": check, "repository": repository, "sender": sender });
        Webhook::of("check_run", &body).id("two-bodies")
    };
    let (first, second) = (failed("unit tests"), failed("lint"));
    assert_eq!(first.send(stage).await.status, 200);
    stage.task(&first.event().task(), "recorded").await;
    assert_eq!(second.send(stage).await.status, 200);
    let pk = format!("EVENT#{}", second.event());
    let look = async || stage.item(&pk, "EVENT").await.filter(|event| event["status"] == "processed");
    let event = until("the router", look).await;
    assert_eq!(event["reason"], "refused: its delivery id came before with another body");
    assert_eq!(stage.item(&format!("TASK#{}", second.event().task()), "TASK").await, None);
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
    let webhook = Webhook::issue("base64");
    let mut event = webhook.as_event("192.0.2.1");
    event["isBase64Encoded"] = json!(true);
    event["body"] = json!(STANDARD.encode(&webhook.body));
    assert_eq!(invoke(stage, event).await["statusCode"], 200);
    assert!(stage.item(&format!("EVENT#{}", webhook.event()), "EVENT").await.is_some());
}

/// Forgeries are told to slow down; a genuine webhook is taken all the same, because the forge's servers are everybody's.
pub(crate) async fn a_flood_of_forgeries(house: &House) {
    let stage = house.stage().await;
    let from = "192.0.2.77";
    let forged = Webhook::issue("flood").signed_with("a guess").as_event(from);
    let mut slowed = None;
    for _ in 0..300 {
        let answer = invoke(stage, forged.clone()).await;
        if answer["statusCode"] == 429 {
            slowed = Some(answer);
            break;
        }
        assert_eq!(answer["statusCode"], 401);
    }
    let slowed = slowed.expect("nobody is told to slow down");
    assert!(slowed["headers"]["retry-after"].as_u64().is_some_and(|seconds| seconds >= 1), "{slowed}");
    assert_eq!(invoke(stage, Webhook::issue("in the flood").as_event(from)).await["statusCode"], 200);
}

/// One event straight to the function, as API Gateway would hand it over.
async fn invoke(stage: &Stage, event: Value) -> Value {
    let path = format!("functions/{}/invocations", stage.stack.function("Receiver").unwrap());
    crate::aws::lambda(&stage.stack, "POST", &path, Some(event)).await
}
