//! Limits and bad days: wait when told, stop when told for long, never hammer, never write twice.

use std::time::Duration;

use quartet_forge::{Forge, ForgeError, Settings};
use quartet_local::forge::{Effect, Fault};

use crate::bench::{Bench, REPO, TOKEN};

#[tokio::test(flavor = "multi_thread")]
async fn a_short_wait_is_waited() {
    for status in [403, 429] {
        let bench = Bench::new().await;
        bench.server.order(Fault::too_fast(status, 1));
        let begun = tokio::time::Instant::now();
        bench.forge.branch(REPO, "main").await.expect("a branch");
        assert!(begun.elapsed() >= Duration::from_secs(1));
        assert_eq!(bench.forge.calls(), 2);
        bench.server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_wait_is_told_and_nothing_is_sent_in_it() {
    let bench = Bench::new().await;
    bench.server.order(Fault::too_fast(403, 300));
    for _ in 0..40 {
        match bench.forge.branch(REPO, "main").await {
            Err(ForgeError::RateLimited { after }) => assert!(after > Duration::from_secs(290)),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(bench.forge.calls(), 1);
    assert_eq!(bench.server.requests().len(), 1);
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_request_closes_the_door_itself() {
    let bench = Bench::new().await;
    bench.server.set_limit(1, Duration::from_secs(600));
    bench.forge.branch(REPO, "main").await.expect("the last one is answered");
    let refused = bench.forge.branch(REPO, "main").await;
    let Err(ForgeError::RateLimited { after }) = refused else { panic!("{refused:?}") };
    assert!(after > Duration::from_secs(590) && after <= Duration::from_secs(601), "{after:?}");
    assert_eq!(bench.server.requests().len(), 1);
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_left_from_the_start() {
    let bench = Bench::new().await;
    bench.server.set_limit(0, Duration::from_secs(600));
    let refused = bench.forge.branch(REPO, "main").await;
    let Err(error @ ForgeError::RateLimited { .. }) = refused else { panic!("{refused:?}") };
    assert_eq!((error.name(), error.is_transient()), ("ForgeRateLimited", true));
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_403_is_no_limit() {
    let bench = Bench::new().await;
    bench.server.order(Fault::status(403));
    assert!(matches!(bench.forge.branch(REPO, "main").await, Err(ForgeError::Forbidden)));
    bench.forge.branch(REPO, "main").await.expect("the next one is answered");
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stumbles_is_asked_again() {
    let bench = Bench::new().await;
    for status in [502, 503, 500] {
        bench.server.order(Fault::status(status));
    }
    bench.forge.branch(REPO, "main").await.expect("the fourth try");
    assert_eq!(bench.forge.calls(), 4);
    for _ in 0..4 {
        bench.server.order(Fault::status(502));
    }
    let failed = bench.forge.branch(REPO, "main").await;
    assert!(matches!(failed, Err(ForgeError::Unavailable { status: Some(502), .. })), "{failed:?}");
    assert_eq!(bench.forge.calls(), 8);
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_is_never_written_twice_by_one_call() {
    let bench = Bench::new().await;
    let number = bench.pull().await;
    bench.server.order(Fault::new("POST", "/comments", Effect::LoseAnswer));
    let lost = bench.forge.put_comment(REPO, number, "m", "body").await;
    assert!(matches!(lost, Err(ForgeError::Unavailable { .. })), "{lost:?}");
    bench.forge.put_comment(REPO, number, "m", "body").await.expect("the next call finds it");
    assert_eq!(bench.server.comments(REPO, number).len(), 1);
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_has_an_end() {
    let bench = Bench::new().await;
    bench.server.order(Fault::new("", "", Effect::Delay(Duration::from_secs(60))));
    let settings = Settings::new(bench.server.url(), TOKEN.to_owned().into());
    let hasty = Forge::new(Settings { time_out: Duration::from_secs(1), ..settings }).expect("a client");
    hasty.branch(REPO, "main").await.expect("a later try");
    assert!(hasty.calls() >= 2);
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there() {
    let bench = Bench::new().await;
    let forge = bench.forge;
    bench.server.stop().await;
    let failed = forge.branch(REPO, "main").await;
    let Err(ForgeError::Unavailable { status: None, source: Some(source) }) = &failed else {
        panic!("{failed:?}")
    };
    assert!(!format!("{source:?}").contains("/repos/"), "errors name no address");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_ends_is_cut() {
    let bench = Bench::new().await;
    let body = format!("\"{}\"", "x".repeat(17 << 20));
    bench.server.order(Fault::new("", "", Effect::Answer { status: 200, headers: Vec::new(), body }));
    let cut = bench.forge.branch(REPO, "main").await;
    assert!(matches!(cut, Err(ForgeError::TooLarge { .. })), "{cut:?}");
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_answer_is_not_quoted() {
    let bench = Bench::new().await;
    let body = r#"{"commit": "hush-hush"}"#.to_owned();
    bench.server.order(Fault::new("", "", Effect::Answer { status: 200, headers: Vec::new(), body }));
    let error = bench.forge.branch(REPO, "main").await.expect_err("unreadable");
    assert_eq!(error.name(), "ForgeUnreadable");
    assert!(!format!("{error:?} {error}").contains("hush"));
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_repository_is_followed_inside_the_api() {
    let bench = Bench::new().await;
    let to = |target: &str| Effect::Answer {
        status: 301,
        headers: vec![("location", target.to_owned())],
        body: "{}".to_owned(),
    };
    let target = format!("{}/repos/{REPO}/branches/main", bench.server.url());
    bench.server.order(Fault::new("GET", "/repos/acme/old/", to(&target)));
    assert_eq!(bench.forge.branch("acme/old", "main").await.expect("a branch").sha, bench.main);
    bench.server.order(Fault::new("GET", "/repos/acme/old/", to("https://evil.example/repos/acme/web")));
    let refused = bench.forge.branch("acme/old", "main").await;
    assert!(matches!(refused, Err(ForgeError::ForeignHost { .. })), "{refused:?}");
    bench.server.stop().await;
}
