//! Results on their way to a subscriber who is well, ill, or gone.

use std::collections::VecDeque;

use quartet_domain::catalogue;
use quartet_domain::signature::standard::Key;
use secrecy::SecretString;
use serde_json::json;

use crate::house::House;
use crate::repo::Repo;
use crate::sender::Answer;
use crate::sent::Sent;
use crate::stage::{RESULTS_SECRET, Stage};
use crate::subscriber::{Got, Order};

pub(crate) async fn down_then_up(house: &House) {
    let repo = house.repo("down-then-up").await;
    repo.base.subscriber.order(&repo.name, Order::First(VecDeque::from([503, 503])));
    let sent = repo.open().await;
    let got = repo.base.subscriber.wait(&sent.message(), 3).await;
    let delivery = repo.stage.delivery(&sent.results(), "delivered").await;
    assert_eq!(delivery["attempts"], 3);
    assert_eq!(statuses(repo.stage, &sent).await, [503, 503, 200]);

    assert!(got.iter().all(|one| one.body == got[0].body), "the same bytes each time");
    let times: Vec<i64> = got.iter().map(|one| one.header("webhook-timestamp").parse().unwrap()).collect();
    assert!(times.is_sorted_by(|a, b| a < b), "a fresh time each time: {times:?}");
    assert_ne!(got[0].header("webhook-signature"), got[1].header("webhook-signature"));
    for one in [&got[0], &got[2]] {
        house.verifiers().await.results(one).await;
    }
    assert_eq!(repo.base.subscriber.about(&repo.name).len(), 3, "nothing more is sent");
}

pub(crate) async fn dead(house: &House) {
    let repo = house.repo("dead").await;
    repo.base.subscriber.order(&repo.name, Order::Always(500));
    let sent = repo.open().await;
    repo.stage.delivery(&sent.results(), "exhausted").await;
    assert_eq!(statuses(repo.stage, &sent).await, [500, 500, 500, 500]);
    kept(&repo, &sent).await;
}

pub(crate) async fn gone(house: &House) {
    let repo = house.repo("gone").await;
    repo.base.subscriber.order(&repo.name, Order::Always(410));
    let sent = repo.open().await;
    repo.stage.delivery(&sent.results(), "gone").await;
    assert_eq!(statuses(repo.stage, &sent).await, [410]);
    kept(&repo, &sent).await;
}

/// The status of each attempt in the log.
async fn statuses(stage: &Stage, sent: &Sent) -> Vec<u64> {
    let log = stage.attempts(&sent.results()).await;
    log.iter().map(|attempt| attempt["outcome"]["Answered"]["status"].as_u64().unwrap()).collect()
}

/// What nobody took lies in the bucket, as it was sent.
async fn kept(repo: &Repo<'_>, sent: &Sent) {
    let key = format!("undelivered/{}/{}.json", sent.message(), sent.results());
    let kept = repo.stage.object(&key).await;
    assert_eq!(kept.as_deref(), Some(repo.base.subscriber.got(&sent.message())[0].body.as_slice()));
}

pub(crate) async fn the_built_in_receiver(house: &House) {
    let repo = house.repo("built-in").await;
    let sent = repo.open().await;
    let (got, _) = repo.results(&sent).await;
    let stage = repo.stage;
    for _ in 0..2 {
        let answer = post(stage, &got, got.body.clone()).await;
        assert_eq!((answer.status, answer.body), (200, json!({ "status": "received" })));
    }
    let key = format!("received/{}.json", sent.message());
    assert_eq!(stage.object(&key).await.as_deref(), Some(got.body.as_slice()));

    let mut tampered = got.body.clone();
    tampered.push(b' ');
    refused(&post(stage, &got, tampered).await, 401);
    let now = jiff::Timestamp::now().as_second();
    refused(&post(stage, &signed(&got, now - 301, &got.body), got.body.clone()).await, 401);
    let mut wrong = got.json();
    wrong["results"]["success_rate"] = json!(101.0);
    let wrong = wrong.to_string().into_bytes();
    refused(&post(stage, &signed(&got, now, &wrong), wrong).await, 422);
    let tried = catalogue::find(catalogue::WEBHOOK_TEST).unwrap().example.to_string().into_bytes();
    assert_eq!(
        post(stage, &signed(&got, now, &tried), tried).await.status,
        200,
        "any event can be tried here"
    );
    let mut unnamed = got.clone();
    unnamed.headers.remove("webhook-id");
    refused(&post(stage, &unnamed, got.body.clone()).await, 400);
    let looked = reqwest::get(format!("{}/webhook/results", stage.stack.url())).await.unwrap();
    refused(&Answer::read(looked).await, 405);
}

#[track_caller]
fn refused(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{:?}", answer.body);
    assert_eq!(answer.body["status_code"], status);
    assert_eq!(answer.body["path"], "/webhook/results");
    for word in ["error", "correlation_id"] {
        assert!(answer.body[word].as_str().is_some_and(|text| !text.is_empty()), "{:?}", answer.body);
    }
}

/// The same message, signed for another time or body.
fn signed(got: &Got, at: i64, body: &[u8]) -> Got {
    let key = Key::parse(&SecretString::from(RESULTS_SECRET)).unwrap();
    let mut got = got.clone();
    let signature = key.sign(got.header("webhook-id"), at, body);
    got.headers.insert("webhook-timestamp".to_owned(), at.to_string());
    got.headers.insert("webhook-signature".to_owned(), signature);
    got
}

async fn post(stage: &Stage, got: &Got, body: Vec<u8>) -> Answer {
    let mut request =
        reqwest::Client::new().post(format!("{}/webhook/results", stage.stack.url())).body(body);
    for (name, value) in got.headers.iter().filter(|(name, _)| name.starts_with("webhook-")) {
        request = request.header(name, value);
    }
    let request = request.header("content-type", "application/json");
    Answer::read(request.send().await.unwrap()).await
}
