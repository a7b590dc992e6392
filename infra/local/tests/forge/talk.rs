//! Talking: checks, the one comment, hooks.

use quartet_forge::{Annotation, CheckRun, Conclusion, ForgeError, HookEvent, Level};
use quartet_local::forge::{Effect, Fault};
use secrecy::SecretString;
use serde_json::json;

use crate::bench::{Bench, REPO, Receiver, until};

fn check_run(bench: &Bench, annotations: usize) -> CheckRun {
    let annotation = |line: usize| Annotation {
        path: "app.py".to_owned(),
        start_line: u64::try_from(line).expect("a line"),
        end_line: u64::try_from(line).expect("a line"),
        level: Level::Warning,
        title: format!("finding {line}"),
        message: "a message".to_owned(),
    };
    CheckRun {
        external_id: "run_1".to_owned(),
        name: "Quartet".to_owned(),
        head_sha: bench.feature.clone(),
        conclusion: Some(Conclusion::Neutral),
        title: "3 findings".to_owned(),
        summary: "é".repeat(40_000),
        text: None,
        annotations: (1..=annotations).map(annotation).collect(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_is_made_once_and_updated() {
    let bench = Bench::new().await;
    let running = CheckRun { conclusion: None, annotations: Vec::new(), ..check_run(&bench, 0) };
    let first = bench.forge.put_check(REPO, &running).await.expect("a check");
    assert_eq!(bench.server.checks(REPO, &bench.feature)[0].status, "in_progress");
    let second = bench.forge.put_check(REPO, &check_run(&bench, 120)).await.expect("a check");
    let third = bench.forge.put_check(REPO, &check_run(&bench, 120)).await.expect("a check");
    assert_eq!((first, first), (second, third));
    let checks = bench.server.checks(REPO, &bench.feature);
    let [check] = &checks[..] else { panic!("{checks:?}") };
    assert_eq!((check.status.as_str(), check.conclusion.as_deref()), ("completed", Some("neutral")));
    assert!(check.output["summary"].as_str().is_some_and(|text| text.ends_with("(cut)")));
    let titles: Vec<_> = check.annotations.iter().map(|one| one["title"].clone()).collect();
    let expected: Vec<_> = (1..=120).map(|line| json!(format!("finding {line}"))).collect();
    assert_eq!(titles, expected);
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_check_goes_on_where_it_stopped() {
    let bench = Bench::new().await;
    let refuse = Effect::Answer { status: 503, headers: Vec::new(), body: "{}".to_owned() };
    bench.server.order(Fault::new("PATCH", "/check-runs/", refuse));
    let broken = bench.forge.put_check(REPO, &check_run(&bench, 120)).await;
    assert!(matches!(broken, Err(ForgeError::Unavailable { status: Some(503), .. })), "{broken:?}");
    bench.forge.put_check(REPO, &check_run(&bench, 120)).await.expect("a check");
    let checks = bench.server.checks(REPO, &bench.feature);
    assert_eq!(checks.iter().map(|check| check.annotations.len()).collect::<Vec<_>>(), [120]);
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_another_id_is_another_check() {
    let bench = Bench::new().await;
    let first = bench.forge.put_check(REPO, &check_run(&bench, 0)).await.expect("a check");
    let other = CheckRun { external_id: "run_2".to_owned(), ..check_run(&bench, 0) };
    assert_ne!(bench.forge.put_check(REPO, &other).await.expect("a check"), first);
    let nowhere = CheckRun { head_sha: "0".repeat(40), ..check_run(&bench, 0) };
    assert!(matches!(bench.forge.put_check(REPO, &nowhere).await, Err(ForgeError::Invalid { .. })));
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_comment_is_edited_for_ever() {
    let bench = Bench::new().await;
    let number = bench.pull().await;
    for at in 0..105 {
        bench.server.comment(REPO, number, "ada", &format!("talk {at}")).expect("a comment");
    }
    // Somebody types our marker: it stays theirs.
    let theirs =
        bench.server.comment(REPO, number, "mallory", "<!-- quartet:run -->\nhello").expect("a comment");
    let first = bench.forge.put_comment(REPO, number, "quartet:run", "one").await.expect("a comment");
    let second = bench.forge.put_comment(REPO, number, "quartet:run", "two").await.expect("a comment");
    assert_ne!(first, theirs);
    assert_eq!(first, second);
    let comments = bench.server.comments(REPO, number);
    assert_eq!(comments.len(), 107);
    let body = |id| comments.iter().find(|one| one.id == id).map(|one| one.body.as_str());
    assert_eq!(body(first), Some("<!-- quartet:run -->\ntwo"));
    assert_eq!(body(theirs), Some("<!-- quartet:run -->\nhello"));

    let writes = || bench.server.requests().iter().filter(|one| one.method == "PATCH").count();
    let before = writes();
    bench.forge.put_comment(REPO, number, "quartet:run", "two").await.expect("a comment");
    assert_eq!(writes(), before, "the same text is not written again");
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_has_limits() {
    let bench = Bench::new().await;
    let number = bench.pull().await;
    bench.forge.put_comment(REPO, number, "long", &"ä".repeat(70_000)).await.expect("a comment");
    assert!(bench.server.comments(REPO, number)[0].body.ends_with("(cut)"));
    for marker in ["", "a-->b", "a\nb"] {
        let refused = bench.forge.put_comment(REPO, number, marker, "x").await;
        assert!(matches!(refused, Err(ForgeError::Invalid { .. })), "{marker:?}");
    }
    assert!(matches!(bench.forge.put_comment(REPO, 99, "m", "x").await, Err(ForgeError::NotFound)));
    bench.server.stop().await;
}

/// An installation's token may not ask who it is; then a bot's comment counts as ours, a person's never.
#[tokio::test(flavor = "multi_thread")]
async fn a_comment_without_identity() {
    let bench = Bench::new().await;
    let number = bench.pull().await;
    bench.server.comment(REPO, number, "mallory", "<!-- m -->\nhello").expect("a comment");
    let forbidden = Effect::Answer { status: 403, headers: Vec::new(), body: "{}".to_owned() };
    bench.server.order(Fault::new("GET", "/user", forbidden));
    let first = bench.forge.put_comment(REPO, number, "m", "one").await.expect("a comment");
    assert_eq!(bench.forge.put_comment(REPO, number, "m", "two").await.expect("a comment"), first);
    assert_eq!(bench.server.comments(REPO, number).len(), 2);
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_come_and_go() {
    let bench = Bench::new().await;
    let receiver = Receiver::new().await;
    let events = [HookEvent::Push, HookEvent::PullRequest];
    let secret = SecretString::from("first");
    let hook = bench.forge.create_hook(REPO, &receiver.url, &secret, &events).await.expect("a hook");
    assert_eq!((hook.url.as_str(), hook.active), (receiver.url.as_str(), true));
    assert_eq!(hook.events, ["push", "pull_request"]);
    assert_eq!(bench.server.hooks(REPO)[0]["config"]["content_type"], "json");
    assert_eq!(bench.server.hooks(REPO)[0]["config"]["secret"], "********");
    receiver.wait("ping", "").await;

    // Made again: the same hook, with the new secret.
    let again = bench.forge.create_hook(REPO, &receiver.url, &"second".into(), &[HookEvent::Push]).await;
    let again = again.expect("a hook");
    assert_eq!((again.id, again.events), (hook.id, vec!["push".to_owned()]));
    assert_eq!(bench.forge.hooks(REPO).await.expect("hooks").len(), 1);

    bench.forge.delete_hook(REPO, hook.id).await.expect("gone");
    bench.forge.delete_hook(REPO, hook.id).await.expect("gone already");
    assert!(bench.forge.hooks(REPO).await.expect("hooks").is_empty());
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_whose_answer_was_lost_is_one_hook() {
    let bench = Bench::new().await;
    let receiver = Receiver::new().await;
    bench.server.order(Fault::new("POST", "/hooks", Effect::LoseAnswer));
    bench.forge.create_hook(REPO, &receiver.url, &"s".into(), &[HookEvent::Push]).await.expect("a hook");
    assert_eq!(bench.forge.hooks(REPO).await.expect("hooks").len(), 1);
    let bad = bench.forge.create_hook(REPO, "gopher://x", &"s".into(), &[HookEvent::Push]).await;
    match bad {
        Err(ForgeError::Invalid { detail }) => assert_eq!(detail, "status 422, Hook.url: custom"),
        other => panic!("{other:?}"),
    }
    until("the ping", || !receiver.all().is_empty()).await;
    bench.server.stop().await;
}
