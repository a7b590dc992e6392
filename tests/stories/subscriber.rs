//! A subscriber: takes results over HTTP, remembers each request as it came, and answers as a story has ordered for its
//! repository.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use quartet_domain::ids::MessageId;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::wait::until;

pub(crate) struct Subscriber {
    pub(crate) url: String,
    memory: Arc<Mutex<Memory>>,
    #[expect(dead_code, reason = "the task ends with the set that holds it")]
    serving: JoinSet<()>,
}

#[derive(Default)]
struct Memory {
    got: Vec<Got>,
    /// By repository.
    orders: HashMap<String, Order>,
}

/// How a repository's results are answered. Without an order: 200.
#[derive(Clone, Debug)]
pub(crate) enum Order {
    /// These in turn, then 200.
    First(VecDeque<u16>),
    Always(u16),
    /// The first so many are never answered.
    Hold(usize),
    /// 200, after so long.
    Slow(Duration),
}

impl Order {
    /// How long its answers take.
    pub(crate) fn pause(&self) -> Duration {
        if let Self::Slow(pause) = self { *pause } else { Duration::ZERO }
    }

    /// The next answer's status; `None` for no answer.
    pub(crate) fn next(&mut self) -> Option<u16> {
        match self {
            Self::First(answers) => Some(answers.pop_front().unwrap_or(200)),
            Self::Always(status) => Some(*status),
            Self::Slow(_) => Some(200),
            Self::Hold(0) => Some(200),
            Self::Hold(left) => {
                *left -= 1;
                None
            }
        }
    }
}

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    pub(crate) repository: String,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Subscriber {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/results", listener.local_addr().unwrap());
        let memory = Arc::new(Mutex::new(Memory::default()));
        let app = Router::new().fallback(take).with_state(memory.clone());
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, memory, serving }
    }

    pub(crate) fn order(&self, repository: &str, order: Order) {
        self.memory.lock().unwrap().orders.insert(repository.to_owned(), order);
    }

    /// What came for this message so far.
    pub(crate) fn got(&self, message: &MessageId) -> Vec<Got> {
        let memory = self.memory.lock().unwrap();
        memory.got.iter().filter(|got| got.header("webhook-id") == message.as_str()).cloned().collect()
    }

    /// What came about this repository so far.
    pub(crate) fn about(&self, repository: &str) -> Vec<Got> {
        let memory = self.memory.lock().unwrap();
        memory.got.iter().filter(|got| got.repository == repository).cloned().collect()
    }

    /// Waits until so many requests came for this message.
    pub(crate) async fn wait(&self, message: &MessageId, count: usize) -> Vec<Got> {
        let look = async || Some(self.got(message)).filter(|got| got.len() >= count);
        until(&format!("{count} requests for {message}"), look).await
    }
}

async fn take(State(memory): State<Arc<Mutex<Memory>>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let payload: Value = serde_json::from_slice(&body).unwrap_or_default();
    let repository = payload["results"]["repository_name"].as_str().unwrap_or_default().to_owned();
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let status = {
        let mut memory = memory.lock().unwrap();
        memory.got.push(Got { headers, body: body.to_vec(), repository: repository.clone() });
        match memory.orders.get_mut(&repository) {
            None => Some(200),
            Some(order) => order.next(),
        }
    };
    match status {
        Some(status) => StatusCode::from_u16(status).unwrap(),
        None => std::future::pending().await,
    }
}
