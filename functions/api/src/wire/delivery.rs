//! Deliveries and their attempts as they are shown.

use std::collections::BTreeMap;

use jiff::Timestamp;
use quartet_domain::delivery::{Attempt, Delivery, Outcome};
use serde::Serialize;
use utoipa::ToSchema;

/// One event on its way to one subscription.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryShown {
    #[schema(example = "dlv_7ahgk73md15pbcwjn9g3jbhaqw")]
    id: String,
    /// The `webhook-id` of every attempt.
    message_id: String,
    event_type: String,
    /// `pending`, `delivered`, `exhausted` (every attempt failed), `gone` (the endpoint answered 410) or `cancelled` (the
    /// webhook was disabled or removed first).
    status: String,
    /// Attempts made.
    attempts: u32,
    /// When the next attempt is due; null when there is none.
    next_attempt_at: Option<Timestamp>,
    /// Why the webhook's filter could not be worked out for this event; it held nothing back.
    filter_error: Option<String>,
    created_at: Timestamp,
}

/// A delivery and the log of its attempts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryLog {
    delivery: DeliveryShown,
    /// First attempt first; of a long log the last hundred.
    attempts: Vec<AttemptShown>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttemptShown {
    /// From 1.
    number: u32,
    at: Timestamp,
    duration_ms: u64,
    /// What the endpoint answered; null where it did not.
    status_code: Option<u16>,
    /// Why there was no answer: `timed_out`, `connection_refused`, `unknown_host`, `tls_failed`, `no_connection`,
    /// `broken_off`, `inside_address`, `bad_address`, `bad_secret` or `template_failed`.
    error: Option<String>,
    /// The start of the answer's body.
    answer: String,
    /// The answer's headers; those that may hold a credential are redacted.
    headers: BTreeMap<String, String>,
}

/// A page of deliveries, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Deliveries {
    pub(crate) deliveries: Vec<DeliveryShown>,
    /// Give it as `cursor` for what follows; null at the end.
    pub(crate) next_cursor: Option<String>,
}

/// A delivery that is due now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Queued {
    pub(crate) delivery_id: String,
    pub(crate) message_id: String,
    pub(crate) event_type: String,
    /// Always `queued`.
    pub(crate) status: &'static str,
}

/// What was given up and is due again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Recovered {
    /// Deliveries that are due again.
    pub(crate) recovered: usize,
    /// Whether there may be more: ask again with the cursor.
    pub(crate) more: bool,
    /// Give it as `cursor` to go on; null at the end.
    pub(crate) next_cursor: Option<String>,
}

/// What a filter and a template make of a body.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DryRun {
    /// Whether the filter lets it through. One that cannot be worked out does.
    pub(crate) matches: bool,
    /// What would be sent; null where nothing would be.
    pub(crate) body: Option<String>,
    /// Why the filter or the template cannot be worked out for this body. `template_failed` is what each attempt's log
    /// would say.
    pub(crate) error: Option<String>,
}

impl DeliveryShown {
    pub(crate) fn of(delivery: &Delivery) -> Self {
        Self {
            id: delivery.id.to_string(),
            message_id: delivery.message.to_string(),
            event_type: delivery.event_type.clone(),
            status: delivery.status.word().to_owned(),
            attempts: delivery.attempts,
            next_attempt_at: delivery.next_at,
            filter_error: delivery.filter_error.clone(),
            created_at: delivery.created_at,
        }
    }
}

impl DeliveryLog {
    pub(crate) fn of(delivery: &Delivery, attempts: Vec<Attempt>) -> Self {
        let attempts = attempts.into_iter().map(AttemptShown::of).collect();
        Self { delivery: DeliveryShown::of(delivery), attempts }
    }
}

impl AttemptShown {
    fn of(attempt: Attempt) -> Self {
        let (status_code, error) = match attempt.outcome {
            Outcome::Answered { status, .. } => (Some(status), None),
            Outcome::Unanswered(class) => (None, Some(class)),
        };
        Self {
            number: attempt.number,
            at: attempt.at,
            duration_ms: attempt.duration_ms,
            status_code,
            error,
            answer: attempt.answer,
            headers: attempt.headers,
        }
    }
}

impl Queued {
    pub(crate) fn of(delivery: &Delivery) -> Self {
        Self {
            delivery_id: delivery.id.to_string(),
            message_id: delivery.message.to_string(),
            event_type: delivery.event_type.clone(),
            status: "queued",
        }
    }
}
