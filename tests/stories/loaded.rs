//! Deliveries to fifty endpoints, of which ten misbehave the second time, on a bad day of AWS. `MESSAGES` says how many
//! messages go to all of them each time: 4 when nothing is said, 40 make two thousand deliveries, 200 ten thousand. Where it
//! is said, the well ones must also be served about as fast beside the ill as without them.
//!
//! Each message is told through the outbox, as a cause that is not tried again tells it. What is counted is what the
//! endpoints saw: nothing lost, nothing sent again once it was taken, and the well ones served while the others fail.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
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
use crate::faults::{Fault, Faults, Rule};
use crate::house::House;
use crate::stage::Stage;
use crate::wait::until;

const ALL: Range<usize> = 0..50;
const FEW: usize = 4;
/// The others misbehave for a while.
const WELL: Range<usize> = 10..50;
/// The one that answers 410.
const GONE: usize = 9;

/// What AWS does meanwhile.
const BAD_DAY: [Rule; 10] = [
    Rule { action: "GetItem", every: 11, fault: Fault::Late(300) },
    Rule { action: "GetItem", every: 31, fault: Fault::Broken },
    Rule { action: "Query", every: 5, fault: Fault::Throttled },
    Rule { action: "PutItem", every: 7, fault: Fault::CutAfter },
    Rule { action: "UpdateItem", every: 17, fault: Fault::CutAfter },
    Rule { action: "UpdateItem", every: 23, fault: Fault::Throttled },
    Rule { action: "TransactWriteItems", every: 13, fault: Fault::CutAfter },
    Rule { action: "TransactWriteItems", every: 29, fault: Fault::CutBefore },
    Rule { action: "SendMessage", every: 7, fault: Fault::CutAfter },
    Rule { action: "SendMessageBatch", every: 5, fault: Fault::CutAfter },
];

#[derive(Default)]
struct Crowd {
    /// By endpoint and message: how often it came before it was taken, and after.
    seen: HashMap<(usize, String), (u32, u32)>,
    /// How long after it was told each message was taken by an endpoint that is always well.
    waits: Vec<Duration>,
    told: HashMap<String, Instant>,
    ill: bool,
}

type Shared = Arc<Mutex<Crowd>>;

pub(crate) async fn most_are_well_and_some_are_not(house: &House) {
    let base = house.base().await;
    let faults = Faults::open().await;
    let stage = Stage::behind(&faults, base, "loaded", &[]).await;
    let crowd = Shared::default();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/{endpoint}", axum::routing::post(take)).with_state(crowd.clone());
    let mut serving = JoinSet::new();
    serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
    let messages = chosen().unwrap_or(FEW);

    let ids = subscribe(&stage, &address.to_string(), ALL).await;
    faults.plan(&BAD_DAY);
    tell(&stage, &crowd, 0..messages).await;
    all_taken(&crowd, ALL, messages).await;
    let well = Waits::of(&crowd);

    crowd.lock().unwrap().ill = true;
    tell(&stage, &crowd, messages..2 * messages).await;
    all_taken(&crowd, WELL, 2 * messages).await;
    let beside = Waits::of(&crowd);
    eprintln!("all well: {well}\nbeside the ill: {beside}");
    // Of few messages it says nothing, and other stories run beside them.
    if chosen().is_some() {
        assert!(beside.at(95) <= well.at(95).mul_f64(1.2), "the well wait for the ill");
    }

    crowd.lock().unwrap().ill = false;
    all_taken(&crowd, 0..GONE, 2 * messages).await;
    let again = crowd.lock().unwrap().seen.values().filter(|(_, after)| *after > 0).count();
    assert_eq!(again, 0, "what was taken is not sent again");
    for (endpoint, id) in ids.iter().enumerate() {
        until("every delivery has ended", async || {
            let all = deliveries(&stage, id).await;
            // What is told once it is disabled is kept for when it is enabled again.
            let ends: &[&str] =
                if endpoint == GONE { &["delivered", "cancelled", "gone"] } else { &["delivered"] };
            let ended = all.iter().filter(|one| ends.contains(&one["status"].as_str().unwrap())).count();
            (all.len() == 2 * messages && ended == all.len()).then_some(())
        })
        .await;
    }
    let done = faults.done();
    eprintln!("{done:?}");
    for rule in BAD_DAY {
        assert!(done.contains_key(&(rule.action, rule.fault)), "{rule:?} never happened: {done:?}");
    }
    stage.stop().await;
}

