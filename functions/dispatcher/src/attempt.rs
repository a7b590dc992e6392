//! One POST to one endpoint, under limits, and what came of it.

use std::time::Duration;

use jiff::Timestamp;
use quartet_domain::delivery::{Delivery, Outcome};
use quartet_domain::signature::over_body;
use quartet_domain::signature::standard::Key;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use secrecy::SecretString;

/// The most of an answer that is read.
const ANSWER_BYTES: usize = 16 * 1024;

/// What came of an attempt.
pub(crate) struct Sent {
    pub(crate) outcome: Outcome,
    /// The start of the answer's body, as text.
    pub(crate) answer: String,
}

/// One client for all endpoints: no redirects, no proxies, no cookies.
pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(10))
        .user_agent(concat!("Quartet/", env!("CARGO_PKG_VERSION")))
        .build()
        .unwrap_or_default()
}

/// Posts the body, signed for this moment, as the Standard Webhooks text and the seed have it.
pub(crate) async fn send(
    http: &reqwest::Client,
    delivery: &Delivery,
    secret: &SecretString,
    body: Vec<u8>,
    now: Timestamp,
) -> Sent {
    let Ok(key) = Key::parse(secret) else {
        return unanswered("the signing secret is not of its form");
    };
    let id = delivery.message.as_str();
    let signature = key.sign(id, now.as_second(), &body);
    let posted = http
        .post(&delivery.url)
        .timeout(delivery.schedule.time_out())
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", now.as_second())
        .header("webhook-signature", signature)
        .header("x-webhook-signature", over_body(secret, &body))
        .header("x-webhook-event", &delivery.event_type)
        .body(body)
        .send()
        .await;
    let mut response = match posted {
        Ok(response) => response,
        Err(error) => return unanswered(class(&error)),
    };
    let status = response.status().as_u16();
    let retry_after_seconds =
        response.headers().get(RETRY_AFTER).and_then(|value| seconds(value.to_str().ok()?, now));
    let mut answer = Vec::new();
    while answer.len() < ANSWER_BYTES {
        // An answer that breaks off after its status line still is an answer.
        let Ok(Some(chunk)) = response.chunk().await else { break };
        answer.extend_from_slice(&chunk);
    }
    answer.truncate(ANSWER_BYTES);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    Sent { outcome: Outcome::Answered { status, retry_after_seconds }, answer }
}

fn unanswered(class: &str) -> Sent {
    Sent { outcome: Outcome::Unanswered(class.to_owned()), answer: String::new() }
}

/// The error's class. Its own words may hold the address, which may hold a secret.
fn class(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timed_out"
    } else if error.is_connect() {
        "no_connection"
    } else if error.is_builder() {
        "bad_address"
    } else {
        "broken_off"
    }
}

/// `Retry-After`, which is seconds or a date (RFC 9110, 10.2.3), as seconds from `now`.
fn seconds(value: &str, now: Timestamp) -> Option<u64> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(seconds);
    }
    let at = Timestamp::try_from(httpdate::parse_http_date(value).ok()?).ok()?;
    Some(u64::try_from(at.duration_since(now).as_secs()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: Option<u64>) {
        let now: Timestamp = "2026-01-15T10:00:00Z".parse().expect("a time");
        assert_eq!(seconds(value, now), expected, "{value}");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        check("120", Some(120));
        check(" 0 ", Some(0));
        check("Thu, 15 Jan 2026 10:02:00 GMT", Some(120));
        check("Thu, 15 Jan 2026 09:00:00 GMT", Some(0));
        check("-1", None);
        check("soon", None);
    }
}
