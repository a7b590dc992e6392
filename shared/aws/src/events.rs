//! Accepted webhooks.
//!
//! | pattern | call | key | condition |
//! | --- | --- | --- | --- |
//! | take a new event | PutItem | `EVENT#<id>` / `EVENT` | no such item, or it failed |
//! | read one | GetItem | the same | |
//! | finish one | UpdateItem | the same | |
//! | claim a delivery id | PutItem | `DELIVERY#<connection>#<sender's id>` / `CLAIM` | no such item, or the same event |
//!
//! The id is the hash of connection, event name and body, so taking it is the whole duplicate check. The body is stored
//! deflated in the item itself, because a write unit is 1 KB and a 25 KB pull request deflates to 2; a body that stays
//! over [`INLINE`] goes to the bucket.

mod body;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use quartet_domain::event::{Event, EventStatus, REMEMBERED};
use quartet_domain::ids::EventId;
use quartet_domain::repository::Provider;
use quartet_domain::webhook::VerifiedEvent;

use self::body::{Deflater, inflate};
use crate::item::{Item, Reader, key, n, s, time};
use crate::objects::Objects;
use crate::{Aws, Unavailable};

/// The most deflated bytes that an item holds; DynamoDB takes 400 KiB with names and all.
pub const INLINE: usize = 350 * 1024;

/// What became of an attempt to take an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    New,
    /// It is known. `unfinished`: the router has not dealt with it yet, so its id may be queued again without harm.
    Already {
        unfinished: bool,
    },
}

/// What became of an attempt to claim a sender's delivery id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    Ours,
    /// The sender used this id for another body before.
    UsedBy,
}

#[derive(Clone, Debug)]
pub struct Events {
    client: Client,
    table: String,
    objects: Objects,
    deflater: Arc<Deflater>,
}

impl Events {
    pub fn new(aws: &Aws, table: String, objects: Objects) -> Self {
        Self { client: Client::new(&aws.config), table, objects, deflater: Arc::default() }
    }

    /// Stores a genuine event unless it is known. One call, or two for a body of over [`INLINE`] deflated bytes.
    pub async fn take(&self, event: &VerifiedEvent<'_>, now: Timestamp) -> Result<Taken, Unavailable> {
        let id = event.id();
        let mut item = self.item_of(event, id, now);
        let body = self.deflater.deflate(event.body());
        if body.len() <= INLINE {
            item.insert("body".to_owned(), AttributeValue::B(Blob::new(body)));
        } else {
            let place = format!("events/{id}.json.z");
            self.objects.put(&place, body, "application/octet-stream").await?;
            item.insert("body_key".to_owned(), s(place));
        }
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR #status = :failed")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":failed", s(EventStatus::Failed.word()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match put {
            Ok(_) => Ok(Taken::New),
            Err(SdkError::ServiceError(e)) if e.err().is_conditional_check_failed_exception() => {
                Ok(already(e.into_err()))
            }
            Err(e) => Err(Unavailable::because("storing the event")(e)),
        }
    }

    fn item_of(&self, event: &VerifiedEvent<'_>, id: &EventId, now: Timestamp) -> Item {
        let mut item = key(pk(id), "EVENT");
        for (name, value) in [
            ("connection", event.connection()),
            ("provider", event.provider().word()),
            ("event_type", event.event_type()),
            ("delivery_id", event.delivery_id()),
            ("status", EventStatus::Received.word()),
        ] {
            item.insert(name.to_owned(), s(value));
        }
        item.insert("received_at".to_owned(), time(now));
        item.insert("ttl".to_owned(), expiry(now));
        item
    }

    /// Reads one event whole.
    pub async fn read(&self, id: &EventId) -> Result<Option<Event>, Unavailable> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(pk(id), "EVENT")))
            .consistent_read(true)
            .send()
            .await
            .map_err(Unavailable::because("reading the event"))?;
        let Some(item) = found.item else { return Ok(None) };
        let deflated = match (item.get("body"), item.get("body_key")) {
            (Some(AttributeValue::B(blob)), _) => blob.as_ref().to_vec(),
            (_, Some(AttributeValue::S(place))) => self.objects.get(place).await?.unwrap_or_default(),
            _ => Vec::new(),
        };
        let broken = Unavailable::because::<Box<dyn std::error::Error + Send + Sync>>("reading the event");
        event_of(id, &item, &deflated).map(Some).map_err(broken)
    }

    /// Records how the router ended with an event, and why. The last word wins.
    pub async fn finish(
        &self,
        id: &EventId,
        status: EventStatus,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), Unavailable> {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(pk(id), "EVENT")))
            .update_expression("SET #status = :status, reason = :reason, processed_at = :now")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":status", s(status.word()))
            .expression_attribute_values(":reason", s(reason))
            .expression_attribute_values(":now", time(now))
            .send()
            .await
            .map_err(Unavailable::because("finishing the event"))?;
        Ok(())
    }

    /// Claims the sender's delivery id for this event. GitHub's signature does not cover the id, so it proves nothing by
    /// itself; but one id with two bodies means that something is wrong, and the first body is kept.
    pub async fn claim(&self, event: &Event, now: Timestamp) -> Result<Claim, Unavailable> {
        let mut item = key(format!("DELIVERY#{}#{}", event.connection, event.delivery_id), "CLAIM");
        item.insert("event".to_owned(), s(event.id.as_str()));
        item.insert("ttl".to_owned(), expiry(now));
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR event = :event")
            .expression_attribute_values(":event", s(event.id.as_str()))
            .send()
            .await;
        match put {
            Ok(_) => Ok(Claim::Ours),
            Err(SdkError::ServiceError(e)) if e.err().is_conditional_check_failed_exception() => {
                Ok(Claim::UsedBy)
            }
            Err(e) => Err(Unavailable::because("claiming the delivery id")(e)),
        }
    }
}

fn pk(id: &EventId) -> String {
    format!("EVENT#{id}")
}

fn expiry(now: Timestamp) -> AttributeValue {
    n(now.as_second() + i64::try_from(REMEMBERED.as_secs()).unwrap_or(i64::MAX))
}

fn already(error: PutItemError) -> Taken {
    let old = if let PutItemError::ConditionalCheckFailedException(e) = error { e.item } else { None };
    let status = old.as_ref().and_then(|item| Reader(item).optional("status"));
    Taken::Already { unfinished: status == Some(EventStatus::Received.word()) }
}

fn event_of(
    id: &EventId,
    item: &Item,
    deflated: &[u8],
) -> Result<Event, Box<dyn std::error::Error + Send + Sync>> {
    let read = Reader(item);
    Ok(Event {
        id: id.clone(),
        provider: match read.text("provider")? {
            "github" => Provider::GitHub,
            other => return Err(format!("no provider is called {other}").into()),
        },
        connection: read.text("connection")?.to_owned(),
        event_type: read.text("event_type")?.to_owned(),
        delivery_id: read.text("delivery_id")?.to_owned(),
        received_at: read.time("received_at")?,
        status: EventStatus::parse(read.text("status")?).ok_or(crate::item::Malformed("status"))?,
        body: inflate(deflated)?,
    })
}
