//! Deliveries to fifty endpoints, ten of which misbehave: as many as `MESSAGES` times fifty (40 makes two thousand). Only when
//! asked for, and alone: beside the other stories the emulator of AWS is what is measured.
//!
//! Each message is told through the outbox, as a cause that is not tried again tells it. What is counted is what the
//! endpoints saw: nothing lost, nothing sent again once it was taken, and the well ones served while the others fail.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use quartet_domain::access::Owner;
use quartet_domain::catalogue::QUERY_CREATED;
use quartet_domain::ids::MessageId;
use quartet_domain::message::Message;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::aws;
use crate::endpoint::ask;
use crate::house::House;
use crate::stage::Stage;
use crate::wait::until;

const ENDPOINTS: usize = 50;
const MISBEHAVING: usize = 10;
/// The one that answers 410.
const GONE: usize = 9;

#[derive(Default)]
struct Crowd {
    /// By endpoint and message: how often it came before it was taken, and after.
    seen: HashMap<(usize, String), (u32, u32)>,
    /// How long after it was told each message was taken by a well endpoint.
    waits: Vec<Duration>,
    told: HashMap<String, Instant>,
    healed: bool,
}

type Shared = Arc<Mutex<Crowd>>;

pub(crate) async fn most_are_well_and_some_are_not(house: &House) {
    let base = house.base().await;
    let stage = Stage::start(base, "loaded", &[]).await;
    let crowd = Shared::default();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/{endpoint}", axum::routing::post(take)).with_state(crowd.clone());
    let mut serving = JoinSet::new();
    serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
    let ids = subscribe(&stage, &address.to_string()).await;

    let messages = messages().unwrap_or(1);
    for n in 0..messages {
        tell(&stage, &crowd, n).await;
    }
    for well in MISBEHAVING..ENDPOINTS {
        all_taken(&crowd, well, messages).await;
    }
    let mut waits = crowd.lock().unwrap().waits.clone();
    waits.sort_unstable();
    let at = |percent: usize| waits[(waits.len() - 1) * percent / 100];
    eprintln!(
        "{} taken by the well: half within {:?}, 95 % within {:?}, all within {:?}",
        waits.len(),
        at(50),
        at(95),
        at(100)
    );
    crowd.lock().unwrap().healed = true;
    for ill in 0..GONE {
        all_taken(&crowd, ill, messages).await;
    }
    let again = crowd.lock().unwrap().seen.values().filter(|(_, after)| *after > 0).count();
    assert_eq!(again, 0, "what was taken is not sent again");
    for (endpoint, id) in ids.iter().enumerate() {
        let expected: &[&str] = if endpoint == GONE { &["cancelled", "gone"] } else { &["delivered"] };
        until("every delivery has ended", async || {
            let all = statuses(&stage, id).await;
            (all.len() == messages && all.iter().all(|one| expected.contains(&one.as_str()))).then_some(())
        })
        .await;
    }
    stage.stop().await;
}

/// How many messages are to be told, when somebody asks for this story.
pub(crate) fn messages() -> Option<usize> {
    #[expect(clippy::disallowed_methods, reason = "the one switch of the stories")]
    let chosen = std::env::var("MESSAGES").ok();
    chosen?.parse().ok()
}

async fn subscribe(stage: &Stage, address: &str) -> Vec<String> {
    let one = |n: usize| {
        json!({
            "url": format!("http://{address}/{n}"),
            "events": [QUERY_CREATED],
            "retry": { "gaps_seconds": vec![2; 20] },
            "timeout_seconds": 5,
        })
    };
    let form = json!({ "webhooks": (0..ENDPOINTS).map(one).collect::<Vec<_>>() });
    let made = ask(stage, Method::POST, "/bulk", Some(form)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let all = made.body["webhooks"].as_array().unwrap();
    all.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// Writes a message to the outbox, and its id to the queue.
async fn tell(stage: &Stage, crowd: &Shared, n: usize) {
    let id = MessageId::of(&n.to_string(), "loaded");
    let now = jiff::Timestamp::now();
    let message = Message::of(id, Owner::deployment(), QUERY_CREATED, now, json!({ "query_id": n }));
    crowd.lock().unwrap().told.insert(message.id.to_string(), Instant::now());
    let item = json!({
        "pk": { "S": format!("MSG#{}", message.id) },
        "sk": { "S": "MESSAGE" },
        "owner": { "S": message.owner },
        "event_type": { "S": message.event_type },
        "body": { "S": message.body },
        "created_at": { "S": now },
    });
    let put = json!({ "TableName": stage.output("TableName"), "Item": item });
    aws::dynamodb(&stage.stack, "PutItem", put).await;
    let send = json!({ "QueueUrl": stage.output("DeliveriesQueueUrl"), "MessageBody": message.id });
    aws::sqs(&stage.stack, "SendMessage", send).await;
}

async fn all_taken(crowd: &Shared, endpoint: usize, messages: usize) {
    let mut before = 0;
    loop {
        // As long as more come, more time is theirs.
        let taken = until(&format!("more than {before} of {messages} at endpoint {endpoint}"), async || {
            let crowd = crowd.lock().unwrap();
            let of = |((of, _), seen): (&(usize, String), &(u32, u32))| *of == endpoint && seen.0 >= TAKEN;
            let taken = crowd.seen.iter().filter(|one| of(*one)).count();
            (taken > before || taken == messages).then_some(taken)
        })
        .await;
        if taken == messages {
            return;
        }
        before = taken;
    }
}

/// Marks a message as taken in the count of its requests.
const TAKEN: u32 = 1 << 16;

async fn take(State(crowd): State<Shared>, Path(endpoint): Path<usize>, headers: HeaderMap) -> Response {
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    let well = endpoint >= MISBEHAVING || crowd.lock().unwrap().healed;
    let answer = match endpoint {
        _ if well && endpoint != GONE => StatusCode::OK.into_response(),
        0..=2 => std::future::pending().await,
        3..=5 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        6 => (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "2")]).into_response(),
        7 => (StatusCode::FOUND, [(header::LOCATION, "/11")]).into_response(),
        8 => StatusCode::BAD_GATEWAY.into_response(),
        _ => StatusCode::GONE.into_response(),
    };
    let mut crowd = crowd.lock().unwrap();
    if answer.status().is_success() && endpoint >= MISBEHAVING {
        let wait = crowd.told[&id].elapsed();
        crowd.waits.push(wait);
    }
    let seen = crowd.seen.entry((endpoint, id)).or_default();
    if seen.0 >= TAKEN {
        seen.1 += 1;
    } else if answer.status().is_success() {
        seen.0 += TAKEN;
    } else {
        seen.0 += 1;
    }
    answer
}

/// The statuses of a subscription's deliveries.
async fn statuses(stage: &Stage, id: &str) -> Vec<String> {
    let input = json!({
        "TableName": stage.output("TableName"),
        "IndexName": "listing",
        "KeyConditionExpression": "list_pk = :pk",
        "ExpressionAttributeValues": { ":pk": { "S": format!("SUB#{id}") } },
    });
    let answer = aws::dynamodb(&stage.stack, "Query", input).await;
    let status = |item: &Value| aws::plain(item)["status"].as_str().unwrap().to_owned();
    answer["Items"].as_array().unwrap().iter().map(status).collect()
}
