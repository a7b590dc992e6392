//! An endpoint of one story's own and its subscription, as a team would make it over the API.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use quartet_domain::ids::DeliveryId;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::sender::Answer;
use crate::stage::{API_KEY, Stage};
use crate::subscriber::{Got, Order};
use crate::wait::until;

const WEBHOOKS: &str = "/api/v1/webhooks";

pub(crate) struct Endpoint<'a> {
    stage: &'a Stage,
    /// The subscription's id.
    pub(crate) id: String,
    /// Its signing secret, as the API showed it once; empty where a key pair signs.
    pub(crate) secret: String,
    memory: Arc<Mutex<Memory>>,
    #[expect(dead_code, reason = "the task ends with the set that holds it")]
    serving: JoinSet<()>,
}

struct Memory {
    got: Vec<(Instant, Got)>,
    order: Order,
}

/// One request to the API, with the deployment's key. All stories share it, so some meet its limit and wait.
pub(crate) async fn ask(stage: &Stage, method: Method, path: &str, body: Option<Value>) -> Answer {
    let url = format!("{}{WEBHOOKS}{path}", stage.stack.url());
    let client = reqwest::Client::new();
    let look = async || {
        let request = client.request(method.clone(), &url).bearer_auth(API_KEY);
        let request = if let Some(body) = &body { request.json(body) } else { request };
        Some(Answer::read(request.send().await.unwrap()).await).filter(|answer| answer.status != 429)
    };
    until("the API's limit", look).await
}

impl<'a> Endpoint<'a> {
    /// Opens an endpoint that answers so, and subscribes it with these settings.
    pub(crate) async fn subscribe(stage: &'a Stage, order: Order, settings: Value) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let memory = Arc::new(Mutex::new(Memory { got: Vec::new(), order }));
        let app = Router::new().fallback(take).with_state(memory.clone());
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
        let mut form = settings;
        form["url"] = json!(url);
        let made = ask(stage, Method::POST, "", Some(form)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let word = |name: &str| made.body[name].as_str().unwrap().to_owned();
        let secret = made.body["secret_key"].as_str().unwrap_or_default().to_owned();
        Self { stage, id: word("id"), secret, memory, serving }
    }

    pub(crate) fn order(&self, order: Order) {
        self.memory.lock().unwrap().order = order;
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        ask(self.stage, method, &format!("/{}{path}", self.id), body).await
    }

    /// Asks for a test message, and answers its delivery.
    pub(crate) async fn test(&self) -> DeliveryId {
        let queued = self.ask(Method::POST, "/test", None).await;
        assert_eq!(queued.status, 202, "{}", queued.body);
        DeliveryId::parse(queued.body["delivery_id"].as_str().unwrap()).unwrap()
    }

    /// The subscription, as the API shows it.
    pub(crate) async fn shown(&self) -> Value {
        self.ask(Method::GET, "", None).await.body
    }

    pub(crate) fn got(&self) -> Vec<Got> {
        self.memory.lock().unwrap().got.iter().map(|(_, got)| got.clone()).collect()
    }

    /// When each request came.
    pub(crate) fn times(&self) -> Vec<Instant> {
        self.memory.lock().unwrap().got.iter().map(|(at, _)| *at).collect()
    }

    /// Waits for so many requests of this event.
    pub(crate) async fn wait(&self, event: &str, count: usize) -> Vec<Got> {
        let of_event = || {
            let all = self.got().into_iter();
            all.filter(|got| got.header("x-webhook-event") == event).collect::<Vec<_>>()
        };
        let look = async || Some(of_event()).filter(|got| got.len() >= count);
        until(&format!("{count} requests of {event}"), look).await
    }
}

async fn take(State(memory): State<Arc<Mutex<Memory>>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: BTreeMap<_, _> =
        headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let (status, pause) = {
        let mut memory = memory.lock().unwrap();
        memory.got.push((Instant::now(), Got { headers, body: body.to_vec(), repository: String::new() }));
        (memory.order.next(), memory.order.pause())
    };
    tokio::time::sleep(pause).await;
    match status {
        Some(status) => StatusCode::from_u16(status).unwrap(),
        None => std::future::pending().await,
    }
}
