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

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::future::join_all;
use jiff::Timestamp;
use quartet_aws::endpoints::Endpoints;
use quartet_aws::publisher::Publisher;
use quartet_aws::secrets::Secret;
use quartet_aws::vault::Vault;

use crate::egress::Egress;

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
    let settled = join_all(batch.records.iter().map(|message| settle(app, message, clock))).await;
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
        tracing::error!(message = message.message_id, "the message names no delivery and no message");
        return false;
    };
    match worker::work(app, &work, clock).await {
        Ok(settled) => settled,
        Err(error) => {
            tracing::error!(work = body, error = error.chain(), "it must come again");
            false
        }
    }
}
