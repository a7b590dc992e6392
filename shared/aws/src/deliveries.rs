//! Deliveries and the log of their attempts.
//!
//! | pattern | call | key | condition |
//! | --- | --- | --- | --- |
//! | make one | PutItem | `DLV#<id>` / `DELIVERY` | no such item |
//! | read one | GetItem | the same | |
//! | lease it for an attempt | UpdateItem | the same | pending, as many attempts as seen, no live lease of another |
//! | log an attempt | TransactWriteItems | the same, `ATTEMPT#<number>`, `SUB#<id>` / `STATS#<shard>` | it holds the lease |
//! | list a subscription's, newest first | Query, index `listing` | `SUB#<id>` / `<milliseconds>#<id>` | |
//! | read its attempts | Query | `DLV#<id>` / `ATTEMPT#…` | |
//! | end it unsent, put it off | UpdateItem | `DLV#<id>` / `DELIVERY` | pending, as many attempts as seen |
//! | release it unsent | UpdateItem | the same | its holder, as many attempts as seen |
//! | let it be tried again | UpdateItem | `DLV#<id>` / `DELIVERY` | in a state that allows it |
//!
//! A subscription's statistics are added to in the transaction that logs an attempt, so each attempt counts once. They
//! are spread over some items, because transactions that meet at one item turn each other down.

mod ending;
mod listing;

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use jiff::Timestamp;
use quartet_domain::access::Owner;
use quartet_domain::delivery::{Attempt, Delivery, DeliveryStatus, Next, Subscriber};
use quartet_domain::ids::{DeliveryId, MessageId, SubscriptionId};

pub use self::listing::{Cursor, Resumed, Wanted};
use crate::item::{Item, Malformed, Reader, is_conflict, is_unjudged, key, n, put_new, s, time};
use crate::{Aws, Unavailable};

/// Items that the statistics of one subscription are spread over.
const SHARDS: u8 = 8;
/// How often a transaction that met another one is tried again, after 20 ms, 40 ms and so on.
const CONFLICTS: u32 = 10;
/// How often one is that AWS did not judge, after 0.4 s, 0.8 s and so on, beyond the client's own tries: 12 s in all, which a
/// lease outlives. What was taken and is not logged is sent again.
const OUTAGES: u32 = 5;

#[derive(Clone, Debug)]
pub struct Deliveries {
    client: Client,
    table: String,
    keep_days: i64,
}

/// What became of an attempt to lease a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lease {
    Ours,
    /// Another worker is on it, or was; try later.
    Held,
}

impl Deliveries {
    pub fn new(aws: &Aws, table: String, keep_days: i64) -> Self {
        Self { client: Client::new(&aws.config), table, keep_days }
    }

    /// Makes a delivery; one that exists is left as it is.
    pub async fn make(&self, delivery: &Delivery) -> Result<(), Unavailable> {
        let mut item = key(pk(&delivery.id), "DELIVERY");
        for (name, value) in [
            ("message", delivery.message.as_str()),
            ("event_type", &delivery.event_type),
            ("url", &delivery.url),
            ("body_key", &delivery.body_key),
            ("status", delivery.status.word()),
        ] {
            item.insert(name.to_owned(), s(value));
        }
        let schedule =
            serde_json::to_string(&delivery.schedule).map_err(Unavailable::because("making a delivery"))?;
        item.insert("schedule".to_owned(), s(schedule));
        item.insert("attempts".to_owned(), n(delivery.attempts));
        item.insert("created_at".to_owned(), time(delivery.created_at));
        item.insert("ttl".to_owned(), self.expiry(delivery.created_at));
        item.insert("resumed_after".to_owned(), n(delivery.resumed_after));
        if let Some(at) = delivery.next_at {
            item.insert("next_at".to_owned(), time(at));
        }
        if let Some(error) = &delivery.filter_error {
            item.insert("filter_error".to_owned(), s(error));
        }
        if let Some(subscriber) = &delivery.subscriber {
            item.insert("owner".to_owned(), s(subscriber.owner.as_str()));
            item.insert("subscription".to_owned(), s(subscriber.subscription.as_str()));
            item.extend(listing::keys(delivery, &subscriber.subscription));
        }
        put_new(&self.client, &self.table, item, "making a delivery").await?;
        Ok(())
    }

