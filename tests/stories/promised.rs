//! What the two contracts promise and no other story shows. `tests/contracts/promises.rs` lists every promise with the story
//! that keeps it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::endpoint::{Endpoint, ask};
use crate::house::House;
use crate::subscriber::Order;
use crate::wait::until;

fn wish() -> Value {
    json!({ "events": ["webhook.test"], "retry": "seed" })
}

/// Three retries after one, two and four seconds, each with its line in the log; then the statistics say so.
pub(crate) async fn three_retries_that_back_off(house: &House) {
    let stage = house.stage().await;
    let one = Endpoint::subscribe(stage, Order::Always(500), wish()).await;
    let before = Timestamp::now();
    let test = one.test().await;
    stage.delivery(&test, "exhausted").await;
    let log = stage.attempts(&test).await;
    let statuses: Vec<_> = log.iter().map(|one| one["outcome"]["Answered"]["status"].as_u64()).collect();
    assert_eq!(statuses, [Some(500); 4]);
    let times: Vec<Timestamp> = log.iter().map(|one| one["at"].as_str().unwrap().parse().unwrap()).collect();
    for (pair, seconds) in times.windows(2).zip([1.0, 2.0, 4.0]) {
        let waited = pair[1].duration_since(pair[0]).as_secs_f64();
        // A fifth less at most; a queue may always be late.
        assert!(waited >= 0.8 * seconds - 0.01, "{waited} s in the place of {seconds}");
    }
    // What the filter of the alarm counts, as it is really printed.
    let said = stage.logged(&test);
    let is_counted = |line: &&Value| line["message"] == "given up";
    assert_eq!(said.iter().filter(is_counted).count(), 1, "{said:#?}");
    let statistics = one.shown().await["statistics"].take();
    assert_eq!((&statistics["failed_attempts"], &statistics["given_up"]), (&json!(4), &json!(1)));
    assert_eq!((&statistics["success_rate"], &statistics["last_delivery_at"]), (&json!(0.0), &Value::Null));
    let failed: Timestamp = statistics["last_failure_at"].as_str().unwrap().parse().unwrap();
    assert!(before <= failed && failed <= Timestamp::now());

    one.order(Order::Always(200));
    stage.delivery(&one.test().await, "delivered").await;
    let statistics = one.shown().await["statistics"].take();
    let delivered: Timestamp = statistics["last_delivery_at"].as_str().unwrap().parse().unwrap();
    assert!(failed < delivered);
}

/// Who asks does not wait for the endpoint, nor does another endpoint; the attempt ends after its ten seconds.
pub(crate) async fn nobody_waits_for_an_answer(house: &House) {
    let stage = house.stage().await;
    let slow = [
        Endpoint::subscribe(stage, Order::Hold(1), wish()).await,
        Endpoint::subscribe(stage, Order::Hold(1), wish()).await,
    ];
    assert_eq!(slow[0].shown().await["timeout_seconds"], 10);
    let tests = [slow[0].test().await, slow[1].test().await];
    let both = async || slow.iter().all(|one| one.got().len() == 1).then_some(());
    until("both requests side by side", both).await;
    for test in &tests {
        assert_eq!(stage.item(&format!("DLV#{test}"), "DELIVERY").await.unwrap()["attempts"], 0);
    }
    for test in &tests {
        stage.delivery(test, "delivered").await;
        let log = stage.attempts(test).await;
        assert_eq!(log[0]["outcome"]["Unanswered"], "timed_out");
        let seconds = log[0]["duration_ms"].as_f64().unwrap() / 1000.0;
        assert!((10.0..15.0).contains(&seconds), "{seconds} s");
    }
}

/// Six a minute are one in ten seconds, however many wait; waiting is no attempt.
pub(crate) async fn a_rate_of_its_own(house: &House) {
    let stage = house.stage().await;
    let wish = json!({ "events": ["webhook.test"], "rate_per_minute": 6 });
    let one = Endpoint::subscribe(stage, Order::Always(200), wish).await;
    let mut tests = Vec::new();
    for _ in 0..3 {
        tests.push(one.test().await);
    }
    let waiting = async || {
        let mut turns = Vec::new();
        for test in &tests {
            let item = stage.item(&format!("DLV#{test}"), "DELIVERY").await?;
            let turn = item["next_at"].as_str().filter(|_| item["has_turn"] == true);
            turns.extend(turn.map(|at| at.parse::<jiff::Timestamp>().unwrap()));
        }
        turns.sort_unstable();
        (turns.len() == 2).then_some(turns)
    };
    let turns = until("two that wait for their turns", waiting).await;
    for test in &tests {
        let retry = one.ask(Method::POST, &format!("/deliveries/{test}/retry"), None).await;
        assert!([202, 409].contains(&retry.status), "{}", retry.body);
    }
    assert_eq!(waiting().await.as_ref(), Some(&turns), "asked for, they keep their turns");
    let apart = turns[1].duration_since(turns[0]).as_secs_f64();
    assert!((apart - 10.0).abs() < 0.01, "{apart} s");
    for test in &tests {
        assert_eq!(stage.delivery(test, "delivered").await["attempts"], 1);
    }
    // The queue counts in whole seconds.
    let times = one.times();
    let waited = (times[2] - times[0]).as_secs_f64();
    assert!(waited >= 18.0, "{waited} s");
}

