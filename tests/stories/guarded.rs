//! Who may see and do what.

use serde_json::json;

use crate::client::{Client, KEYS, WEBHOOKS, ask, owner, wish, wish_with};
use crate::house::House;
use crate::managed::{check, in_no_item};
use crate::stage::API_KEY;

pub(crate) async fn keys_open_what_their_scopes_say(house: &House) {
    let stage = house.stage().await;
    let name = owner("scopes");
    let admin = Client::admin(stage, "scopes").await;
    let (read, write) =
        (Client::of(stage, &name, &["read"]).await, Client::of(stage, &name, &["write"]).await);
    let (path, _) = write.register(&wish_with("headers", json!({ "Authorization": "Bearer theirs" }))).await;
    for (client, shown) in [(&read, "[hidden]"), (&write, "Bearer theirs")] {
        let one = client.get(&path).await;
        check(&one, 200);
        assert_eq!(one.body["headers"]["Authorization"], shown);
        assert_eq!(client.get(WEBHOOKS).await.body["webhooks"][0]["headers"]["Authorization"], shown);
    }
    check(&read.post(WEBHOOKS, &wish()).await, 403);
    check(&read.delete(&path).await, 403);
    check(&read.get(KEYS).await, 403);
    check(&write.post(KEYS, &json!({ "name": "more", "scopes": ["admin"] })).await, 403);
    check(&admin.get(&path).await, 200);

    for wrong in ["", "qk_short", "a-key-that-nobody-was-ever-given", "schlüssel-schlüssel-schlüssel"] {
        let answer = Client::with(stage, wrong).get(WEBHOOKS).await;
        check(&answer, 401);
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
    let bare = reqwest::Client::new().get(format!("{}{WEBHOOKS}", stage.stack.url()));
    check(&ask(bare).await, 401);

    let wish = json!({ "name": "for a while", "scopes": ["read"] });
    let made = admin.post(KEYS, &wish).await;
    check(&made, 201);
    let text = made.body["key"].as_str().unwrap();
    in_no_item(stage, text).await;
    let short = Client::with(stage, text);
    check(&short.get(WEBHOOKS).await, 200);
    let listed = admin.get(KEYS).await;
    assert_eq!(listed.body["keys"].as_array().unwrap().len(), 4);
    assert!(!listed.body.to_string().contains("qk_"));
    let key = format!("{KEYS}/{}", made.body["id"].as_str().unwrap());
    check(&admin.delete(&key).await, 204);
    check(&short.get(WEBHOOKS).await, 401);
    check(&admin.delete(&key).await, 404);
    let elsewhere = json!({ "name": "x", "scopes": ["admin"], "owner": "default" });
    check(&admin.post(KEYS, &elsewhere).await, 422);
    check(&Client::with(stage, API_KEY).get(&format!("{KEYS}?owner={name}")).await, 200);
}

pub(crate) async fn foreign_ids_do_not_exist(house: &House) {
    let stage = house.stage().await;
    let (ours, theirs) = (Client::admin(stage, "ours").await, Client::admin(stage, "theirs").await);
    let (path, made) = ours.register(&wish()).await;
    let id = made["id"].as_str().unwrap();
    for answer in [
        theirs.get(&path).await,
        theirs.put(&path, &wish()).await,
        theirs.patch(&path, &json!({})).await,
        theirs.delete(&path).await,
        theirs.tell(&format!("{path}/test")).await,
        theirs.tell(&format!("{path}/enable")).await,
        theirs.tell(&format!("{path}/rotate-secret")).await,
        theirs.get(&format!("{path}/deliveries")).await,
        theirs.tell(&format!("{path}/recover?since=2026-01-01T00:00:00Z")).await,
        theirs.get(&format!("{WEBHOOKS}/nothing")).await,
    ] {
        check(&answer, 404);
    }
    let removed = theirs.post(&format!("{WEBHOOKS}/bulk/delete"), &json!({ "ids": [id] })).await;
    assert_eq!(removed.body, json!({ "removed": [], "absent": [id] }));
    check(&ours.get(&path).await, 200);
}
