//! What the local forge sends, as a receiver sees it and as our own reader understands it.

use hmac::{Hmac, KeyInit, Mac};
use quartet_domain::change::Subject;
use quartet_forge::{HookEvent, inbound};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::bench::{Bench, REPO, Received, Receiver, TOKEN, until};

const SECRET: &str = "hush";

async fn listening() -> (Bench, Receiver) {
    let (bench, receiver) = (Bench::new().await, Receiver::new().await);
    let events = [HookEvent::Push, HookEvent::PullRequest, HookEvent::Comment];
    bench.forge.create_hook(REPO, &receiver.url, &SECRET.into(), &events).await.expect("a hook");
    receiver.wait("ping", "").await;
    (bench, receiver)
}

#[track_caller]
fn assert_signed(one: &Received, secret: &str) {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key").chain_update(&one.body);
    let expected = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    assert_eq!(one.header("x-hub-signature-256"), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_is_told_and_signed() {
    let (bench, receiver) = listening().await;
    let number = bench.pull().await;
    let one = receiver.wait("pull_request", "opened").await;
    assert_signed(&one, SECRET);
    assert_eq!(one.header("user-agent"), "GitHub-Hookshot/quartet");
    assert_eq!(one.header("content-type"), "application/json");
    assert_eq!(one.header("x-github-delivery").len(), 36);
    assert!(one.header("x-hub-signature").starts_with("sha1="));

    let change = inbound::read(one.event(), &one.body).expect("a change");
    assert_eq!((change.action.as_str(), change.actor.as_str()), ("opened", "acme"));
    let repository = change.repository.expect("a repository");
    assert_eq!((repository.full_name.as_str(), repository.default_branch.as_str()), (REPO, "main"));
    let Subject::PullRequest(pull) = change.subject else { panic!("{:?}", change.subject) };
    assert_eq!(pull, bench.forge.pull(REPO, number).await.expect("a pull request"));

    until("the record", || bench.server.deliveries(REPO).iter().all(|one| one.outcome.is_some())).await;
    let deliveries = bench.server.deliveries(REPO);
    let told: Vec<_> = deliveries.iter().map(|one| (one.event.as_str(), one.outcome.as_ref())).collect();
    assert!(
        told.iter().all(|(_, outcome)| outcome.is_some_and(|outcome| outcome.status_code == 202)),
        "{told:?}"
    );
    bench.server.stop().await;
}

/// That is what the loop guards stand against: our own commit comes back as two events.
#[tokio::test(flavor = "multi_thread")]
async fn our_own_commit_comes_back() {
    let (bench, receiver) = listening().await;
    let number = bench.pull().await;
    let commit = bench.forge.prepare_commit(REPO, &bench.fix()).await.expect("a commit");
    bench.forge.advance(REPO, "feature", &commit).await.expect("an answer");

    let push = receiver.wait("push", "").await;
    let change = inbound::read("push", &push.body).expect("a change");
    assert_eq!(change.actor, bench.server.login());
    let Subject::Push(push) = change.subject else { panic!("{:?}", change.subject) };
    assert_eq!((push.branch.as_str(), push.message.as_str()), ("feature", "Fix a thing\n\n[skip-pipeline]"));
    assert_eq!((push.before.as_ref(), push.after.as_ref()), (Some(&bench.feature), Some(&commit)));

    let synchronized = receiver.wait("pull_request", "synchronize").await;
    let body: Value = serde_json::from_slice(&synchronized.body).expect("JSON");
    assert_eq!((body["before"].as_str(), body["after"].as_str()), (Some(&*bench.feature), Some(&*commit)));
    assert_eq!(body["sender"]["login"], bench.server.login());
    assert_eq!(bench.server.pull(REPO, number).expect("a pull request").head_sha, commit);
    // Said once more, nothing moves and nothing is told.
    bench.forge.advance(REPO, "feature", &commit).await.expect("an answer");
    assert_eq!(bench.server.deliveries(REPO).iter().filter(|one| one.event == "push").count(), 1);
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_to_a_fork_is_told_to_the_base() {
    let (bench, receiver) = listening().await;
    let fork = bench.server.fork(REPO, "mallory").await.expect("a fork");
    bench.server.open_pull(REPO, "main", "mallory:feature", "Trust me").await.expect("a pull request");
    let sha = bench.server.push_commit(&fork, "feature", &[("a.py", "1\n")]).await.expect("a commit");
    let one = receiver.wait("pull_request", "synchronize").await;
    let change = inbound::read("pull_request", &one.body).expect("a change");
    let Subject::PullRequest(pull) = change.subject else { panic!("{:?}", change.subject) };
    assert_eq!((pull.fork, pull.head_sha, change.actor.as_str()), (true, sha, "mallory"));
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_branch_and_a_comment_are_told() {
    let (bench, receiver) = listening().await;
    bench.server.create_branch(REPO, "topic", "main").await.expect("a branch");
    let change = inbound::read("push", &receiver.wait("push", "").await.body).expect("a change");
    let Subject::Push(push) = change.subject else { panic!("{:?}", change.subject) };
    assert_eq!((push.branch.as_str(), push.before, push.after), ("topic", None, Some(bench.main.clone())));
    let number = bench.pull().await;
    bench.server.comment(REPO, number, "ada", "nice").expect("a comment");
    receiver.wait("issue_comment", "created").await;
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redelivery_keeps_its_id_and_its_bytes() {
    let (bench, receiver) = listening().await;
    bench.pull().await;
    let first = receiver.wait("pull_request", "opened").await;
    let opened = |server: &quartet_local::forge::Server| {
        server.deliveries(REPO).into_iter().filter(|one| one.event == "pull_request").collect::<Vec<_>>()
    };
    let delivery = opened(&bench.server).remove(0);
    // Over the API, as the keeper does it.
    let hook = delivery.hook_id;
    let path =
        format!("{}/repos/{REPO}/hooks/{hook}/deliveries/{}/attempts", bench.server.url(), delivery.id);
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let answer = http.post(path).bearer_auth(TOKEN).send().await.expect("an answer");
    assert_eq!(answer.status(), 202);
    let same = |one: &Received| one.header("x-github-delivery") == first.header("x-github-delivery");
    until("the redelivery", || receiver.all().iter().filter(|one| same(one)).count() == 2).await;
    let second = receiver.all().into_iter().rfind(same).expect("the second");
    assert_eq!(first.body, second.body);
    assert_signed(&second, SECRET);
    let flags: Vec<bool> = opened(&bench.server).iter().map(|one| one.redelivery).collect();
    assert_eq!(flags, [false, true]);

    let path = format!("{}/repos/{REPO}/hooks/{hook}/deliveries?per_page=1", bench.server.url());
    let answer = http.get(path).bearer_auth(TOKEN).send().await.expect("an answer");
    assert!(answer.headers().contains_key("link"));
    let listed: Value = answer.json().await.expect("JSON");
    assert_eq!((&listed[0]["redelivery"], &listed[0]["guid"]), (&json!(true), &json!(delivery.guid)));
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_down_is_recorded() {
    let bench = Bench::new().await;
    bench
        .forge
        .create_hook(REPO, "http://127.0.0.1:9/", &SECRET.into(), &[HookEvent::Push])
        .await
        .expect("a hook");
    let failed = || {
        bench
            .server
            .deliveries(REPO)
            .iter()
            .any(|one| one.outcome.as_ref().is_some_and(|o| o.status_code == 0))
    };
    until("the record", failed).await;
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_steers_it_with_curl() {
    let (bench, receiver) = listening().await;
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let post = async |path: &str, body: Value| {
        let url = format!("{}/_local/repos/{REPO}/{path}", bench.server.url());
        let answer = http.post(url).json(&body).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap_or_default())
    };
    let opened = post("pulls", json!({ "base": "main", "head": "feature", "title": "By hand" })).await;
    assert_eq!(opened, (200, json!({ "number": 1 })));
    let (status, pushed) =
        post("commits", json!({ "branch": "feature", "files": { "x.py": "1\n", "app.py": null } })).await;
    assert_eq!(status, 200, "{pushed}");
    receiver.wait("pull_request", "synchronize").await;
    assert_eq!(bench.server.file(REPO, "feature", "app.py").await.expect("an answer"), None);
    assert_eq!(post("branches", json!({ "branch": "t", "from": "main" })).await.0, 200);
    assert_eq!(post("protected", json!({ "branch": "t" })).await.0, 200);
    assert_eq!(post("forks", json!({ "owner": "mallory" })).await.1, json!({ "full_name": "mallory/web" }));
    assert_eq!(post("forks", json!({ "owner": "../x" })).await.0, 422);
    assert_eq!(post("comments", json!({ "number": 1, "login": "ada", "body": "hi" })).await.0, 200);
    assert_eq!(post("events", json!({ "event": "push", "payload": { "x": 1 } })).await.0, 200);

    // A page in a browser sends no JSON without asking, and no host of ours.
    let url = format!("{}/_local/repos/{REPO}/pulls", bench.server.url());
    let plain =
        http.post(&url).body("{\"base\":\"main\",\"head\":\"feature\"}").send().await.expect("an answer");
    assert_eq!(plain.status(), 415);
    let foreign = http.get(format!("{}/_local/repos", bench.server.url())).header("host", "evil.example");
    assert_eq!(foreign.send().await.expect("an answer").status(), 403);
    bench.server.stop().await;
}
