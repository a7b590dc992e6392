//! Queues. Messages hold ids, never bodies: what an id names is durable before it is sent.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;

use crate::{Aws, Unavailable};

/// The longest delay that SQS grants one message.
pub const LONGEST_DELAY: Duration = Duration::from_secs(900);
/// Messages that one request takes.
const BATCH: usize = 10;

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

    /// Lets a received message come again after `delay`, and not only when its visibility ends.
    pub async fn hand_back(&self, receipt: &str, delay: Duration) -> Result<(), Unavailable> {
        let seconds = i32::try_from(delay.as_secs()).unwrap_or(i32::MAX);
        self.client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt)
            .visibility_timeout(seconds)
            .send()
            .await
            .map_err(Unavailable::because("handing a message back"))?;
        Ok(())
    }

    /// Sends messages, each with its group, to be seen at once; ten for the price of one. Where some are not taken the
    /// answer is an error, though others may have been.
    pub async fn send_all(&self, messages: Vec<(String, String)>) -> Result<(), Unavailable> {
        const ACTION: &str = "sending messages";
        for some in messages.chunks(BATCH) {
            let mut request = self.client.send_message_batch().queue_url(&self.url);
            for (index, (body, group)) in some.iter().enumerate() {
                let entry = SendMessageBatchRequestEntry::builder()
                    .id(index.to_string())
                    .message_body(body)
                    .message_group_id(group)
                    .build()
                    .map_err(Unavailable::because(ACTION))?;
                request = request.entries(entry);
            }
            let answer = request.send().await.map_err(Unavailable::because(ACTION))?;
            if let Some(failed) = answer.failed.first() {
                return Err(Unavailable::because(ACTION)(failed.code.clone()));
            }
        }
        Ok(())
    }
}
