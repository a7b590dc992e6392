//! Queues. Messages hold ids, never bodies: what an id names is durable before it is sent.

use std::time::Duration;

use aws_sdk_sqs::Client;

use crate::{Aws, Unavailable};

/// The longest delay that SQS grants one message.
pub const LONGEST_DELAY: Duration = Duration::from_secs(900);

#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    pub fn new(aws: &Aws, url: String) -> Self {
        Self { client: Client::new(&aws.config), url }
    }

    /// Sends `body` to be seen after `delay`, cut to [`LONGEST_DELAY`]. `group` keeps one noisy sender from delaying the
    /// others (fair queues: a group id on a standard queue).
    pub async fn send(&self, body: &str, group: &str, delay: Duration) -> Result<(), Unavailable> {
        let seconds = i32::try_from(delay.min(LONGEST_DELAY).as_secs()).unwrap_or(900);
        let mut message = self.client.send_message().queue_url(&self.url).message_body(body);
        if seconds > 0 {
            message = message.delay_seconds(seconds);
        }
        if !group.is_empty() {
            message = message.message_group_id(group);
        }
        message.send().await.map_err(Unavailable::because("sending a message"))?;
        Ok(())
    }
}
