//! The Lambda Runtime Interface, as `sam local invoke` has it: one binary, started with the environment of the deployed
//! function, asks here for events and posts its answers.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

const DEADLINE: Duration = Duration::from_secs(90);

/// A function's process, waiting for events.
pub(crate) struct Function {
    events: mpsc::Sender<Value>,
    answers: mpsc::Receiver<Result<Value, Value>>,
    #[expect(dead_code, reason = "the process ends with this value")]
    process: Child,
    #[expect(dead_code, reason = "the task ends with the set that holds it")]
    serving: JoinSet<()>,
}

struct Desk {
    events: Mutex<mpsc::Receiver<Value>>,
    answers: mpsc::Sender<Result<Value, Value>>,
}

impl Function {
    pub(crate) async fn start(binary: &Path, environment: &BTreeMap<String, String>, log: File) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (events, waiting) = mpsc::channel(1);
        let (answered, answers) = mpsc::channel(1);
        let desk = Arc::new(Desk { events: Mutex::new(waiting), answers: answered });
        let app = Router::new().fallback(serve).with_state(desk);
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
        let mut process = Command::new(binary);
        process.env_clear().envs(environment).env("AWS_LAMBDA_RUNTIME_API", address);
        process.stdout(log).kill_on_drop(true);
        Self { events, answers, process: process.spawn().unwrap(), serving }
    }

    /// The function's answer to one event, or its error.
    pub(crate) async fn invoke(&mut self, event: Value) -> Result<Value, Value> {
        self.events.send(event).await.unwrap();
        let answer = tokio::time::timeout(DEADLINE, self.answers.recv()).await;
        answer.expect("the function does not answer").unwrap()
    }
}

/// The three calls of the interface (docs.aws.amazon.com, "Using the Lambda runtime API").
async fn serve(State(desk): State<Arc<Desk>>, method: Method, uri: Uri, body: Bytes) -> Response {
    let path = uri.path().strip_prefix("/2018-06-01/runtime/").unwrap_or_default();
    let word = path.rsplit('/').next().unwrap_or_default();
    let json = || serde_json::from_slice(&body).unwrap_or(Value::Null);
    match (method, path, word) {
        (Method::GET, "invocation/next", _) => match desk.events.lock().await.recv().await {
            Some(event) => next(&event),
            None => StatusCode::GONE.into_response(),
        },
        (Method::POST, _, "response") => tell(&desk, Ok(json())).await,
        (Method::POST, _, "error") => tell(&desk, Err(json())).await,
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn next(event: &Value) -> Response {
    let deadline = jiff::Timestamp::now().as_millisecond() + 60_000;
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:000000000000:function:x".to_owned(),
        ),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, event.to_string()).into_response()
}

async fn tell(desk: &Desk, answer: Result<Value, Value>) -> Response {
    desk.answers.send(answer).await.unwrap();
    StatusCode::ACCEPTED.into_response()
}
