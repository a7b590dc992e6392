//! Subscriptions, and what became of what they were sent.
//!
//! | pattern | call | key | condition |
//! | --- | --- | --- | --- |
//! | make some | TransactWriteItems | `OWNER#<owner>` / `SUB#<id>` | no such item |
//! | read one | GetItem | the same | |
//! | list an owner's, oldest first | Query | `OWNER#<owner>` / `SUB#…` | |
//! | count an owner's | Query, counting | the same | |
//! | change one | PutItem or TransactWriteItems | the same, `SUB#<id>` / `PUBLIC`, `HEALTH` | the version seen |
//! | remove one | DeleteItem | the same | there is one, of the version seen |
//! | sum up its statistics | Query | `SUB#<id>` / `STATS#<shard>` | |
//! | read its public keys | GetItem | `SUB#<id>` / `PUBLIC` | |
//!
//! Everything is found through its owner, so that a foreign id is one that does not exist; but for public keys, which
//! anybody may read: they are written in one transaction with the subscription whenever they change. So is its endpoint's
//! health forgotten, which [`crate::endpoints`] keeps. The statistics are written by [`crate::deliveries`], in the
//! transaction that logs an attempt.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use quartet_domain::access::Owner;
use quartet_domain::ids::SubscriptionId;
use quartet_domain::subscription::{PublishedKey, Statistics, Subscription};

mod change;
mod public;

pub use self::change::Change;
pub use crate::item::Made;
use crate::item::{Item, Malformed, Reader, key, make_all, n, new_one, s, time};
use crate::page::Page;
use crate::{Aws, Unavailable};

/// Subscriptions that can be made at once: a transaction takes a hundred items and four megabytes, and each may have its
/// public key beside it.
pub const MOST_AT_ONCE: usize = 50;
/// Bytes of a page, so that an answer stays below what Lambda hands back.
const LARGEST_PAGE: usize = 3 << 20;

#[derive(Clone, Debug)]
pub struct Subscriptions {
    client: Client,
    table: String,
}

impl Subscriptions {
    pub fn new(aws: &Aws, table: String) -> Self {
        Self { client: Client::new(&aws.config), table }
    }

    /// Makes all of them, [`MOST_AT_ONCE`] at most, or none.
    pub async fn make(&self, subscriptions: &[Subscription]) -> Result<Made, Unavailable> {
        const ACTION: &str = "making subscriptions";
        let mut writes = Vec::new();
        for subscription in subscriptions {
            let item = item_of(subscription).map_err(Unavailable::because(ACTION))?;
            writes.push(new_one(&self.table, item).map_err(Unavailable::because(ACTION))?);
            if !subscription.public_keys().is_empty() {
                writes.push(self.publish(subscription).map_err(Unavailable::because(ACTION))?);
            }
        }
        make_all(&self.client, writes, ACTION).await
    }

    pub async fn read(
        &self,
        owner: &Owner,
        id: &SubscriptionId,
    ) -> Result<Option<Subscription>, Unavailable> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(pk(owner), &sk(id))))
            .consistent_read(true)
            .send()
            .await
            .map_err(Unavailable::because("reading a subscription"))?;
        let Some(item) = found.item else { return Ok(None) };
        subscription_of(owner, &item).map(Some).map_err(Unavailable::because("reading a subscription"))
    }

    /// Up to `limit` of an owner's after the one with the id `after`. A page may be shorter and still not be the last.
    pub async fn list(
        &self,
        owner: &Owner,
        after: Option<&SubscriptionId>,
        limit: usize,
    ) -> Result<Page<Subscription>, Unavailable> {
        const ACTION: &str = "listing subscriptions";
        let mut items = Vec::new();
        let mut bytes = 0;
        let mut start = after.map(|id| key(pk(owner), &sk(id)));
        loop {
            let wanted = i32::try_from(limit - items.len()).unwrap_or(i32::MAX);
            let query = self.of(owner).limit(wanted).consistent_read(true);
            let page = query.set_exclusive_start_key(start).send().await;
            let page = page.map_err(Unavailable::because(ACTION))?;
            for item in page.items.unwrap_or_default() {
                bytes += size(&item);
                items.push(subscription_of(owner, &item).map_err(Unavailable::because(ACTION))?);
            }
            start = page.last_evaluated_key;
            if start.is_none() || items.len() >= limit || bytes > LARGEST_PAGE {
                let next = start.and_then(|_| items.last().map(|last| last.id.to_string()));
                return Ok(Page { items, next });
            }
        }
    }

    pub async fn count(&self, owner: &Owner) -> Result<u32, Unavailable> {
        let mut count = 0;
        let mut start = None;
        loop {
            let query = self.of(owner).select(Select::Count).set_exclusive_start_key(start);
            let page = query.send().await.map_err(Unavailable::because("counting subscriptions"))?;
            count += u32::try_from(page.count).unwrap_or(0);
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(count);
            }
        }
    }

    pub async fn statistics(&self, id: &SubscriptionId) -> Result<Statistics, Unavailable> {
        const ACTION: &str = "reading statistics";
        let page = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
            .expression_attribute_values(":pk", s(format!("SUB#{id}")))
            .expression_attribute_values(":sk", s("STATS#"))
            .consistent_read(true)
            .send()
            .await
            .map_err(Unavailable::because(ACTION))?;
        let mut sum = Statistics::default();
        for item in page.items.unwrap_or_default() {
            let read = Reader(&item);
            let count = |name| read.number::<u64>(name).unwrap_or(0);
            sum.attempts += count("attempts");
            sum.delivered += count("delivered");
            sum.failed_attempts += count("failed_attempts");
            sum.given_up += count("given_up");
            sum.last_delivery_at = sum.last_delivery_at.max(read.time("last_delivery_at").ok());
            sum.last_failure_at = sum.last_failure_at.max(read.time("last_failure_at").ok());
        }
        Ok(sum)
    }

    fn of(&self, owner: &Owner) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
            .expression_attribute_values(":pk", s(pk(owner)))
            .expression_attribute_values(":sk", s("SUB#"))
    }
}

fn item_of(one: &Subscription) -> Result<Item, serde_json::Error> {
    let mut item = key(pk(&one.owner), &sk(&one.id));
    item.insert("settings".to_owned(), s(serde_json::to_string(&one.settings)?));
    item.insert("state".to_owned(), s(serde_json::to_string(&one.state)?));
    item.insert("secrets".to_owned(), s(serde_json::to_string(&one.secrets)?));
    item.insert("version".to_owned(), n(one.version));
    item.insert("created_at".to_owned(), time(one.created_at));
    item.insert("updated_at".to_owned(), time(one.updated_at));
    Ok(item)
}

fn subscription_of(owner: &Owner, item: &Item) -> Result<Subscription, Malformed> {
    let read = Reader(item);
    let id = read.text("sk")?.strip_prefix("SUB#").and_then(SubscriptionId::parse);
    Ok(Subscription {
        id: id.ok_or(Malformed("sk"))?,
        owner: owner.clone(),
        settings: read.json("settings")?,
        state: read.json("state")?,
        secrets: read.json("secrets")?,
        version: read.number("version")?,
        created_at: read.time("created_at")?,
        updated_at: read.time("updated_at")?,
    })
}

/// About what an item takes in an answer.
fn size(item: &Item) -> usize {
    item.values().filter_map(|value: &AttributeValue| value.as_s().ok()).map(String::len).sum()
}

fn pk(owner: &Owner) -> String {
    format!("OWNER#{owner}")
}

fn sk(id: &SubscriptionId) -> String {
    format!("SUB#{id}")
}
