//! Whether settings may stand. Every flaw is named, not only the first.

use std::collections::BTreeSet;

use crate::address::{Allow, Destination};
use crate::delivery::Schedule;
use crate::filter::{check_filter, check_template};

use super::Settings;

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFlaw {
    /// As `headers.x-token` or `events[2]`.
    pub field: String,
    pub message: String,
}

impl FieldFlaw {
    pub fn new(field: impl Into<String>, message: impl ToString) -> Self {
        Self { field: field.into(), message: message.to_string() }
    }
}

/// Names of a subscription's events.
pub const MOST_EVENTS: usize = 50;
const LONGEST_DESCRIPTION: usize = 512;
const MOST_HEADERS: usize = 20;
const LONGEST_HEADER_NAME: usize = 64;
const LONGEST_HEADER_VALUE: usize = 1024;
const MOST_RETRIES: usize = 20;
const LONGEST_GAP_SECONDS: u32 = 86_400;
const MOST_PER_MINUTE: u32 = 60_000;

/// Headers that are the connection's, or that we set ourselves: an owner who could set them could forge a message.
const RESERVED: [&str; 13] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];
const RESERVED_STARTS: [&str; 3] = ["webhook-", "x-webhook-", "proxy-"];

impl Settings {
    /// All that is wrong.
    pub fn flaws(&self, allow: &Allow) -> Vec<FieldFlaw> {
        let mut flaws = Vec::new();
        let mut say = |field: &str, message: String| flaws.push(FieldFlaw::new(field, message));
        if let Err(refused) = Destination::judge(&self.url, allow) {
            say("url", refused.to_string());
        }
        if !(1..=MOST_EVENTS).contains(&self.events.len()) {
            say("events", format!("must hold 1 to {MOST_EVENTS} names"));
        }
        if self.description.chars().count() > LONGEST_DESCRIPTION {
            say("description", format!("must have {LONGEST_DESCRIPTION} characters at most"));
        }
        if self.description.contains(char::is_control) {
            say("description", "must be one line of text".to_owned());
        }
        if let Some(Err(wrong)) = self.filter.as_deref().map(check_filter) {
            say("filter", wrong.to_string());
        }
        if let Some(Err(wrong)) = self.template.as_deref().map(check_template) {
            say("template", wrong.to_string());
        }
        if !(1..=30).contains(&self.timeout_seconds) {
            say("timeout_seconds", "must be 1 to 30".to_owned());
        }
        if self.rate_per_minute.is_some_and(|rate| !(1..=MOST_PER_MINUTE).contains(&rate)) {
            say("rate_per_minute", format!("must be 1 to {MOST_PER_MINUTE}"));
        }
        self.schedule_flaws(&mut say);
        self.header_flaws(&mut say);
        flaws
    }

    fn schedule_flaws(&self, say: &mut impl FnMut(&str, String)) {
        let Schedule::Custom { gaps_seconds } = &self.retry else { return };
        if gaps_seconds.len() > MOST_RETRIES {
            say("retry.gaps_seconds", format!("must hold {MOST_RETRIES} waits at most"));
        }
        for (place, gap) in gaps_seconds.iter().take(MOST_RETRIES).enumerate() {
            if !(1..=LONGEST_GAP_SECONDS).contains(gap) {
                say(
                    &format!("retry.gaps_seconds[{place}]"),
                    format!("must be 1 to {LONGEST_GAP_SECONDS} seconds"),
                );
            }
        }
    }

