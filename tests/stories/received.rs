//! Other people's receivers take what is sent, unchanged: the Debian package `webhook` (adnanh/webhook), with a rule of its
//! own on the contract's header.

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use quartet_domain::ids::DeliveryId;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::endpoint::{Endpoint, ask};
use crate::house::House;
use crate::subscriber::Order;
use crate::wait::until;

/// What both sides know.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

struct Receiver {
    url: String,
    #[expect(dead_code, reason = "the process is killed with the handle that holds it")]
    process: Child,
}

impl Receiver {
    /// Starts it with one hook, whose command says whose test it was.
    async fn start(folder: &Path) -> Self {
        let hooks = json!([{
            "id": "quartet",
            "execute-command": "/bin/echo",
            "pass-arguments-to-command": [
                { "source": "string", "name": "taken for" },
                { "source": "payload", "name": "data.webhook_id" },
            ],
            "include-command-output-in-response": true,
            "trigger-rule": { "match": {
                "type": "payload-hmac-sha256",
                "secret": SECRET,
                "parameter": { "source": "header", "name": "X-Webhook-Signature" },
            } },
        }]);
        std::fs::create_dir_all(folder).unwrap();
        let file = folder.join("hooks.json");
        std::fs::write(&file, hooks.to_string()).unwrap();
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let process = Command::new("webhook")
            .args(["-ip", "127.0.0.1", "-port", &port.to_string(), "-hooks"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("webhook (apt-get install webhook): {error}"));
        let url = format!("http://127.0.0.1:{port}/hooks/quartet");
        until("the receiver", async || reqwest::get(&url).await.ok().map(|_| ())).await;
        Self { url, process }
    }

    async fn take(&self, signature: &str, body: Vec<u8>) -> (u16, String) {
        let request = reqwest::Client::new().post(&self.url).header("content-type", "application/json");
        let answer = request.header("x-webhook-signature", signature).body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

pub(crate) async fn the_debian_package_webhook(house: &House) {
    let stage = house.stage().await;
    let receiver = Receiver::start(&house.base().await.folder.join("webhook")).await;
    let wish = json!({ "url": receiver.url, "events": ["webhook.test"], "secret": SECRET });
    let made = ask(stage, Method::POST, "", Some(wish)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.body["id"].as_str().unwrap();
    let queued = ask(stage, Method::POST, &format!("/{id}/test"), None).await.body;
    let delivery = DeliveryId::parse(queued["delivery_id"].as_str().unwrap()).unwrap();
    stage.delivery(&delivery, "delivered").await;
    let attempts = stage.attempts(&delivery).await;
    assert_eq!((attempts.len(), &attempts[0]["answer"]), (1, &json!(format!("taken for {id}\n"))));

    // The same with what came to another endpoint, as it came and with one byte changed.
    let recorder = json!({ "events": ["webhook.test"], "secret": SECRET });
    let recorder = Endpoint::subscribe(stage, Order::Always(200), recorder).await;
    stage.delivery(&recorder.test().await, "delivered").await;
    let got = recorder.got().remove(0);
    let signature = got.header("x-webhook-signature");
    let (status, answer) = receiver.take(signature, got.body.clone()).await;
    assert_eq!((status, answer), (200, format!("taken for {}\n", recorder.id)));
    let mut tampered: Value = got.json();
    tampered["data"]["webhook_id"] = json!(id);
    refused(receiver.take(signature, tampered.to_string().into_bytes()).await);
    refused(receiver.take(&signature.replace("sha256=", "sha256=0"), got.body.clone()).await);

    // A secret that the receiver does not know: the delivery fails, as it says.
    let rotated = ask(stage, Method::POST, &format!("/{id}/rotate-secret"), Some(json!({}))).await;
    assert_eq!(rotated.status, 200, "{}", rotated.body);
    let queued = ask(stage, Method::POST, &format!("/{id}/test"), None).await.body;
    let unknown = DeliveryId::parse(queued["delivery_id"].as_str().unwrap()).unwrap();
    let logged = async || stage.attempts(&unknown).await.into_iter().next();
    let attempt = until("an attempt", logged).await;
    let status = attempt["outcome"]["Answered"]["status"].as_u64().unwrap();
    refused((u16::try_from(status).unwrap(), attempt["answer"].as_str().unwrap().to_owned()));
}

/// It says so in words and with a status of its own choice; its command does not run.
#[track_caller]
fn refused((status, answer): (u16, String)) {
    assert!(status >= 400 && !answer.contains("taken for"), "{status}: {answer}");
}
