//! Makes one attempt to deliver a message, records it, and sets the time of the next; makes a message's deliveries.
//!
//! Invariants: an attempt is leased before it is made, so that two workers never make the same one; it is in the log
//! before its message leaves the queue, so that a worker that dies loses nothing; every attempt of a message carries the
//! same `webhook-id`, and the same bytes unless the subscription was changed or its body holds a link, with a fresh
//! timestamp and signature; nothing inside a network is connected to; one bad message fails alone.

mod attempt;
pub mod config;
mod deliver;
mod egress;
mod recipient;
mod worker;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::FutureExt as _;
use futures::future::join_all;
use jiff::Timestamp;
use quartet_aws::endpoints::Endpoints;
use quartet_aws::publisher::Publisher;
use quartet_aws::queues::LONGEST_DELAY;
use quartet_aws::secrets::Secret;
use quartet_aws::vault::Vault;
use quartet_domain::ids::digest;

use crate::egress::Egress;
use crate::worker::Settled;

/// The attribute that says how often SQS has handed a message out.
const RECEIVED_TIMES: &str = "ApproximateReceiveCount";

/// What outlives a batch.
#[derive(Debug)]
pub struct App {
    pub publisher: Publisher,
    pub endpoints: Endpoints,
    /// Opens the secrets of subscriptions.
    pub vault: Vault,
    /// Signs for the one endpoint that the deployment's settings name.
    pub secret: Secret,
    pub egress: Egress,
}

/// Works on each message of a batch, side by side, and names those that must come again.
pub async fn handle(app: &App, batch: SqsEvent, clock: fn() -> Timestamp) -> SqsBatchResponse {
    // A panic over one message is no other's: it comes again when its visibility ends.
    let settled =
        batch.records.iter().map(|message| AssertUnwindSafe(settle(app, message, clock)).catch_unwind());
    let settled = join_all(settled).await.into_iter().map(|done| done.unwrap_or(false));
    let mut response = SqsBatchResponse::default();
    for (message, done) in batch.records.iter().zip(settled) {
        if !done {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message.message_id.clone().unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
    }
    response
}

/// Whether the message is dealt with.
async fn settle(app: &App, message: &SqsMessage, clock: fn() -> Timestamp) -> bool {
    let body = message.body.as_deref().unwrap_or_default();
    let Some(work) = worker::Work::read(body) else {
        tracing::error!(message_id = message.message_id, "the message names no delivery and no message");
        return false;
    };
    let receipt = message.receipt_handle.as_deref().unwrap_or_default();
    let later = match worker::work(app, &work, &digest(receipt), clock).await {
        Ok(Settled::Done) => return true,
        Ok(Settled::ComeAgain(later)) => later,
        Err(error) => {
            tracing::error!(work = body, error = error.chain(), "it must come again");
            let times = message.attributes.get(RECEIVED_TIMES).and_then(|count| count.parse().ok());
            pause(times.unwrap_or(1))
        }
    };
    // Where this fails too, it comes when its visibility ends.
    if let Err(error) = app.publisher.queue.hand_back(receipt, later).await {
        tracing::warn!(error = error.chain(), "it comes later");
    }
    false
}

/// Before a message comes again that was received so many times, because AWS did not do its part, which is over in seconds
/// or in hours: 5 s, 20 s, 80 s, 5 min, and then 15 min each.
fn pause(times: u32) -> Duration {
    Duration::from_secs(4_u64.saturating_pow(times.saturating_sub(1)).saturating_mul(5)).min(LONGEST_DELAY)
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_aws_did_not_do_comes_again_less_and_less_often() {
        let pauses = [1, 2, 3, 4, 5, 6, u32::MAX].map(|times| super::pause(times).as_secs());
        assert_eq!(pauses, [5, 20, 80, 320, 900, 900, 900]);
    }
}
