//! Makes one attempt to deliver a message, records it, and sets the time of the next.
//!
//! Invariants: an attempt is leased before it is made, so that two workers never make the same one; it is in the log
//! before its message leaves the queue, so that a worker that dies loses nothing; every attempt of a message carries the
//! same `webhook-id` and the same bytes, with a fresh timestamp and signature; one bad message fails alone.

mod attempt;
pub mod config;
mod deliver;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::future::join_all;
use jiff::Timestamp;
use quartet_aws::deliveries::Deliveries;
use quartet_aws::objects::Objects;
use quartet_aws::queues::Queue;
use quartet_aws::secrets::Secret;
use quartet_domain::ids::DeliveryId;

/// What outlives a batch.
#[derive(Debug)]
pub struct App {
    pub deliveries: Deliveries,
    pub objects: Objects,
    pub queue: Queue,
    pub secret: Secret,
    pub http: reqwest::Client,
}

/// Attempts each delivery of a batch, side by side, and names those whose messages must come again.
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
    let Some(id) = DeliveryId::parse(message.body.as_deref().unwrap_or_default()) else {
        tracing::error!(message = message.message_id, "the message holds no delivery id");
        return false;
    };
    match deliver::deliver(app, &id, clock).await {
        Ok(settled) => settled,
        Err(error) => {
            tracing::error!(delivery = %id, error = error.chain(), "the delivery must come again");
            false
        }
    }
}
