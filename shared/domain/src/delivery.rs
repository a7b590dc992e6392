//! Delivering one message to one endpoint: attempts, and the time of the next.

mod answer;
mod schedule;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::answer::kept_headers;
pub use self::schedule::{Schedule, attempt_gap};
use crate::access::Owner;
use crate::ids::{DeliveryId, MessageId, SubscriptionId};

/// The class of an attempt whose body could not be written: the subscription's template fails.
pub const TEMPLATE_FAILED: &str = "template_failed";

/// How late an attempt can be that is still on its way: longer than a message of the queue stays invisible.
const STRANDED: SignedDuration = SignedDuration::from_mins(20);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub id: DeliveryId,
    pub message: MessageId,
    /// As `pipeline_complete`.
    pub event_type: String,
    pub url: String,
    /// Where the exact bytes of the body lie in the bucket.
    pub body_key: String,
    /// Whose it is; absent for the one endpoint that the deployment's settings name.
    #[serde(default)]
    pub subscriber: Option<Subscriber>,
    pub schedule: Schedule,
    pub status: DeliveryStatus,
    /// Attempts made.
    pub attempts: u32,
    /// Attempts made before somebody asked for it to be tried again: the schedule starts afresh there.
    #[serde(default)]
    pub resumed_after: u32,
    /// When the next attempt is due; absent when there is none.
    pub next_at: Option<Timestamp>,
    /// That is its turn under its subscription's rate.
    #[serde(default)]
    pub has_turn: bool,
    /// Why its subscription's filter could not be worked out for it, and so held nothing back.
    #[serde(default)]
    pub filter_error: Option<String>,
    pub created_at: Timestamp,
}

/// The subscription that a delivery is for. Its address, secrets and time-out are read when an attempt is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscriber {
    pub owner: Owner,
    pub subscription: SubscriptionId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    Pending,
    Delivered,
    /// Every attempt failed; the body is kept under `undelivered/`.
    Exhausted,
    /// The endpoint said 410 Gone; the body is kept under `undelivered/`.
    Gone,
    /// Its subscription was disabled or removed before it got through. It can be recovered.
    Cancelled,
}

impl DeliveryStatus {
    const ALL: [Self; 5] = [Self::Pending, Self::Delivered, Self::Exhausted, Self::Gone, Self::Cancelled];
    /// Over, and not delivered: what recovering sends again.
    pub const FAILED: [Self; 3] = [Self::Exhausted, Self::Gone, Self::Cancelled];

    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Exhausted => "exhausted",
            Self::Gone => "gone",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// What one attempt met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The endpoint answered.
    Answered { status: u16, retry_after_seconds: Option<u64> },
    /// No answer: the error's class, as `timed_out`.
    Unanswered(String),
}

/// One attempt, as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    pub at: Timestamp,
    pub duration_ms: u64,
    pub outcome: Outcome,
    /// The start of the answer's body, as text.
    pub answer: String,
    /// The answer's headers, as [`kept_headers`] leaves them.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// What follows an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Done,
    RetryAt(Timestamp),
    GiveUp(DeliveryStatus),
}

impl Delivery {
    /// The queue group that keeps a slow endpoint from delaying the others: letters and digits, as SQS asks.
    pub fn url_group(&self) -> String {
        match &self.subscriber {
            Some(subscriber) => subscriber.subscription.stem().to_owned(),
            None => crate::ids::digest(&self.url),
        }
    }

    /// Whether it should have been tried long ago, so that nothing in the queue may stand for it any more.
    pub fn is_stranded(&self, now: Timestamp) -> bool {
        let due = self.next_at.unwrap_or(self.created_at);
        self.status == DeliveryStatus::Pending && now.duration_since(due) > STRANDED
    }

    /// What follows attempt number `self.attempts + 1`. `jitter` is drawn by the caller, -1 to 1.
    ///
    /// 2xx alone is success, 410 ends it, a redirect is a failure (Standard Webhooks 1.0.0, "Deliverability").
    pub fn next(&self, outcome: &Outcome, now: Timestamp, jitter: f64) -> Next {
        let asked = match outcome {
            Outcome::Answered { status: 200..=299, .. } => return Next::Done,
            Outcome::Answered { status: 410, .. } => return Next::GiveUp(DeliveryStatus::Gone),
            Outcome::Answered { retry_after_seconds, .. } => *retry_after_seconds,
            Outcome::Unanswered(_) => None,
        };
        let made = self.attempts.saturating_sub(self.resumed_after) + 1;
        match attempt_gap(&self.schedule, made, asked, jitter) {
            Some(gap) => Next::RetryAt(now.checked_add(gap).unwrap_or(Timestamp::MAX)),
            None => Next::GiveUp(DeliveryStatus::Exhausted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn delivery(attempts: u32) -> Delivery {
        let message = crate::ids::MessageId::parse("msg_1").expect("an id");
        Delivery {
            id: message.delivery("results"),
            message,
            event_type: "pipeline_complete".to_owned(),
            url: "https://example.com".to_owned(),
            body_key: String::new(),
            subscriber: None,
            schedule: Schedule::Standard,
            status: DeliveryStatus::Pending,
            attempts,
            resumed_after: 0,
            next_at: None,
            has_turn: false,
            filter_error: None,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn answered(status: u16) -> Outcome {
        Outcome::Answered { status, retry_after_seconds: None }
    }

    fn after(seconds: u64) -> Next {
        Next::RetryAt(Timestamp::UNIX_EPOCH + Duration::from_secs(seconds))
    }

    #[track_caller]
    fn check(made: u32, outcome: &Outcome, expected: Next) {
        assert_eq!(delivery(made).next(outcome, Timestamp::UNIX_EPOCH, 0.0), expected);
    }

    #[test]
    fn a_delivery_that_is_tried_again_has_its_schedule_again() {
        let again = Delivery { resumed_after: 10, ..delivery(10) };
        assert_eq!(again.next(&answered(500), Timestamp::UNIX_EPOCH, 0.0), after(5));
    }

    #[test]
    fn what_is_long_overdue_is_stranded() {
        let waits = Delivery { next_at: Some(Timestamp::UNIX_EPOCH), ..delivery(1) };
        let later = |minutes| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        assert!(!waits.is_stranded(later(20)) && waits.is_stranded(later(21)));
        let over = Delivery { status: DeliveryStatus::Exhausted, ..waits };
        assert!(!over.is_stranded(later(21)));
    }

    #[test]
    fn what_follows_an_attempt() {
        check(0, &answered(200), Next::Done);
        check(0, &answered(204), Next::Done);
        check(0, &answered(301), after(5));
        check(0, &answered(500), after(5));
        check(1, &answered(500), after(300));
        check(8, &answered(500), after(86_400));
        check(9, &answered(500), Next::GiveUp(DeliveryStatus::Exhausted));
        check(0, &answered(410), Next::GiveUp(DeliveryStatus::Gone));
        check(0, &Outcome::Unanswered("timed_out".to_owned()), after(5));
        check(0, &Outcome::Answered { status: 429, retry_after_seconds: Some(60) }, after(60));
        check(0, &Outcome::Answered { status: 503, retry_after_seconds: Some(1) }, after(5));
        check(0, &Outcome::Answered { status: 503, retry_after_seconds: Some(u64::MAX) }, after(86_400));
    }
}