    fn header_flaws(&self, say: &mut impl FnMut(&str, String)) {
        if self.headers.len() > MOST_HEADERS {
            say("headers", format!("must hold {MOST_HEADERS} at most"));
        }
        let mut seen = BTreeSet::new();
        for (name, value) in &self.headers {
            let lower = name.to_ascii_lowercase();
            let is_first = seen.insert(lower.clone());
            let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
            let problem = if !(1..=LONGEST_HEADER_NAME).contains(&name.len()) || !name.bytes().all(token) {
                "the name is not one of a header"
            } else if RESERVED.contains(&lower.as_str())
                || RESERVED_STARTS.iter().any(|start| lower.starts_with(start))
            {
                "this header is set by the sender"
            } else if value.len() > LONGEST_HEADER_VALUE
                || !value.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
                || value.trim() != value
            {
                "the value must be up to 1024 printable ASCII characters"
            } else if !is_first {
                "this header is named twice: capital letters make no other name"
            } else {
                continue;
            };
            say(&format!("headers.{name}"), problem.to_owned());
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::subscription::{Pattern, PayloadMode};

    pub(in crate::subscription) fn settings() -> Settings {
        Settings {
            url: "https://example.com/hook".to_owned(),
            events: Pattern::parse("pipeline_complete").into_iter().collect(),
            description: String::new(),
            filter: None,
            template: None,
            headers: [].into(),
            retry: Schedule::Standard,
            timeout_seconds: 15,
            rate_per_minute: None,
            payload: PayloadMode::Full,
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Settings), expected: &[&str]) {
        let mut settings = settings();
        change(&mut settings);
        let fields: Vec<_> = settings.flaws(&Allow::default()).into_iter().map(|flaw| flaw.field).collect();
        assert_eq!(fields, expected);
    }

    fn header(name: &str, value: &str) -> impl FnOnce(&mut Settings) {
        move |s| {
            s.headers.insert(name.to_owned(), value.to_owned());
        }
    }

    #[test]
    fn every_flaw_is_named() {
        check(|_| (), &[]);
        check(|s| s.url = "http://127.0.0.1/".to_owned(), &["url"]);
        check(|s| s.events.clear(), &["events"]);
        check(|s| s.description = "x".repeat(513), &["description"]);
        check(|s| s.description = "a\nb".to_owned(), &["description"]);
        check(|s| s.filter = Some("data.escalated and".to_owned()), &["filter"]);
        check(|s| s.filter = Some("data.escalated".to_owned()), &[]);
        check(|s| s.filter = Some("data.escalated|nofilter".to_owned()), &["filter"]);
        check(|s| s.filter = Some(String::new()), &["filter"]);
        check(|s| s.template = Some("{{ data|nofilter }}".to_owned()), &["template"]);
        check(|s| s.template = Some("{% for x in".to_owned()), &["template"]);
        check(|s| s.timeout_seconds = 0, &["timeout_seconds"]);
        check(|s| s.timeout_seconds = 31, &["timeout_seconds"]);
        check(|s| s.rate_per_minute = Some(0), &["rate_per_minute"]);
        check(|s| s.retry = Schedule::Custom { gaps_seconds: vec![] }, &[]);
        let gaps = |of: &[u32]| Schedule::Custom { gaps_seconds: of.to_vec() };
        check(|s| s.retry = gaps(&[0]), &["retry.gaps_seconds[0]"]);
        check(
            |s| s.retry = gaps(&[5, 0, 86_400, 86_401]),
            &["retry.gaps_seconds[1]", "retry.gaps_seconds[3]"],
        );
        check(|s| s.retry = Schedule::Custom { gaps_seconds: vec![1; 21] }, &["retry.gaps_seconds"]);
        check(header("X-Token", "a b"), &[]);
        check(header("Webhook-Signature", "v1,x"), &["headers.Webhook-Signature"]);
        check(header("Host", "x"), &["headers.Host"]);
        check(header("a b", "x"), &["headers.a b"]);
        check(header("x", "a\r\nb: c"), &["headers.x"]);
        let twice = [("X-Team", "a"), ("x-team", "b"), ("x-teams", "c")];
        let twice = twice.map(|(name, value)| (name.to_owned(), value.to_owned()));
        check(|s| s.headers = twice.into(), &["headers.x-team"]);
        check(|s| s.template = Some(String::new()), &["template"]);
        check(
            |s| {
                s.url = "ftp://example.com".to_owned();
                s.timeout_seconds = 99;
            },
            &["url", "timeout_seconds"],
        );
    }
}
