//! Functions whose processes are killed in the middle of their work. Each story has a stack of its own.
//!
//! What a dead worker had taken comes back when the queue's visibility time-out is over. The template's is minutes; here
//! it is shortened at the queue, and nothing else.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::aws;
use crate::house::House;
use crate::repo::{Content, Repo};
use crate::sent::Sent;
use crate::stage::Stage;
use crate::subscriber::Order;
use crate::wait::{at_once, until};

const BRANCHES: [&str; 6] = ["b1", "b2", "b3", "b4", "b5", "b6"];

/// Sends a signal to every process of a function, and answers how many there were.
fn signal(stage: &Stage, function: &str, signal: Signal) -> usize {
    let pids = stage.stack.function_pids(function).unwrap();
    let pid = |pid: u32| Pid::from_raw(pid.try_into().unwrap()).unwrap();
    // One may have ended by itself, which is as good.
    pids.iter().filter(|id| kill_process(pid(**id), signal).is_ok()).count()
}

async fn seen_again_after(stage: &Stage, queue: &str, seconds: u32) {
    let attributes = json!({ "VisibilityTimeout": seconds.to_string() });
    let input = json!({ "QueueUrl": stage.output(queue), "Attributes": attributes });
    aws::sqs(&stage.stack, "SetQueueAttributes", input).await;
}

/// One pull request from each of these branches.
async fn open_all(repo: &Repo<'_>, branches: &[&str]) -> Vec<Sent> {
    let mut all = Vec::new();
    for branch in branches {
        repo.base.forge.create_branch(&repo.name, branch, repo.branch()).await.unwrap();
        let number = repo.base.forge.open_pull(&repo.name, "main", branch, branch).await.unwrap();
        all.push(repo.sent_about("opened", number).await);
    }
    all
}

pub(crate) async fn a_router_in_mid_batch(house: &House) {
    let base = house.base().await;
    let stage = Stage::start(base, "router", &[]).await;
    let repo = Repo::make(base, &stage, "router", Content::Notes).await;
    seen_again_after(&stage, "EventsQueueUrl", 3).await;
    stage.listen("Router", false).await;
    let sent = open_all(&repo, &BRANCHES).await;
    stage.listen("Router", true).await;

    at_once("the first run", async || (!stage.executions().await.is_empty()).then_some(())).await;
    assert!(signal(&stage, "Router", Signal::STOP) > 0);
    let started = stage.executions().await.len();
    assert!(started < sent.len(), "the router was faster than its killer");
    assert!(signal(&stage, "Router", Signal::KILL) > 0);

    for one in &sent {
        assert_eq!(stage.ended(&one.run()).await, "SUCCEEDED");
        stage.delivery(&one.results(), "delivered").await;
        assert_eq!(base.subscriber.got(&one.message()).len(), 1);
        stage.task(&one.task(), "completed").await;
    }
    assert_eq!(stage.executions().await.len(), sent.len());
    for (branch, number) in BRANCHES.iter().zip(1..) {
        let commits = repo.git(&["rev-list", "--count", &format!("{}..{branch}", repo.branch())]).await;
        assert_eq!(commits, "1", "one fix on {branch}");
        repo.comment(number);
    }
    stage.stop().await;
}

/// Three deliveries in one batch: two are made, the third is under way when the process dies.
pub(crate) async fn a_dispatcher_in_mid_delivery(house: &House) {
    let base = house.base().await;
    let stage = Stage::start(base, "dispatcher", &[("RetrySchedule", "seed")]).await;
    let repo = Repo::make(base, &stage, "dispatcher", Content::Notes).await;
    // A lease outlives an attempt by far; the third receive comes after it.
    seen_again_after(&stage, "DeliveriesQueueUrl", 12).await;
    stage.listen("Dispatcher", false).await;
    let sent = open_all(&repo, &BRANCHES[..3]).await;
    for one in &sent {
        assert_eq!(stage.ended(&one.run()).await, "SUCCEEDED");
    }
    base.subscriber.order(&repo.name, Order::Hold(1));
    stage.listen("Dispatcher", true).await;
    let made = async || {
        let mut made = 0;
        for one in &sent {
            let delivery = stage.item(&format!("DLV#{}", one.results()), "DELIVERY").await;
            made += usize::from(delivery.is_some_and(|delivery| delivery["status"] == "delivered"));
        }
        (made == 2 && base.subscriber.about(&repo.name).len() == 3).then_some(())
    };
    until("two deliveries and a third under way", made).await;
    assert!(signal(&stage, "Dispatcher", Signal::KILL) > 0);

    let mut requests = Vec::new();
    for one in &sent {
        stage.delivery(&one.results(), "delivered").await;
        let got = base.subscriber.got(&one.message());
        assert!(got.iter().all(|again| again.body == got[0].body));
        requests.push(got.len());
    }
    requests.sort_unstable();
    assert_eq!(requests, [1, 1, 2], "only what was under way is made again, under its old id");
    stage.stop().await;
}

pub(crate) async fn a_stage_at_work(house: &House) {
    let base = house.base().await;
    let stage = Stage::start(base, "crash", &[]).await;
    let repo = Repo::make(base, &stage, "crash", Content::Notes).await;
    base.subscriber.order(&repo.name, Order::Hold(1));
    let sent = repo.open().await;
    let run = sent.run();
    let ended = async || {
        signal(&stage, "Analyze", Signal::KILL);
        stage.status(&run).await.filter(|status| status != "RUNNING")
    };
    at_once("the end of the run", async || stage.has_entered(&run, "Analyze").await.then_some(())).await;
    assert_eq!(at_once("the end of the run", ended).await, "FAILED");

    let (got, results) = repo.results(&sent).await;
    house.verifiers().await.results(&got).await;
    assert_eq!(
        (&results["pipeline_status"], &results["failure"]["stage"]),
        (&"failed".into(), &"analyze".into())
    );
    assert_eq!(results["success_rate"], 25.0);
    assert_eq!(results["build_results"]["success"], true);
    assert!(results["build_results"]["files_downloaded"].as_u64().unwrap() > 0);
    for stage in ["analysis_results", "fix_results", "test_results"] {
        assert_eq!(results[stage]["success"], false);
    }
    stage.task(&sent.task(), "failed").await;
    assert_eq!(
        stage.object(&format!("runs/{run}/told/build.json")).await,
        None,
        "nobody wants to hear of it"
    );
    stage.stop().await;
}
