//! Every promise of the two contracts, in our words, with the stories that show it. A story that is not told keeps nothing.

use crate::files::read;

/// Outgoing webhooks.
const SENDING: [(&str, &[&str]); 24] = [
    (
        "every webhook has an HMAC-SHA256 signature",
        &["subscribed::a_run_is_told_to_those_who_want_it", "received::the_debian_package_webhook"],
    ),
    ("signatures are compared in constant time", &["refused::forgeries", "delivered::the_built_in_receiver"]),
    ("a secret of 32 bytes, safe in a URL, is made for each", &["promised::a_secret_is_made_for_each"]),
    ("failed attempts are made again, three times", &["promised::three_retries_that_back_off"]),
    ("after one, two and four seconds", &["promised::three_retries_that_back_off"]),
    ("an attempt has ten seconds", &["promised::nobody_waits_for_an_answer"]),
    (
        "every error is logged",
        &["limited::what_was_given_up_is_recovered", "promised::three_retries_that_back_off"],
    ),
    ("delivering blocks nobody", &["promised::nobody_waits_for_an_answer"]),
    (
        "webhooks are delivered side by side",
        &["promised::nobody_waits_for_an_answer", "ailing::a_dead_endpoint_delays_nobody"],
    ),
    ("the API answers without waiting for an endpoint", &["promised::nobody_waits_for_an_answer"]),
    (
        "each webhook has statistics of success and failure",
        &["limited::a_test_is_sent_and_logged", "promised::three_retries_that_back_off"],
    ),
    (
        "each delivery is logged whole",
        &["limited::a_test_is_sent_and_logged", "limited::what_was_given_up_is_recovered"],
    ),
    ("the last delivery and the last failure have their times", &["promised::three_retries_that_back_off"]),
    ("a test can be asked for", &["limited::a_test_is_sent_and_logged", "described::any_event_can_be_tried"]),
    (
        "seven routes register, list, read, update, remove, test and log",
        &["managed::a_subscription_from_register_to_remove", "limited::a_test_is_sent_and_logged"],
    ),
    ("only active webhooks are told", &["subscribed::what_waits_for_a_disabled_one_is_cancelled"]),
    ("the documentation is served", &["described::what_it_says_of_itself"]),
    ("input is validated", &["managed::bad_input_is_told_field_by_field"]),
    ("next: deliveries have a queue", &["killed::a_dispatcher_in_mid_delivery"]),
    ("next: each webhook has a rate", &["promised::a_rate_of_its_own"]),
    ("next: each webhook has a retry schedule", &["limited::what_was_given_up_is_recovered"]),
    ("next: events are filtered", &["subscribed::a_run_is_told_to_those_who_want_it"]),
    ("next: many are registered and removed at once", &["managed::lists_come_in_pages"]),
    (
        "next: high failure rates are noticed",
        &["ailing::a_breaker_opens_and_closes", "ailing::what_is_gone_is_disabled_and_told"],
    ),
];

/// The host application, whose questions are told.
const ASKING: [(&str, &[&str]); 7] = [
    (
        "every query is told as query.created",
        &["queries::a_run_is_asked_about", "queries::a_person_takes_over"],
    ),
    ("one that is escalated is told as query.escalated", &["queries::a_person_takes_over"]),
    ("what is told says who asked what, and what was answered", &["queries::a_run_is_asked_about"]),
    ("a query is processed, and its answer returned, at once", &["queries::a_run_is_asked_about"]),
    (
        "what is told of it goes in the background, after the answer",
        &["queries::a_run_is_asked_about", "promised::nobody_waits_for_an_answer"],
    ),
    ("quick start: how a password is reset is answered", &["queries::a_person_takes_over"]),
    ("bad queries are refused field by field", &["queries::questions_are_bounded_and_listed"]),
];

/// Results of the pipeline.
const RESULTS: [(&str, &[&str]); 19] = [
    ("all stages, their durations and success", &["promised::what_the_results_tell"]),
    (
        "weaknesses with severity and confidence",
        &["promised::what_the_results_tell", "opened::a_pull_request_is_fixed_and_reported"],
    ),
    (
        "what was fixed, how surely, in which commit",
        &["promised::what_the_results_tell", "opened::a_pull_request_is_fixed_and_reported"],
    ),
    (
        "tests made, tests run, coverage",
        &["promised::what_the_results_tell", "opened::a_pull_request_is_fixed_and_reported"],
    ),
    ("calls, time and other use", &["promised::what_the_results_tell"]),
    ("who or what started it, and when", &["promised::what_the_results_tell"]),
    ("a setting names the endpoint", &["delivered::down_then_up"]),
    ("any web framework can receive it", &["opened::a_pull_request_is_fixed_and_reported"]),
    ("an endpoint is built in", &["delivered::the_built_in_receiver"]),
    ("a webhook starts the four agents", &["opened::a_pull_request_is_fixed_and_reported"]),
    ("an endpoint has thirty seconds, and another chance", &["killed::a_stage_at_work"]),
    ("what nobody took is kept", &["delivered::dead", "delivered::gone"]),
    (
        "the body is validated before it is sent",
        &[
            "opened::a_pull_request_is_fixed_and_reported",
            "rehearsed::every_sample_event_is_answered_by_its_function",
        ],
    ),
    (
        "errors are told in detail",
        &["broken::an_archive_that_is_gone", "told::a_failure_is_told_with_its_stage"],
    ),
    ("a sample shows the whole structure", &["rehearsed::every_sample_event_is_answered_by_its_function"]),
    (
        "it is sent after success and failure alike",
        &["broken::an_archive_that_is_gone", "opened::a_pull_request_is_fixed_and_reported"],
    ),
    ("times are ISO 8601", &["promised::what_the_results_tell"]),
    ("confidence is 0 to 1, durations are seconds", &["promised::what_the_results_tell"]),
    ("paths are relative to the repository", &["promised::what_the_results_tell"]),
];

#[test]
fn every_promise_has_a_story_that_is_told() {
    let main = read("tests/stories/main.rs");
    let told = main.split("stories![").nth(1).unwrap();
    for (promise, stories) in SENDING.into_iter().chain(ASKING).chain(RESULTS) {
        assert!(!stories.is_empty(), "{promise}");
        for story in stories {
            let (theme, name) = story.split_once("::").unwrap();
            let of_theme = told.split(';').find(|one| {
                one.trim_start().trim_start_matches("house,").trim_start().starts_with(&format!("{theme}:"))
            });
            let words = of_theme.unwrap_or_default().split([',', ':']).map(str::trim);
            assert!(words.into_iter().any(|word| word == name), "{promise}: {story} is not told");
        }
    }
}
