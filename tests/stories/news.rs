//! What the forge says beside pull requests: checks that begin to fail, repositories that come and go.

use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::house::House;
use crate::sender::Webhook;
use crate::stage::Stage;
use crate::subscribed::WELL;

const OPENED: &str = "incident.opened";
const RESOLVED: &str = "incident.resolved";
const CONNECTED: &str = "repository.connected";
const DISCONNECTED: &str = "repository.disconnected";

/// A subscription to these events of one repository.
async fn listen<'a>(stage: &'a Stage, events: &str, repository: &str) -> Endpoint<'a> {
    let filter = format!("data.repository_name == '{repository}'");
    Endpoint::subscribe(stage, WELL, json!({ "events": [events], "filter": filter })).await
}

/// Sends an event, and waits until it has been routed.
async fn routed(stage: &Stage, event: &'static str, body: &Value) {
    let webhook = Webhook::of(event, body);
    assert_eq!(webhook.send(stage).await.status, 200);
    let pk = format!("EVENT#{}", webhook.event());
    crate::wait::until("the router", async || {
        stage.item(&pk, "EVENT").await.filter(|event| event["status"] == "processed")
    })
    .await;
}

/// The first failure on the default branch opens an incident, the next pass resolves it; what comes late changes nothing.
pub(crate) async fn a_check_fails_and_passes_again(house: &House) {
    let stage = house.stage().await;
    let repository = json!({ "id": 9001, "full_name": "acme/checked", "default_branch": "main" });
    let concluded = |conclusion: &str, branch: &str, minute: u32| {
        json!({
            "action": "completed",
            "check_run": {
                "name": "test",
                "conclusion": conclusion,
                "head_sha": format!("{minute:040}"),
                "html_url": "https://forge.example/acme/checked/runs/1",
                "completed_at": format!("2026-01-15T10:{minute:02}:00Z"),
                "check_suite": { "head_branch": branch },
            },
            "repository": repository,
            "sender": { "login": "ada" },
        })
    };
    let one = listen(stage, "incident.*", "acme/checked").await;
    routed(stage, "check_run", &concluded("success", "main", 1)).await;
    routed(stage, "check_run", &concluded("failure", "feature", 2)).await;
    routed(stage, "check_run", &concluded("failure", "main", 3)).await;
    let opened = one.wait(OPENED, 1).await.remove(0);
    house.verifiers().await.signed(&one.secret, &opened).await;
    let opened = opened.json()["data"].clone();
    assert_eq!(
        (&opened["check_name"], &opened["branch_name"], &opened["commit_sha"], &opened["opened_at"]),
        (&json!("test"), &json!("main"), &json!(format!("{:040}", 3)), &json!("2026-01-15T10:03:00Z"))
    );
    assert_eq!(opened["resolved_at"], Value::Null);
    for (conclusion, minute) in [("timed_out", 5), ("success", 4), ("cancelled", 6)] {
        routed(stage, "check_run", &concluded(conclusion, "main", minute)).await;
    }
    routed(stage, "check_run", &concluded("success", "main", 7)).await;
    let resolved = one.wait(RESOLVED, 1).await.remove(0).json()["data"].clone();
    assert_eq!(
        (&resolved["incident_id"], &resolved["resolved_at"]),
        (&opened["incident_id"], &json!("2026-01-15T10:07:00Z"))
    );
    routed(stage, "check_run", &concluded("failure", "main", 8)).await;
    let all = one.wait(OPENED, 2).await;
    assert_ne!(all[1].json()["data"]["incident_id"], opened["incident_id"], "another one");
    assert_eq!(one.got().len(), 3);
}

/// By the first word of a webhook and its last, and by an application's installation.
pub(crate) async fn repositories_come_and_go(house: &House) {
    let stage = house.stage().await;
    let sender = json!({ "login": "ada" });
    let hooked = json!({ "id": 9002, "full_name": "acme/hooked", "default_branch": "main" });
    let ping = |zen: &str| json!({ "zen": zen, "hook_id": 1, "repository": hooked, "sender": sender });
    let one = listen(stage, "repository.*", "acme/hooked").await;
    routed(stage, "ping", &ping("Design for failure.")).await;
    let connected = one.wait(CONNECTED, 1).await.remove(0).json()["data"].clone();
    assert_eq!(
        connected,
        json!({ "repository_id": 9002, "repository_name": "acme/hooked", "provider": "github" })
    );
    routed(stage, "ping", &ping("Keep it logically awesome.")).await;
    let gone = json!({ "action": "deleted", "hook_id": 1, "repository": hooked, "sender": sender });
    routed(stage, "meta", &gone).await;
    one.wait(DISCONNECTED, 1).await;
    assert_eq!(one.got().len(), 2, "a ping that somebody asked for is no news");

    let two = listen(stage, "repository.*", "acme/installed").await;
    let installed = json!({
        "action": "added",
        "repositories_added": [{ "id": 9003, "full_name": "acme/installed" }, { "id": 9004, "full_name": "acme/x" }],
        "repositories_removed": [],
        "sender": sender,
    });
    routed(stage, "installation_repositories", &installed).await;
    assert_eq!(two.wait(CONNECTED, 1).await[0].json()["data"]["repository_id"], 9003);
}
