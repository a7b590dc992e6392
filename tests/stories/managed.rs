//! Subscriptions, their keys and their secrets, as a team manages them.

use axum::http::Method;
use serde_json::{Value, json};

use crate::client::{Client, WEBHOOKS, ask, wish, wish_with};
use crate::house::House;
use crate::sender::Answer;
use crate::stage::Stage;

#[track_caller]
pub(crate) fn check(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{:?}", answer.body);
    if status < 400 {
        return;
    }
    assert_eq!(answer.body["status_code"], status);
    for word in ["error", "path", "correlation_id"] {
        assert!(answer.body[word].as_str().is_some_and(|text| !text.is_empty()), "{word}: {:?}", answer.body);
    }
}

pub(crate) async fn a_subscription_from_register_to_remove(house: &House) {
    let stage = house.stage().await;
    let client = Client::admin(stage, "lives").await;
    let made = client.post("/api/v1/webhooks/", &wish_with("description", json!("ours"))).await;
    check(&made, 201);
    let id = made.body["id"].as_str().unwrap().to_owned();
    let path = format!("{WEBHOOKS}/{id}");
    assert!(id.starts_with("wh_"));
    assert_eq!(
        (&made.headers["etag"], &made.headers["location"]),
        (&"\"1\"".parse().unwrap(), &path.parse().unwrap())
    );
    let secret = made.body["secret_key"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_") && secret.len() == 50);
    in_no_item(stage, &secret).await;

    for path in [path.clone(), format!("{path}/")] {
        let read = client.get(&path).await;
        check(&read, 200);
        assert_eq!(read.body["secret_key"], Value::Null, "a secret is shown once");
        assert_eq!(read.body["statistics"]["attempts"], 0);
    }
    assert_eq!(client.get(WEBHOOKS).await.body["webhooks"][0]["id"], id.as_str());

    let replaced = client.put(&path, &json!({ "url": "https://example.org", "events": ["query.*"] })).await;
    check(&replaced, 200);
    assert_eq!((&replaced.body["description"], &replaced.body["version"]), (&json!(""), &json!(2)));
    let some = json!({ "timeout_seconds": 3, "retry": "seed", "filter": "data.escalated" });
    let patched = client.patch(&path, &some).await.body;
    assert_eq!(patched["url"], "https://example.org/");
    assert_eq!((&patched["timeout_seconds"], &patched["retry"]), (&json!(3), &json!("seed")));
    let patched = client.patch(&path, &json!({ "timeout_seconds": null, "filter": null })).await.body;
    assert_eq!(
        (&patched["timeout_seconds"], &patched["filter"], &patched["retry"]),
        (&json!(10), &Value::Null, &json!("seed"))
    );

    let disabled = client.tell(&format!("{path}/disable")).await.body;
    assert_eq!((&disabled["active"], &disabled["disabled_reason"]), (&json!(false), &json!("asked")));
    check(&client.tell(&format!("{path}/test")).await, 409);
    let enabled = client.tell(&format!("{path}/enable")).await.body;
    assert_eq!((&enabled["active"], &enabled["disabled_reason"]), (&json!(true), &Value::Null));

    check(&client.delete(&path).await, 204);
    check(&client.get(&path).await, 404);
    check(&client.delete(&path).await, 404);
    assert_eq!(client.get(WEBHOOKS).await.body["webhooks"], json!([]));
}

/// No item of the table holds this text.
pub(crate) async fn in_no_item(stage: &Stage, text: &str) {
    let input = json!({ "TableName": stage.output("TableName") });
    let all = crate::aws::dynamodb(&stage.stack, "Scan", input).await;
    assert!(all["Items"].as_array().is_some_and(|items| !items.is_empty()));
    assert!(!all.to_string().contains(text), "the table holds a secret as it is");
}

pub(crate) async fn changes_at_the_same_time(house: &House) {
    let client = Client::admin(house.stage().await, "changes").await;
    let (path, _) = client.register(&wish()).await;
    let with = |tag: &str| {
        client.request(Method::PATCH, &path).header("if-match", tag).json(&json!({ "description": tag }))
    };
    check(&ask(with("\"1\"")).await, 200);
    check(&ask(with("\"1\"")).await, 412);
    check(&ask(with("*")).await, 200);
    check(&ask(with("no tag")).await, 422);
    let stale = client.request(Method::DELETE, &path).header("if-match", "\"1\"");
    check(&ask(stale).await, 412);

    let bodies: Vec<_> = (0..8).map(|n| json!({ "description": format!("change {n}") })).collect();
    let answers = futures::future::join_all(bodies.iter().map(|body| client.patch(&path, body))).await;
    let done = answers.iter().filter(|answer| answer.status == 200).count();
    assert!(done >= 1 && answers.iter().all(|answer| [200, 409].contains(&answer.status)));
    let version = client.get(&path).await.body["version"].as_u64().unwrap();
    assert_eq!(version, 3 + u64::try_from(done).unwrap(), "every change that was confirmed counts");
}

pub(crate) async fn secrets_are_rotated(house: &House) {
    let stage = house.stage().await;
    let client = Client::admin(stage, "rotates").await;
    let own = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let (path, made) = client.register(&wish_with("secret", json!(own))).await;
    assert_eq!(made["secret_key"], own);
    let rotate = format!("{path}/rotate-secret");
    let rotated = client.tell(&rotate).await;
    check(&rotated, 200);
    assert!(rotated.body["secret_key"].as_str().is_some_and(|key| key.starts_with("whsec_") && key != own));
    let secrets = rotated.body["secrets"].as_array().unwrap();
    assert_eq!((secrets.len(), &secrets[0]["until"]), (2, &Value::Null));
    let until: jiff::Timestamp = secrets[1]["until"].as_str().unwrap().parse().unwrap();
    let hours = until.duration_since(jiff::Timestamp::now()).as_secs_f64() / 3600.0;
    assert!((23.9..=24.0).contains(&hours), "the one before is good for a day, not {hours} h");

    check(&client.post(&rotate, &json!({ "secret": "short" })).await, 422);
    let same = json!({ "secret": rotated.body["secret_key"], "overlap_seconds": 60 });
    let kept = client.post(&rotate, &same).await;
    check(&kept, 200);
    assert_eq!((&kept.body["secret_key"], &kept.body["secrets"][0]), (&same["secret"], &secrets[0]));
    let sooner: jiff::Timestamp = kept.body["secrets"][1]["until"].as_str().unwrap().parse().unwrap();
    assert!(kept.body["secrets"].as_array().unwrap().len() == 2 && sooner < until, "{:?}", kept.body);
    check(&client.post(&rotate, &json!({ "overlap_seconds": 604_801 })).await, 422);
    for _ in 0..3 {
        check(&client.tell(&rotate).await, 200);
    }
    check(&client.tell(&rotate).await, 409);
    let leaked = client.post(&rotate, &json!({ "overlap_seconds": 0 })).await;
    check(&leaked, 200);
    assert_eq!(leaked.body["secrets"].as_array().unwrap().len(), 1);
    in_no_item(stage, own).await;
}

pub(crate) async fn the_same_request_is_done_once(house: &House) {
    let client = Client::admin(house.stage().await, "once").await;
    let ask_with = |key: &str, body: &Value| {
        ask(client.request(Method::POST, WEBHOOKS).header("idempotency-key", key).json(body))
    };
    let first = ask_with("order-7", &wish()).await;
    check(&first, 201);
    let again = ask_with("order-7", &wish()).await;
    assert_eq!((again.status, &again.body), (201, &first.body), "the secret as well");
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.headers["location"], first.headers["location"]);
    check(&ask_with("order-7", &wish_with("description", json!("another"))).await, 422);
    check(&ask_with(&"x".repeat(256), &wish()).await, 422);
    // What was refused may be put right under the same key.
    check(&ask_with("order-8", &json!({})).await, 422);
    check(&ask_with("order-8", &wish()).await, 201);

    let body = wish();
    let together = futures::future::join_all((0..6).map(|_| ask_with("order-9", &body))).await;
    assert!(together.iter().all(|answer| [201, 409].contains(&answer.status)));
    let listed = client.get(WEBHOOKS).await;
    assert_eq!(listed.body["webhooks"].as_array().unwrap().len(), 3, "one for each key");

    // Forty answers that can just be kept, and forty that could not.
    let bulk = |template: usize| {
        let body = json!({ "webhooks": vec![wish_with("template", json!("x".repeat(template))); 40] });
        let path = format!("{WEBHOOKS}/bulk");
        ask(client.request(Method::POST, &path).header("idempotency-key", "order-10").json(&body))
    };
    check(&bulk(1_600).await, 422);
    let first = bulk(1_300).await;
    check(&first, 201);
    let again = bulk(1_300).await;
    assert_eq!((again.status, &again.body), (201, &first.body), "all secrets as well");
}