    pub async fn read(&self, id: &DeliveryId) -> Result<Option<Delivery>, Unavailable> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(pk(id), "DELIVERY")))
            .consistent_read(true)
            .send()
            .await
            .map_err(Unavailable::because("reading a delivery"))?;
        let Some(item) = found.item else { return Ok(None) };
        delivery_of(id, &item).map(Some).map_err(Unavailable::because("reading a delivery"))
    }

    /// A change of this delivery's item, to be filled in.
    fn update(&self, id: &DeliveryId) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).set_key(Some(key(pk(id), "DELIVERY")))
    }

    /// Takes the next attempt of `delivery` for `holder` alone, for `life`. A worker that dies loses it after that; one that
    /// did not hear the answer asks again under the same name, and has it.
    pub async fn lease(
        &self,
        delivery: &Delivery,
        holder: &str,
        now: Timestamp,
        life: Duration,
    ) -> Result<Lease, Unavailable> {
        let until = now.as_second() + i64::try_from(life.as_secs()).unwrap_or(0);
        let update = self
            .update(&delivery.id)
            .update_expression("SET leased_until = :until, leased_by = :holder")
            .condition_expression(
                "#status = :pending AND attempts = :attempts AND \
                 (attribute_not_exists(leased_until) OR leased_until < :now OR leased_by = :holder)",
            )
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":pending", s(DeliveryStatus::Pending.word()))
            .expression_attribute_values(":attempts", n(delivery.attempts))
            .expression_attribute_values(":now", n(now.as_second()))
            .expression_attribute_values(":holder", s(holder))
            .expression_attribute_values(":until", n(until))
            .send()
            .await;
        match update {
            Ok(_) => Ok(Lease::Ours),
            Err(SdkError::ServiceError(e)) if e.err().is_conditional_check_failed_exception() => {
                Ok(Lease::Held)
            }
            Err(e) => Err(Unavailable::because("leasing a delivery")(e)),
        }
    }

    /// Writes an attempt to the log and what follows it to the delivery, in one transaction.
    pub async fn log(&self, delivery: &Delivery, attempt: &Attempt, next: Next) -> Result<(), Unavailable> {
        const ACTION: &str = "logging an attempt";
        let mut entry = key(pk(&delivery.id), &format!("ATTEMPT#{:04}", attempt.number));
        let text = serde_json::to_string(attempt).map_err(Unavailable::because(ACTION))?;
        entry.insert("attempt".to_owned(), s(text));
        entry.insert("ttl".to_owned(), self.expiry(delivery.created_at));
        let put = Put::builder().table_name(&self.table).set_item(Some(entry)).build();
        let put = put.map_err(Unavailable::because(ACTION))?;
        let update = self.advance(delivery, attempt.number, next).map_err(Unavailable::because(ACTION))?;
        let mut changes = vec![
            TransactWriteItem::builder().put(put).build(),
            TransactWriteItem::builder().update(update).build(),
        ];
        if let Some(subscriber) = &delivery.subscriber {
            let count = self.count(delivery, &subscriber.subscription, attempt, next);
            let count = count.map_err(Unavailable::because(ACTION))?;
            changes.push(TransactWriteItem::builder().update(count).build());
        }
        let (mut conflicts, mut outages) = (0, 0);
        loop {
            let request = self.client.transact_write_items().set_transact_items(Some(changes.clone()));
            let pause = match request.send().await {
                Ok(_) => return Ok(()),
                Err(error) if is_conflict(&error) && conflicts < CONFLICTS => {
                    conflicts += 1;
                    Duration::from_millis(20) * conflicts
                }
                // If it was made and only its answer lost, the next one is turned down: the lease it asks for is over.
                Err(error) if is_unjudged(&error) && outages < OUTAGES => {
                    outages += 1;
                    Duration::from_millis(200) * 2_u32.pow(outages)
                }
                Err(error) => return Err(Unavailable::because(ACTION)(error)),
            };
            crate::connect::pause(pause).await;
        }
    }

    /// Adds one attempt to the subscription's statistics.
    fn count(
        &self,
        delivery: &Delivery,
        subscription: &SubscriptionId,
        attempt: &Attempt,
        next: Next,
    ) -> Result<Update, BuildError> {
        let shard = delivery.id.stem().bytes().last().unwrap_or_default() % SHARDS;
        let (delivered, when) =
            if next == Next::Done { (1, "last_delivery_at") } else { (0, "last_failure_at") };
        Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(format!("SUB#{subscription}"), &format!("STATS#{shard}"))))
            .update_expression(
                "SET #when = :at \
                 ADD attempts :one, delivered :delivered, failed_attempts :failed, given_up :given_up",
            )
            .expression_attribute_names("#when", when)
            .expression_attribute_values(":at", time(attempt.at))
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":delivered", n(delivered))
            .expression_attribute_values(":failed", n(1 - delivered))
            .expression_attribute_values(":given_up", n(u8::from(matches!(next, Next::GiveUp(_)))))
            .build()
    }

    /// The update that moves a delivery past attempt `made`.
    fn advance(&self, delivery: &Delivery, made: u32, next: Next) -> Result<Update, BuildError> {
        let (status, next_at) = match next {
            Next::Done => (DeliveryStatus::Delivered, None),
            Next::RetryAt(at) => (DeliveryStatus::Pending, Some(at)),
            Next::GiveUp(status) => (status, None),
        };
        Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(pk(&delivery.id), "DELIVERY")))
            .update_expression(
                "SET #status = :status, attempts = :made, next_at = :next REMOVE leased_until, has_turn",
            )
            .condition_expression("attempts = :before")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":status", s(status.word()))
            .expression_attribute_values(":made", n(made))
            .expression_attribute_values(":before", n(delivery.attempts))
            .expression_attribute_values(":next", next_at.map_or(AttributeValue::Null(true), time))
            .build()
    }

    fn expiry(&self, from: Timestamp) -> AttributeValue {
        n(from.as_second() + self.keep_days * 86_400)
    }
}

