//! One POST to one endpoint, under limits, and what came of it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use quartet_domain::delivery::{Outcome, TEMPLATE_FAILED, kept_headers};
use quartet_domain::signature::over_body;
use quartet_domain::signature::standard::{KeyError, Signer};
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use secrecy::SecretString;

use crate::egress::{Egress, class};

/// The most of an answer that is read.
const ANSWER_BYTES: usize = 16 * 1024;

/// Classes of attempts that ended before anything was sent: they say nothing of the endpoint.
pub(crate) const UNSENT: [&str; 2] = [BAD_SECRET, TEMPLATE_FAILED];
const BAD_SECRET: &str = "bad_secret";

/// What is sent.
#[derive(Debug)]
pub(crate) struct Letter<'a> {
    pub(crate) url: &'a str,
    /// The message's id: the same for all attempts.
    pub(crate) id: &'a str,
    pub(crate) event_type: &'a str,
    /// The owner's own.
    pub(crate) headers: &'a BTreeMap<String, String>,
    pub(crate) time_out: Duration,
    /// All that sign, newest first: secrets and private keys.
    pub(crate) secrets: &'a [SecretString],
    pub(crate) body: Vec<u8>,
}

/// What came of an attempt.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) outcome: Outcome,
    /// The start of the answer's body, as text.
    pub(crate) answer: String,
    pub(crate) headers: BTreeMap<String, String>,
}

impl Sent {
    pub(crate) fn unanswered(class: &str) -> Self {
        Self {
            outcome: Outcome::Unanswered(class.to_owned()),
            answer: String::new(),
            headers: BTreeMap::new(),
        }
    }
}

/// Posts a letter, signed for this moment, as the Standard Webhooks text and the seed have it.
pub(crate) async fn send(egress: &Egress, letter: Letter<'_>, now: Timestamp) -> Sent {
    let Ok((signature, over_body)) = signatures(&letter, now) else {
        return Sent::unanswered(BAD_SECRET);
    };
    let Ok(mut request) = egress.post(letter.url) else {
        return Sent::unanswered("inside_address");
    };
    for (name, value) in letter.headers {
        request = request.header(name, value);
    }
    if let Some(over_body) = over_body {
        request = request.header("x-webhook-signature", over_body);
    }
    let posted = request
        .timeout(letter.time_out)
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", letter.id)
        .header("webhook-timestamp", now.as_second())
        .header("webhook-signature", signature)
        .header("x-webhook-event", letter.event_type)
        .body(letter.body)
        .send()
        .await;
    let mut response = match posted {
        Ok(response) => response,
        Err(error) => return Sent::unanswered(class(&error)),
    };
    let status = response.status().as_u16();
    let retry_after_seconds =
        response.headers().get(RETRY_AFTER).and_then(|value| seconds(value.to_str().ok()?, now));
    let headers = kept(response.headers());
    let mut answer = Vec::new();
    while answer.len() < ANSWER_BYTES {
        // An answer that breaks off after its status line still is an answer.
        let Ok(Some(chunk)) = response.chunk().await else { break };
        answer.extend_from_slice(&chunk);
    }
    answer.truncate(ANSWER_BYTES);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    Sent { outcome: Outcome::Answered { status, retry_after_seconds }, answer, headers }
}

/// One signature for each secret and key: a receiver that knows any of them is content. And the seed's, over the body,
/// with the newest secret; a key pair has none that a receiver could know.
fn signatures(letter: &Letter<'_>, now: Timestamp) -> Result<(String, Option<String>), KeyError> {
    let mut signatures = Vec::with_capacity(letter.secrets.len());
    let mut newest = None;
    for secret in letter.secrets {
        let signer = Signer::parse(secret)?;
        if matches!(signer, Signer::Secret(_)) {
            newest = newest.or(Some(secret));
        }
        signatures.push(signer.sign(letter.id, now.as_second(), &letter.body));
    }
    Ok((signatures.join(" "), newest.map(|secret| over_body(secret, &letter.body))))
}

fn kept(headers: &HeaderMap) -> BTreeMap<String, String> {
    kept_headers(headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())))
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

    fn signed(secrets: &[SecretString]) -> (String, Option<String>) {
        let letter = Letter {
            url: "",
            id: "msg_1",
            event_type: "",
            headers: &BTreeMap::new(),
            time_out: Duration::ZERO,
            secrets,
            body: b"{}".to_vec(),
        };
        signatures(&letter, Timestamp::UNIX_EPOCH).expect("good secrets")
    }

    #[test]
    fn every_live_secret_signs() {
        use quartet_domain::signature::standard::{Headers, Key, KeyPair, verify};
        let secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"]
            .map(SecretString::from);
        let pair = KeyPair::of_seed(&[7; 32]).expect("a seed");
        let all = [pair.secret().clone(), secrets[0].clone(), secrets[1].clone()];
        let (signature, over) = signed(&all);
        let headers = Headers { id: Some("msg_1"), timestamp: Some("0"), signature: Some(&signature) };
        for secret in &secrets {
            assert_eq!(verify(&[Key::parse(secret).expect("a key")], headers, b"{}", 0), Ok("msg_1"));
        }
        assert!(signature.starts_with(&pair.sign("msg_1", 0, b"{}")));
        assert_eq!(over, Some(over_body(&secrets[0], b"{}")), "the newest secret");
        assert_eq!(signed(&all[..1]).1, None, "a receiver knows no secret of a key pair");
    }
}