pub(crate) async fn lists_come_in_pages(house: &House) {
    let client = Client::admin(house.stage().await, "pages").await;
    let many: Vec<_> = (0..25).map(|n| wish_with("description", json!(format!("number {n}")))).collect();
    let made = client.post(&format!("{WEBHOOKS}/bulk"), &json!({ "webhooks": many })).await;
    check(&made, 201);
    let made = made.body["webhooks"].as_array().unwrap();
    let mut expected: Vec<_> = made.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    expected.sort_unstable();

    let mut seen = Vec::new();
    let mut sizes = Vec::new();
    let mut query = "limit=10".to_owned();
    loop {
        let page = client.get(&format!("{WEBHOOKS}?{query}")).await.body;
        let ids =
            page["webhooks"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned());
        let before = seen.len();
        seen.extend(ids);
        sizes.push(seen.len() - before);
        let Some(next) = page["next_cursor"].as_str() else { break };
        query = format!("limit=10&cursor={next}");
    }
    assert_eq!((&seen, sizes), (&expected, vec![10, 10, 5]));
    let rest = client.get(&format!("{WEBHOOKS}?offset=20")).await.body;
    assert_eq!(rest["webhooks"].as_array().unwrap().len(), 5);
    assert_eq!(rest["webhooks"][0]["id"], expected[20].as_str());
    for wrong in ["limit=0", "limit=1001", "offset=1001", "limit=x", "cursor=x", "page=2"] {
        check(&client.get(&format!("{WEBHOOKS}?{wrong}")).await, 422);
    }

    // One that is wrong keeps all of them out.
    let half = json!({ "webhooks": [wish(), wish_with("url", json!("ftp://example.com"))] });
    let refused = client.post(&format!("{WEBHOOKS}/bulk"), &half).await;
    check(&refused, 422);
    assert_eq!(refused.body["fields"][0]["field"], "webhooks[1].url");
    let removed = client.post(&format!("{WEBHOOKS}/bulk/delete"), &json!({ "ids": expected })).await;
    assert_eq!(removed.body["removed"].as_array().unwrap().len(), 25);
    assert_eq!(client.get(WEBHOOKS).await.body, json!({ "webhooks": [], "next_cursor": null }));
}

