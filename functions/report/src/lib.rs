//! Assembles the results of a run, checks them, stores them and hands them to the dispatcher, however the run ended.
//!
//! Invariants: the stored bytes are the delivered bytes, written once, so that a second try of this stage changes
//! nothing; a payload that breaks its own rules is never sent; the delivery exists before its id is queued.

mod assemble;
pub mod config;

use std::time::Duration;

use jiff::Timestamp;
use quartet_aws::publisher::Publisher;
use quartet_aws::tasks::Tasks;
use quartet_domain::delivery::{Delivery, DeliveryStatus, Schedule};
use quartet_domain::failure::{Failed, INVALID_PAYLOAD};
use quartet_domain::message::ended;
use quartet_domain::results::{EVENT_TYPE, PipelineComplete, PipelineStatus};
use quartet_domain::run::{Ending, Run};
use quartet_domain::task::TaskStatus;

pub use crate::assemble::{Parts, assemble};

/// What outlives a run.
#[derive(Debug)]
pub struct App {
    pub tasks: Tasks,
    pub publisher: Publisher,
    /// Where results go.
    pub url: String,
    pub schedule: Schedule,
}

/// The one endpoint that the deployment's settings name.
const ENDPOINT: &str = "results";

pub async fn handle(app: &App, input: Ending, now: Timestamp) -> Result<(), Failed> {
    let run = &input.run;
    let parts = Parts::read(&app.publisher.objects, run).await?;
    let payload = assemble(&input, parts, now);
    let flaws = payload.check();
    if let Some(first) = flaws.first() {
        return Err(Failed::new(INVALID_PAYLOAD, format!("{first} ({} flaws)", flaws.len())));
    }
    let place = run.object("pipeline_complete.json");
    let body = serde_json::to_string(&payload).map_err(|e| Failed::new(INVALID_PAYLOAD, e.to_string()))?;
    app.publisher.objects.put_once(&place, body.clone().into_bytes(), "application/json").await?;
    deliver(app, run, place.clone(), now).await?;
    // The state machine tries this stage again until all of it succeeds: nothing is lost on the way to subscribers.
    app.publisher.publish(&ended(run, &payload, body, place)).await?;
    finish(app, run, &payload, now).await
}

/// Makes the delivery to the endpoint that the settings name, then queues it.
async fn deliver(app: &App, run: &Run, body_key: String, now: Timestamp) -> Result<(), Failed> {
    let message = run.id.message();
    let delivery = Delivery {
        id: message.delivery(ENDPOINT),
        message,
        event_type: EVENT_TYPE.to_owned(),
        url: app.url.clone(),
        body_key,
        subscriber: None,
        schedule: app.schedule.clone(),
        status: DeliveryStatus::Pending,
        attempts: 0,
        resumed_after: 0,
        has_turn: false,
        filter_error: None,
        next_at: Some(now),
        created_at: now,
    };
    app.publisher.deliveries.make(&delivery).await?;
    Ok(app.publisher.queue.send(delivery.id.as_str(), ENDPOINT, Duration::ZERO).await?)
}

async fn finish(app: &App, run: &Run, payload: &PipelineComplete, now: Timestamp) -> Result<(), Failed> {
    let (status, reason) = match (payload.results.pipeline_status, &payload.results.failure) {
        (PipelineStatus::Success, _) => (TaskStatus::Completed, String::new()),
        (PipelineStatus::Failed, None) => (TaskStatus::Failed, String::new()),
        (PipelineStatus::Failed, Some(f)) => (TaskStatus::Failed, format!("{}: {}", f.stage, f.message)),
    };
    tracing::info!(run = %run.id, status = status.word(), reason, "reported");
    Ok(app.tasks.set_status(&run.task, status, &reason, now).await?)
}
