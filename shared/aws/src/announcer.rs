//! Tells of a stage's end, for who may not see who is subscribed.
//!
//! A stage reads what anybody may have written, so its role has no table. It lays the body with its run's other objects
//! and queues what names it; the dispatcher makes the deliveries. Both come before the stage says that it is done, and the
//! state machine tries it again until it does.

use std::time::Duration;

use jiff::Timestamp;
use quartet_domain::message::{Ended, Outcome, stage_ended};
use quartet_domain::run::{Run, Stage};

use crate::objects::Objects;
use crate::queues::Queue;
use crate::{Aws, Unavailable};

#[derive(Clone, Debug)]
pub struct Announcer {
    pub objects: Objects,
    pub queue: Queue,
}

impl Announcer {
    /// That of a function with these in its settings.
    pub fn new(aws: &Aws, bucket: String, queue_url: String) -> Self {
        Self { objects: Objects::new(aws, bucket), queue: Queue::new(aws, queue_url) }
    }

    /// Tells of it, if somebody wanted to hear of it when the run began. Doing it twice tells once.
    pub async fn ended(
        &self,
        run: &Run,
        stage: Stage,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<(), Unavailable> {
        if !run.told.contains(&stage) {
            return Ok(());
        }
        let Some(message) = stage_ended(run, stage, outcome, now) else { return Ok(()) };
        let ended = Ended { run: run.id.clone(), stage };
        self.objects.put_once(&ended.body_key(), message.body.into_bytes(), "application/json").await?;
        self.queue.send(&ended.to_string(), run.id.stem(), Duration::ZERO).await
    }
}