/// What may be meant well and says something else.
async fn odd_requests(client: &Client<'_>) {
    let post = || client.request(Method::POST, WEBHOOKS).header("content-type", "application/json");
    for (body, said) in [
        ("", "the body is empty"),
        ("{\"url\": \"a\", \"url\": \"b\"}", "the body names the field url twice: see line 1, column 18"),
    ] {
        assert_eq!(ask(post().body(body)).await.body["error"], said, "{body}");
    }
    let broken = post().body(&b"{\"url\": \"\xff\"}"[..]);
    check(&ask(broken).await, 400);
    let (path, _) = client.register(&wish()).await;
    check(&client.patch(&path, &json!({ "foo": null })).await, 422);
    check(&client.get(&format!("{path}?x=1")).await, 422);
    check(&client.get(&format!("{path}/deliveries?event_type=nothing")).await, 422);
    check(&client.tell(&format!("{path}/enable?now=true")).await, 422);
}

pub(crate) async fn bad_input_is_told_field_by_field(house: &House) {
    let client = Client::admin(house.stage().await, "bad-input").await;
    for (body, fields) in [
        (json!({}), vec!["url", "events"]),
        (json!({ "url": 7, "events": "x", "colour": "red" }), vec!["colour", "events", "url"]),
        (wish_with("events", json!(["query.created", "nothing.at.all"])), vec!["events[1]"]),
        (wish_with("url", json!("http://169.254.169.254/latest")), vec!["url"]),
        (wish_with("url", json!("http://[::ffff:10.0.0.1]/")), vec!["url"]),
        (wish_with("url", json!("http://127.0.0.1:9001/2018-06-01/runtime/invocation/next")), vec!["url"]),
        (wish_with("url", json!("https://user:password@example.com/")), vec!["url"]),
        (wish_with("headers", json!({ "webhook-signature": "v1,x" })), vec!["headers.webhook-signature"]),
        (wish_with("filter", json!("data.n >")), vec!["filter"]),
        (wish_with("retry", json!({ "gaps_seconds": [0] })), vec!["retry.gaps_seconds[0]"]),
        (wish_with("filter", json!("data|nofilter")), vec!["filter"]),
        (wish_with("template", json!("{{ data|nofilter }}")), vec!["template"]),
        (wish_with("events", json!(["nope", 7, "alsono"])), vec!["events[0]", "events[1]", "events[2]"]),
        (wish_with("headers", json!({ "X-A": 1, "X-B": 2 })), vec!["headers.X-A", "headers.X-B"]),
        (wish_with("timeout_seconds", json!(31)), vec!["timeout_seconds"]),
        (wish_with("template", json!("")), vec!["template"]),
        (wish_with("headers", json!({ "X-Team": "a", "x-team": "b" })), vec!["headers.x-team"]),
        (wish_with("events", json!(vec!["query.created"; 51])), vec!["events"]),
        (json!([]), vec![""]),
    ] {
        let answer = client.post(WEBHOOKS, &body).await;
        check(&answer, 422);
        let mut told: Vec<_> = answer.body["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["field"].as_str().unwrap())
            .collect();
        told.sort_by_key(|field| fields.iter().position(|wanted| wanted == field));
        assert_eq!(told, fields, "{body}");
    }
    odd_requests(&client).await;
    let post = || client.request(Method::POST, WEBHOOKS);
    let json_post = |body: &str| post().header("content-type", "application/json").body(body.to_owned());
    check(&ask(json_post("{")).await, 400);
    check(&ask(json_post(&"[".repeat(5000))).await, 400);
    check(&ask(json_post(&" ".repeat(1_100_000))).await, 413);
    check(&ask(post().header("content-type", "text/plain").body("{}")).await, 415);
    check(&ask(client.request(Method::PUT, WEBHOOKS).json(&wish())).await, 405);
    check(&client.get(&format!("{WEBHOOKS}/wh_1/nothing")).await, 404);
    check(&client.get(&format!("{WEBHOOKS}?limit=1&limit=2")).await, 422);
    for step in ["..", "%2e%2e", "%2E%2e", "wh_1%2f..%2f..", "%5c.."] {
        assert_eq!(client.status_of(&format!("{WEBHOOKS}/{step}/keys")).await, 404, "{step}");
    }
    assert_eq!(client.status_of(WEBHOOKS).await, 200);
}
