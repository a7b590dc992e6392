//! Turns stored events into tasks, tasks into runs, and failing checks into incidents.
//!
//! Invariants: one event makes one task and one execution however often it is delivered, because both are named by the
//! event's id; one bad message fails alone; an event is `processed` only after all that follows from it is durable.

pub mod config;
mod news;
mod route;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use jiff::Timestamp;
use quartet_aws::commits::Commits;
use quartet_aws::events::Events;
use quartet_aws::executions::Executions;
use quartet_aws::facts::Facts;
use quartet_aws::publisher::Publisher;
use quartet_aws::pulls::Pulls;
use quartet_aws::tasks::Tasks;
use quartet_domain::event::EventStatus;
use quartet_domain::ids::EventId;

/// What outlives a batch.
#[derive(Debug)]
pub struct App {
    pub events: Events,
    pub tasks: Tasks,
    pub pulls: Pulls,
    pub commits: Commits,
    pub executions: Executions,
    pub publisher: Publisher,
    /// Incidents and connections.
    pub facts: Facts,
    /// How often a message is received before it goes to the dead-letter queue.
    pub most_receives: u32,
}

/// Routes each message of a batch, and names those that must come again.
pub async fn handle(app: &App, batch: SqsEvent, clock: fn() -> Timestamp) -> SqsBatchResponse {
    let mut failures = Vec::new();
    for message in batch.records {
        let id = message.message_id.clone().unwrap_or_default();
        if !settle(app, &message, clock()).await {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            failures.push(failure);
        }
    }
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failures;
    response
}

/// Whether the message is dealt with.
async fn settle(app: &App, message: &SqsMessage, now: Timestamp) -> bool {
    let text = message.body.as_deref().unwrap_or_default();
    let Some(id) = EventId::parse(text) else {
        tracing::error!(message_id = message.message_id, "the message holds no event id");
        return false;
    };
    match route::route(app, &id, now).await {
        Ok(routed) => {
            tracing::info!(event = %id, task = routed.task, "{}", routed.outcome);
            true
        }
        Err(error) => {
            tracing::error!(event = %id, error = error.chain(), "the event must come again");
            give_up_at_last(app, &id, message, now).await;
            false
        }
    }
}

/// On the last receive the event is marked failed, so that a redelivery is taken again.
async fn give_up_at_last(app: &App, id: &EventId, message: &SqsMessage, now: Timestamp) {
    let receives = message.attributes.get("ApproximateReceiveCount").and_then(|n| n.parse::<u32>().ok());
    if receives.unwrap_or(1) < app.most_receives {
        return;
    }
    let finish = app.events.finish(id, EventStatus::Failed, "it could not be routed", now).await;
    if let Err(error) = finish {
        tracing::error!(event = %id, error = error.chain(), "the event could not be marked failed");
    }
}
