//! The results' way out: waits until the dispatcher has delivered them, or says why not.

use std::fmt;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use quartet_domain::counted::counted;
use quartet_domain::delivery::DeliveryStatus;
use quartet_local::{Aws, Stack};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::pipeline::Run;

/// Long enough for the first retry; the schedule's later ones are minutes and hours away.
const DEADLINE: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(150);

/// The results and what became of them.
pub(super) struct Sent {
    /// The exact bytes that were, or are to be, delivered.
    pub(super) body: Vec<u8>,
    pub(super) url: String,
    pub(super) message: String,
    pub(super) attempts: u64,
    /// Why they are not delivered (yet).
    pub(super) trouble: Option<String>,
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {})", self.url, self.message, counted(self.attempts, "attempt"))
    }
}

/// One delivery as the table has it.
struct Delivery(Value);

impl Delivery {
    fn word(&self, name: &str) -> &str {
        self.0[name]["S"].as_str().unwrap_or_default()
    }

    fn attempts(&self) -> u64 {
        self.0["attempts"]["N"].as_str().and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    fn status(&self) -> Option<DeliveryStatus> {
        DeliveryStatus::parse(self.word("status"))
    }
}

pub(super) async fn wait(stack: &Stack, run: &Run) -> Result<Sent> {
    let (aws, table, bucket) = (stack.aws(), stack.output("TableName")?, stack.output("BucketName")?);
    let limit = Instant::now() + DEADLINE;
    let mut found = find(aws, table).await?;
    while found.as_ref().is_none_or(|delivery| delivery.status() == Some(DeliveryStatus::Pending)) {
        if Instant::now() > limit {
            break;
        }
        sleep(LOOK_EVERY).await;
        found = find(aws, table).await?;
    }
    let key = format!("runs/{}/pipeline_complete.json", run.id);
    let Some(body) = aws.object(bucket, &key).await? else {
        bail!(
            "the run {} ended as {} without results; the log is {}",
            run.id,
            run.status,
            stack.log().display()
        );
    };
    let delivery = found.context("the results were made, but nobody was told")?;
    let trouble = match delivery.status() {
        Some(DeliveryStatus::Delivered) => None,
        Some(DeliveryStatus::Pending) => Some(format!(
            "{} did not take the results in {} attempts; the next is at {}",
            delivery.word("url"),
            delivery.attempts(),
            delivery.word("next_at"),
        )),
        status => Some(format!(
            "{} did not take the results: the delivery is {}",
            delivery.word("url"),
            status.map_or("unknown", DeliveryStatus::word)
        )),
    };
    Ok(Sent {
        body: body.to_vec(),
        url: delivery.word("url").to_owned(),
        message: delivery.word("message").to_owned(),
        attempts: delivery.attempts(),
        trouble,
    })
}

/// The one delivery of this stack.
async fn find(aws: &Aws, table: &str) -> Result<Option<Delivery>> {
    let input = json!({
        "TableName": table,
        "FilterExpression": "sk = :delivery",
        "ExpressionAttributeValues": { ":delivery": { "S": "DELIVERY" } },
    });
    let answer = aws.call("dynamodb", "DynamoDB_20120810.Scan", &input).await?;
    Ok(answer["Items"].as_array().and_then(|items| items.first().cloned()).map(Delivery))
}
