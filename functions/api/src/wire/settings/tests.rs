//! What is wrong is named once, in our words, and what is right is read again as it was.

use super::*;
use serde_json::json;

fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

#[track_caller]
fn check(body: Value, expected: &[&str]) {
    let fields: Vec<_> = match NewWebhook::read(map(body), &Allow::default()) {
        Ok(_) => vec![],
        Err(flaws) => flaws.into_iter().map(|flaw| flaw.field).collect(),
    };
    assert_eq!(fields, expected);
}

#[test]
fn every_field_that_is_wrong_is_named_once() {
    let good = json!({ "url": "https://example.com", "events": ["query.*"] });
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    check(good.clone(), &[]);
    check(json!({}), &["url", "events"]);
    check(json!({ "url": null, "events": null }), &["url", "events"]);
    check(with("url", json!("http://127.0.0.1")), &["url"]);
    check(with("url", json!(7)), &["url"]);
    check(with("events", json!([])), &["events"]);
    check(with("events", json!(vec!["query.created"; 50])), &[]);
    check(with("events", json!(vec!["query.created"; 51])), &["events"]);
    check(with("template", json!("")), &["template"]);
    check(with("headers", json!({ "X-Team": "a", "x-team": "b" })), &["headers.x-team"]);
    check(with("events", json!(["query.created", "nothing", 7])), &["events[1]", "events[2]"]);
    check(with("events", json!(["nothing", 7, "alsono"])), &["events[0]", "events[1]", "events[2]"]);
    check(with("retry", json!("often")), &["retry"]);
    check(with("retry", json!({ "gaps_seconds": [5, 60] })), &[]);
    check(with("retry", json!({ "gaps_seconds": [5, 0] })), &["retry.gaps_seconds[1]"]);
    check(
        with("retry", json!({ "gaps_seconds": [1.5, 5, "5"] })),
        &["retry.gaps_seconds[0]", "retry.gaps_seconds[2]"],
    );
    check(with("retry", json!({ "gaps_seconds": 5 })), &["retry.gaps_seconds"]);
    check(with("retry", json!({})), &["retry"]);
    check(with("retry", json!([5])), &["retry"]);
    check(with("retry", json!({ "gaps_seconds": [5], "x": 1 })), &["retry.x"]);
    check(with("secret", json!("short")), &["secret"]);
    check(with("secret", json!(7)), &["secret"]);
    check(with("secret", json!("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")), &[]);
    check(with("signing", json!("ed25519")), &[]);
    check(with("signing", json!("rsa")), &["signing"]);
    check(json!({ "signing": 1, "secret": 2 }), &["url", "events", "signing", "secret"]);
    let mut both = with("signing", json!("ed25519"));
    both["secret"] = json!("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    check(both, &["secret"]);
    check(with("id", json!("wh_1")), &["id"]);
    check(with("timeout_seconds", json!(-1)), &["timeout_seconds"]);
    check(with("timeout_seconds", json!(31)), &["timeout_seconds"]);
    check(with("headers", json!({ "X-A": 1, "X-B": 2, "X-C": "3" })), &["headers.X-A", "headers.X-B"]);
    check(with("filter", json!("")), &["filter"]);
    check(with("filter", json!("data|nofilter")), &["filter"]);
    check(with("template", json!(" \n")), &["template"]);
    check(json!({ "url": "ftp://x.example", "events": ["x"], "y": 1 }), &["y", "events[0]", "url"]);
    check(
        json!({ "url": "ftp://x.example", "events": ["x"], "retry": "q", "timeout_seconds": 99, "payload": 1 }),
        &["payload", "retry", "events[0]", "url", "timeout_seconds"],
    );
    check(json!({ "url": "ftp://x.example", "events": ["x"] }), &["events[0]", "url"]);
}

/// In our words, whatever reads it.
#[test]
fn what_a_field_must_be_is_said() {
    #[track_caller]
    fn check(name: &str, value: &Value, expected: &str) {
        let mut body = json!({ "url": "https://example.com", "events": ["query.*"] });
        body[name] = value.clone();
        let flaws = NewWebhook::read(map(body), &Allow::default()).expect_err("a flaw");
        assert_eq!(flaws[0].message, expected, "{name}: {value}");
    }
    let retry = "must be \"standard\", \"seed\" or {\"gaps_seconds\": […]} with up to 20 whole numbers, each 1 to 86400";
    for gap in [json!(1e10), json!(4_294_967_296_u64), json!(1.5), json!("5"), json!(-1), json!(null)] {
        check("retry", &json!({ "gaps_seconds": [gap] }), "must be a whole number, 1 to 86400");
    }
    check("retry", &json!({ "gaps_seconds": [86_401] }), "must be 1 to 86400 seconds");
    for wrong in [json!("often"), json!({}), json!(7), json!({ "gaps_seconds": "5" })] {
        check("retry", &wrong, retry);
    }
    check("events", &json!([7]), "must be text");
    check("events", &json!(7), "must be a list of names");
    check("headers", &json!({ "x": 7 }), "must be text");
    check("filter", &json!(""), "must not be empty: null means none");
    check("template", &json!(" "), "must not be empty: null means none");
    check("template", &json!("{{ a|nofilter }}"), "cannot be worked out: there is no filter nofilter here");
    check("timeout_seconds", &json!(1e10), "must be a whole number, 1 to 30");
    check("active", &json!("yes"), "must be true or false");
    check("payload", &json!("thick"), "must be \"full\", \"thin\" or \"link\"");
    check("headers", &json!([]), "must be an object of texts");
    check("url", &json!(7), "must be text");
}

#[test]
fn settings_are_read_again_as_they_were() {
    let body = json!({
        "url": "https://example.com/",
        "events": ["query.*"],
        "retry": { "gaps_seconds": [5] },
        "payload": "thin",
        "headers": { "x-a": "b" },
        "active": false
    });
    let chosen = Chosen::read(map(body), &Allow::default()).expect("a form");
    let form = as_form(&chosen.settings, false);
    let again = Chosen::read(form, &Allow::default()).expect("a form");
    assert_eq!((again.settings, again.active), (chosen.settings, Some(false)));
}

#[test]
fn a_patch_changes_what_it_names() {
    #[track_caller]
    fn check(patch: Value, expected: Result<&str, &[&str]>) {
        let body = json!({ "url": "https://example.com/", "events": ["query.*"], "description": "before" });
        let before = Chosen::read(map(body), &Allow::default()).expect("a form");
        let read = Chosen::read(patched(&before.settings, true, map(patch)), &Allow::default());
        let named = read.map(|chosen| chosen.settings.description);
        let named = named.map_err(|flaws| flaws.into_iter().map(|flaw| flaw.field).collect::<Vec<_>>());
        let expected = expected.map(str::to_owned);
        assert_eq!(named, expected.map_err(|names| names.iter().map(|&name| name.to_owned()).collect()));
    }
    check(json!({}), Ok("before"));
    check(json!({ "description": "after" }), Ok("after"));
    check(json!({ "description": null, "filter": null, "rate_per_minute": null }), Ok(""));
    check(json!({ "url": null }), Err(&["url"]));
    check(json!({ "foo": null }), Err(&["foo"]));
    check(
        json!({ "secret": null, "id": null, "signing": null, "a": 1 }),
        Err(&["a", "id", "secret", "signing"]),
    );
}
