//! What a subscription's owner sees of its deliveries, and the wish to try one again.
//!
//! The index `listing` holds the deliveries of subscriptions, by time. It follows the table by a moment.

use std::collections::VecDeque;

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use jiff::Timestamp;
use quartet_domain::delivery::{Attempt, Delivery, DeliveryStatus};
use quartet_domain::ids::{DeliveryId, SubscriptionId};

use super::{Deliveries, delivery_of, pk};
use crate::Unavailable;
use crate::item::{Condition, DIGITS, Item, Reader, condition, digits, key, s, time};
use crate::page::Page;

/// Items that are looked through for one page: a rare status must not read a whole history.
const MOST_LOOKED_AT: usize = 5000;

/// Attempts of one delivery that are shown, and the bytes that they may have together: an answer holds six megabytes.
const MOST_ATTEMPTS: usize = 100;
const MOST_ATTEMPT_BYTES: usize = 3 << 20;

/// Which deliveries are wanted; all of them by default.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Any of these; all where it is empty.
    pub statuses: Vec<DeliveryStatus>,
    pub event_type: Option<String>,
    /// Made at this time or later.
    pub since: Option<Timestamp>,
    /// Made before this time.
    pub until: Option<Timestamp>,
}

/// A place in the list: when a delivery was made, and its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(String);

/// What became of a wish to try a delivery again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resumed {
    /// It is due now; queue it.
    Due,
    /// It is in a state that does not allow it.
    Not(DeliveryStatus),
    Absent,
}

impl Wanted {
    /// Whether a list of these has this place: it has not where the span has moved on since.
    pub fn has(&self, place: &Cursor) -> bool {
        let (from, to) = self.span();
        (from..=to).contains(&place.0)
    }

    /// The span as the index sorts it.
    fn span(&self) -> (String, String) {
        let from = digits(self.since.unwrap_or(Timestamp::UNIX_EPOCH));
        (from, self.until.map_or_else(|| "9".repeat(DIGITS), digits))
    }
}

impl Cursor {
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('#')?;
        let fits =
            at.len() == DIGITS && at.bytes().all(|b| b.is_ascii_digit()) && DeliveryId::parse(id).is_some();
        fits.then(|| Self(text.to_owned()))
    }

    fn of(delivery: &Delivery) -> Self {
        Self(format!("{}#{}", digits(delivery.created_at), delivery.id))
    }

    fn start(&self, subscription: &SubscriptionId) -> Item {
        let (_, id) = self.0.split_once('#').unwrap_or_default();
        let mut start = key(format!("DLV#{id}"), "DELIVERY");
        start.insert("list_pk".to_owned(), s(list_pk(subscription)));
        start.insert("list_sk".to_owned(), s(&self.0));
        start
    }
}

/// Where the index has a delivery.
pub(super) fn keys(delivery: &Delivery, subscription: &SubscriptionId) -> Item {
    Item::from([
        ("list_pk".to_owned(), s(list_pk(subscription))),
        ("list_sk".to_owned(), s(Cursor::of(delivery).0)),
    ])
}

impl Deliveries {
    /// Up to `limit` of a subscription's deliveries after `after`, newest first. A page may be shorter and still not be
    /// the last.
    pub async fn list(
        &self,
        subscription: &SubscriptionId,
        wanted: &Wanted,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<Delivery>, Unavailable> {
        const ACTION: &str = "listing deliveries";
        let mut items: Vec<Delivery> = Vec::new();
        let mut looked_at = 0;
        let mut start = after.map(|cursor| cursor.start(subscription));
        loop {
            let query = self.query(subscription, wanted).set_exclusive_start_key(start);
            let page = query.send().await.map_err(Unavailable::because(ACTION))?;
            looked_at += usize::try_from(page.scanned_count).unwrap_or(0);
            for item in page.items.unwrap_or_default() {
                if items.len() == limit {
                    let next = items.last().map(|last| Cursor::of(last).0);
                    return Ok(Page { items, next });
                }
                let id =
                    Reader(&item).text("pk").ok().and_then(|pk| DeliveryId::parse(pk.strip_prefix("DLV#")?));
                let id = id.ok_or_else(|| Unavailable::because(ACTION)("an id is not of its form"))?;
                items.push(delivery_of(&id, &item).map_err(Unavailable::because(ACTION))?);
            }
            start = page.last_evaluated_key;
            let next = start.as_ref().and_then(|key| Some(Reader(key).optional("list_sk")?.to_owned()));
            if next.is_none() || looked_at >= MOST_LOOKED_AT {
                return Ok(Page { items, next });
            }
        }
    }

    fn query(
        &self,
        subscription: &SubscriptionId,
        wanted: &Wanted,
    ) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
        let (from, to) = wanted.span();
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("listing")
            .key_condition_expression("list_pk = :pk AND list_sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", s(list_pk(subscription)))
            .expression_attribute_values(":from", s(from))
            .expression_attribute_values(":to", s(to))
            .scan_index_forward(false)
            .limit(1000);
        let mut conditions = Vec::new();
        if !wanted.statuses.is_empty() {
            let names: Vec<_> = (0..wanted.statuses.len()).map(|n| format!(":status{n}")).collect();
            for (name, status) in names.iter().zip(&wanted.statuses) {
                query = query.expression_attribute_values(name, s(status.word()));
            }
            query = query.expression_attribute_names("#status", "status");
            conditions.push(format!("#status IN ({})", names.join(", ")));
        }
        if let Some(event_type) = &wanted.event_type {
            query = query.expression_attribute_values(":event", s(event_type));
            conditions.push("event_type = :event".to_owned());
        }
        if conditions.is_empty() { query } else { query.filter_expression(conditions.join(" AND ")) }
    }