/// 32 random bytes for each, in letters that may stand in a URL.
pub(crate) async fn a_secret_is_made_for_each(house: &House) {
    let stage = house.stage().await;
    let mut seen = Vec::new();
    for _ in 0..8 {
        let wish = json!({ "url": "https://example.com", "events": ["webhook.test"], "active": false });
        let made = ask(stage, Method::POST, "", Some(wish)).await;
        let secret = made.body["secret_key"].as_str().unwrap().strip_prefix("whsec_").unwrap().to_owned();
        assert_eq!(STANDARD.decode(&secret).unwrap().len(), 32);
        assert!(secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'='), "{secret}");
        assert!(!seen.contains(&secret));
        seen.push(secret);
    }
}

/// What a value must be.
type Holds<'a> = &'a dyn Fn(&Value) -> bool;

/// Of each promise about the results one row: where it stands, and what it must be.
pub(crate) async fn what_the_results_tell(house: &House) {
    let repo = house.repo("promised").await;
    let sent = repo.open().await;
    let (got, results) = repo.results(&sent).await;
    let whole = got.json();
    assert_eq!((&whole["event_type"], &whole["version"]), (&json!("pipeline_complete"), &json!("1.0")));
    let seconds = |value: &Value| value.as_f64().is_some_and(|seconds| (0.0..3600.0).contains(&seconds));
    let rate = |value: &Value| value.as_f64().is_some_and(|rate| (0.0..=1.0).contains(&rate));
    let time = |value: &Value| value.as_str().is_some_and(|text| text.parse::<Timestamp>().is_ok());
    let relative = |value: &Value| value.as_str().is_some_and(|path| path.starts_with("notes/"));
    let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let some = |value: &Value| value.as_u64().is_some_and(|count| count > 0);
    let count = |value: &Value| value.is_u64();
    let rows: [(&str, Holds<'_>); 34] = [
        ("/start_timestamp", &time),
        ("/end_timestamp", &time),
        ("/total_duration", &seconds),
        ("/success_rate", &|value| value == 100.0),
        ("/build_results/duration", &seconds),
        ("/build_results/files_downloaded", &some),
        ("/build_results/file_types_processed/0", &|value| value == ".py"),
        ("/build_results/build_errors", &Value::is_array),
        ("/analysis_results/duration", &seconds),
        ("/analysis_results/total_issues", &some),
        ("/analysis_results/vulnerabilities/0/severity", &text),
        ("/analysis_results/vulnerabilities/0/confidence_score", &rate),
        ("/analysis_results/vulnerabilities/0/file_path", &relative),
        ("/analysis_results/vulnerabilities/0/line_number", &some),
        ("/analysis_results/severity_breakdown/critical", &count),
        ("/analysis_results/overall_risk_level", &text),
        ("/analysis_results/recommendations/0", &text),
        ("/fix_results/duration", &seconds),
        ("/fix_results/functions_fixed/0/function_name", &text),
        ("/fix_results/functions_fixed/0/file_path", &relative),
        ("/fix_results/functions_fixed/0/confidence_score", &rate),
        ("/fix_results/functions_fixed/0/lines_changed", &some),
        ("/fix_results/commit_sha", &text),
        ("/fix_results/commit_message", &text),
        ("/fix_results/fix_confidence_average", &rate),
        ("/test_results/duration", &seconds),
        ("/test_results/tests_generated", &count),
        ("/test_results/tests_executed", &count),
        ("/test_results/test_coverage_percentage", &|value| value.is_number() || value.is_null()),
        ("/resource_metrics/total_api_calls", &some),
        ("/resource_metrics/processing_time", &seconds),
        ("/resource_metrics/stage_durations/test", &seconds),
        ("/trigger/triggered_by", &text),
        ("/trigger/triggered_at", &time),
    ];
    for (place, holds) in rows {
        let value = results.pointer(place);
        assert!(value.is_some_and(holds), "{place}: {value:?}");
    }
}