fn pk(id: &DeliveryId) -> String {
    format!("DLV#{id}")
}

fn delivery_of(id: &DeliveryId, item: &Item) -> Result<Delivery, Malformed> {
    let read = Reader(item);
    Ok(Delivery {
        id: id.clone(),
        message: MessageId::parse(read.text("message")?).ok_or(Malformed("message"))?,
        event_type: read.text("event_type")?.to_owned(),
        url: read.text("url")?.to_owned(),
        body_key: read.text("body_key")?.to_owned(),
        subscriber: read
            .optional("owner")
            .and_then(Owner::parse)
            .zip(read.optional("subscription").and_then(SubscriptionId::parse))
            .map(|(owner, subscription)| Subscriber { owner, subscription }),
        schedule: serde_json::from_str(read.text("schedule")?).map_err(|_| Malformed("schedule"))?,
        status: DeliveryStatus::parse(read.text("status")?).ok_or(Malformed("status"))?,
        attempts: read.number("attempts")?,
        // Items of before have none.
        resumed_after: read.number("resumed_after").unwrap_or(0),
        next_at: read.optional("next_at").and_then(|text| text.parse().ok()),
        has_turn: read.flag("has_turn"),
        filter_error: read.optional("filter_error").map(str::to_owned),
        created_at: read.time("created_at")?,
    })
}