    /// The log of a delivery, first attempt first; of a long one the last hundred.
    pub async fn attempts(&self, id: &DeliveryId) -> Result<Vec<Attempt>, Unavailable> {
        const ACTION: &str = "reading attempts";
        let mut attempts = VecDeque::new();
        let (mut bytes, mut start) = (0, None);
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
                .expression_attribute_values(":pk", s(pk(id)))
                .expression_attribute_values(":sk", s("ATTEMPT#"))
                .scan_index_forward(false)
                .consistent_read(true)
                .set_exclusive_start_key(start);
            let page = query.send().await.map_err(Unavailable::because(ACTION))?;
            for item in page.items.unwrap_or_default() {
                bytes += Reader(&item).optional("attempt").map_or(0, str::len);
                if attempts.len() == MOST_ATTEMPTS || bytes > MOST_ATTEMPT_BYTES {
                    return Ok(attempts.into());
                }
                attempts.push_front(Reader(&item).json("attempt").map_err(Unavailable::because(ACTION))?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(attempts.into());
            }
        }
    }

    /// Makes a delivery due now: one that was given up, whose schedule starts afresh, one that waits, whose schedule goes
    /// on and which may have its turn at once, and one that was delivered, if `from` names it.
    pub async fn resume(
        &self,
        id: &DeliveryId,
        from: &[DeliveryStatus],
        now: Timestamp,
    ) -> Result<Resumed, Unavailable> {
        const PENDING: DeliveryStatus = DeliveryStatus::Pending;
        let (waiting, over): (Vec<_>, Vec<_>) = from.iter().copied().partition(|status| *status == PENDING);
        let mut resumed = Resumed::Not(PENDING);
        if !over.is_empty() {
            let afresh = "SET #status = :pending, next_at = :now, resumed_after = attempts REMOVE has_turn";
            resumed = self.wake(id, &over, afresh, now).await?;
        }
        if resumed == Resumed::Not(PENDING) && !waiting.is_empty() {
            resumed = self.wake(id, &waiting, "SET #status = :pending, next_at = :now", now).await?;
        }
        Ok(resumed)
    }

    async fn wake(
        &self,
        id: &DeliveryId,
        from: &[DeliveryStatus],
        change: &str,
        now: Timestamp,
    ) -> Result<Resumed, Unavailable> {
        const ACTION: &str = "resuming a delivery";
        let names: Vec<_> = (0..from.len()).map(|n| format!(":status{n}")).collect();
        let mut update = self
            .update(id)
            .update_expression(change)
            .condition_expression(format!("#status IN ({})", names.join(", ")))
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":pending", s(DeliveryStatus::Pending.word()))
            .expression_attribute_values(":now", time(now))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (name, status) in names.iter().zip(from) {
            update = update.expression_attribute_values(name, s(status.word()));
        }
        match condition(update.send().await, ACTION)? {
            Condition::Met(_) => Ok(Resumed::Due),
            Condition::Failed(item) => {
                let status = item.as_ref().and_then(|item| Reader(item).optional("status"));
                Ok(status.and_then(DeliveryStatus::parse).map_or(Resumed::Absent, Resumed::Not))
            }
        }
    }
}

fn list_pk(subscription: &SubscriptionId) -> String {
    format!("SUB#{subscription}")
}