/// How many messages are told each time, where somebody says so.
fn chosen() -> Option<usize> {
    #[expect(clippy::disallowed_methods, reason = "the one switch of the stories")]
    std::env::var("MESSAGES").ok()?.parse().ok()
}

/// How long messages took to be taken by endpoints that are well, sorted.
struct Waits(Vec<Duration>);

impl Waits {
    /// Of the messages since the last look.
    fn of(crowd: &Shared) -> Self {
        let mut waits = std::mem::take(&mut crowd.lock().unwrap().waits);
        waits.sort_unstable();
        Self(waits)
    }

    fn at(&self, percent: usize) -> Duration {
        self.0[(self.0.len() - 1) * percent / 100]
    }
}

impl fmt::Display for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [half, most, all] = [50, 95, 100].map(|percent| self.at(percent));
        write!(f, "{} taken, half within {half:?}, 95 % within {most:?}, all within {all:?}", self.0.len())
    }
}

async fn subscribe(stage: &Stage, address: &str, endpoints: Range<usize>) -> Vec<String> {
    let one = |n: usize| {
        json!({
            "url": format!("http://{address}/{n}"),
            "events": [QUERY_CREATED],
            "retry": { "gaps_seconds": vec![2; 20] },
            "timeout_seconds": 5,
        })
    };
    let form = json!({ "webhooks": endpoints.map(one).collect::<Vec<_>>() });
    let made = ask(stage, Method::POST, "/bulk", Some(form)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let all = made.body["webhooks"].as_array().unwrap();
    all.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

async fn tell(stage: &Stage, crowd: &Shared, numbers: Range<usize>) {
    for number in numbers {
        let id = MessageId::of(&number.to_string(), "loaded");
        crowd.lock().unwrap().told.insert(id.to_string(), Instant::now());
        tell_one(stage, id).await;
    }
}

/// Writes a message to the outbox, and its id to the queue.
pub(crate) async fn tell_one(stage: &Stage, id: MessageId) {
    let now = jiff::Timestamp::now();
    let data = json!({ "query_id": id });
    let message = Message::of(id, Owner::deployment(), QUERY_CREATED, now, data);
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

/// Waits until each of these endpoints has taken so many messages.
async fn all_taken(crowd: &Shared, endpoints: Range<usize>, messages: usize) {
    let wanted = messages * endpoints.len();
    let mut before = 0;
    while before < wanted {
        // As long as more come, more time is theirs.
        before =
            until(&format!("more than {before} of {wanted} at the endpoints {endpoints:?}"), async || {
                let crowd = crowd.lock().unwrap();
                let of = |((of, _), seen): (&(usize, String), &(u32, u32))| {
                    endpoints.contains(of) && seen.0 >= TAKEN
                };
                let taken = crowd.seen.iter().filter(|one| of(*one)).count();
                (taken > before).then_some(taken)
            })
            .await;
    }
}

/// Marks a message as taken in the count of its requests.
const TAKEN: u32 = 1 << 16;

async fn take(State(crowd): State<Shared>, Path(endpoint): Path<usize>, headers: HeaderMap) -> Response {
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    let well = WELL.contains(&endpoint) || !crowd.lock().unwrap().ill;
    let answer = match endpoint {
        _ if well => StatusCode::OK.into_response(),
        0..=2 => std::future::pending().await,
        3..=5 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        6 => (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "2")]).into_response(),
        7 => (StatusCode::FOUND, [(header::LOCATION, "/11")]).into_response(),
        8 => StatusCode::BAD_GATEWAY.into_response(),
        _ => StatusCode::GONE.into_response(),
    };
    let mut crowd = crowd.lock().unwrap();
    if answer.status().is_success() && WELL.contains(&endpoint) {
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

/// A subscription's deliveries.
pub(crate) async fn deliveries(stage: &Stage, id: &str) -> Vec<Value> {
    let input = json!({
        "TableName": stage.output("TableName"),
        "IndexName": "listing",
        "KeyConditionExpression": "list_pk = :pk",
        "ExpressionAttributeValues": { ":pk": { "S": format!("SUB#{id}") } },
    });
    let answer = aws::dynamodb(&stage.stack, "Query", input).await;
    answer["Items"].as_array().unwrap().iter().map(aws::plain).collect()
}
