//! What the API says of itself, and that it is so, whatever is asked of it: schemathesis makes the requests.

use quartet_domain::ids::MessageId;
use quartet_local::{Python, Set, Tool};
use reqwest::Method;
use serde_json::json;

use crate::client::{Client, WEBHOOKS, wish_with};
use crate::house::House;
use crate::managed::check;
use crate::sender::Answer;
use crate::stage::Stage;
use crate::subscriber::Subscriber;

/// Keys that take turns. Each may ask fifty times at once; the generator asks some two thousand times.
const KEYS: usize = 40;
/// Generated cases of an operation and a phase.
const CASES: &str = "10";

/// No server error, no answer that the description does not allow, no bad request that is taken, no good one that is not,
/// nothing without a key.
pub(crate) async fn what_the_api_says_of_itself_is_so(house: &House) {
    let base = house.base().await;
    let announce = || eprintln!("installing schemathesis into the target folder, once");
    let python = Python::ensure(&base.workspace, Set::Schemathesis, announce).await.unwrap();
    // A stage of its own: what is made here wants every event of every run.
    let stage = Stage::start(base, "described", &[]).await;
    let endpoint = Subscriber::open().await;
    let owners = (0..KEYS).map(|_| Client::admin(&stage, "described"));
    let keys: Vec<String> =
        futures::future::join_all(owners).await.into_iter().map(|client| client.key).collect();

    let sources = base.workspace.root.join("tests/verify");
    let run = Tool::new(python.script("schemathesis"))
        .arg("--config-file")
        .arg(sources.join("schemathesis.toml"))
        .args(["run", &format!("{}/openapi.json", stage.stack.url())])
        // One worker: Python 3.11 cannot read source code in two threads (its own issue 106905), which hypothesis does.
        .args(["--checks", "all", "--max-examples", CASES, "--seed", "1", "--workers", "1"])
        .args(["--request-timeout", "30", "--no-color"])
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("PYTHONPATH", &sources)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("QUARTET_KEYS", keys.join(" "))
        .env("QUARTET_ENDPOINT", &endpoint.url)
        // It keeps what it has found; every run here finds for itself.
        .dir(&base.folder.join("described"));
    let output = run.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    for phase in ["Examples", "Coverage", "Fuzzing", "Stateful"] {
        assert!(said.contains(&format!("✅ {phase}")), "{phase} was left out:\n{said}");
    }
    stage.stop().await;
}

pub(crate) async fn what_it_says_of_itself(house: &House) {
    let stage = house.stage().await;
    let url = stage.stack.url();
    let document = Answer::read(reqwest::get(format!("{url}/openapi.json")).await.unwrap()).await;
    assert!(document.body["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    let paths = document.body["paths"].as_object().unwrap();
    for path in ["/api/v1/webhooks", "/api/v1/webhooks/{webhook_id}/deliveries", "/api/v1/keys"] {
        assert!(paths.contains_key(path), "{path} is not described");
    }
    let asked = async |method: Method, path: &str| {
        reqwest::Client::new().request(method, format!("{url}{path}")).send().await.unwrap().status()
    };
    for path in ["/docs/", "/redoc", "/openapi.json/"] {
        assert_eq!(asked(Method::GET, path).await, 200, "{path}");
        assert_eq!(asked(Method::HEAD, path).await, 200, "HEAD {path}");
    }
    assert_eq!(asked(Method::POST, "/docs").await, 405);
    let page = reqwest::get(format!("{url}/docs")).await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let page = page.text().await.unwrap();
    assert!(page.contains("rotate-secret"));
    for outside in ["<script", "src=", "href=\"http"] {
        assert!(!page.contains(outside), "the page holds {outside}");
    }

    let client = Client::admin(stage, "describes").await;
    let types = client.get(&format!("{WEBHOOKS}/event-types")).await.body;
    let names: Vec<_> =
        types["event_types"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    for name in ["pipeline_complete", "pipeline.started", "query.created", "query.escalated", "webhook.test"]
    {
        assert!(names.contains(&name), "{names:?}");
    }
    for one in types["event_types"].as_array().unwrap() {
        assert!(one["schema"].is_object() && one["example"]["type"] == one["name"], "{}", one["name"]);
    }

    let filter = "results.analysis_results.severity_breakdown.critical > 0";
    let (path, _) = client.register(&wish_with("filter", json!(filter))).await;
    let dry = format!("{path}/dry-run");
    let run = client.post(&dry, &json!({ "event_type": "pipeline_complete" })).await;
    check(&run, 200);
    assert_eq!(run.body["matches"], true);
    let other = json!({ "event_type": "pipeline_complete", "filter": "results.branch_name == 'none'" });
    assert_eq!(client.post(&dry, &other).await.body["matches"], false);
    check(&client.post(&dry, &json!({ "event_type": "nothing" })).await, 422);
    // As the event itself would be: a filter that fails holds nothing back.
    let fails = json!({ "event_type": "pipeline_complete", "filter": "type + 1" });
    let run = client.post(&dry, &fails).await;
    assert!(run.body["matches"] == true && run.body["body"].is_string() && run.body["error"].is_string());
    let fails = json!({ "event_type": "pipeline_complete", "template": "{{ type + 1 }}" });
    let run = client.post(&dry, &fails).await;
    assert!(
        run.body["error"].as_str().is_some_and(|error| error.starts_with("template_failed")),
        "{:?}",
        run.body
    );
}

/// Also of events whose causes have not happened here: what is sent, filtered and tried is the catalogue's example.
pub(crate) async fn any_event_can_be_tried(house: &House) {
    let stage = house.stage().await;
    let client = Client::admin(stage, "tries").await;
    let subscriber = &house.base().await.subscriber;
    let mut wish = wish_with("url", json!(subscriber.url));
    wish["events"] = json!(["incident.*", "repository.*"]);
    wish["filter"] = json!("data.repository_name == 'acme/shop'");
    let (path, _) = client.register(&wish).await;
    for event in ["incident.opened", "incident.resolved", "repository.connected", "repository.disconnected"] {
        let dry = client.post(&format!("{path}/dry-run"), &json!({ "event_type": event })).await;
        assert_eq!((dry.status, &dry.body["matches"]), (200, &json!(true)), "{event}: {:?}", dry.body);
        let other = json!({ "event_type": event, "filter": "data.repository_name == 'acme/other'" });
        assert_eq!(client.post(&format!("{path}/dry-run"), &other).await.body["matches"], false, "{event}");
        let queued = client.post(&format!("{path}/test"), &json!({ "event_type": event })).await;
        check(&queued, 202);
        let message = MessageId::parse(queued.body["message_id"].as_str().unwrap()).unwrap();
        let got = subscriber.wait(&message, 1).await.remove(0);
        assert_eq!(got.header("x-webhook-event"), event);
        let body = got.json();
        assert_eq!((&body["type"], &body["test"]), (&json!(event), &json!(true)), "{body}");
        assert_eq!(body["data"]["repository_name"], "acme/shop");
    }
    for wrong in [json!({ "event_type": "nothing" }), json!({ "event_type": 7 }), json!({ "event": "x" })] {
        check(&client.post(&format!("{path}/test"), &wrong).await, 422);
    }
}
