//! The health of endpoints, shared by all that send to them, and the end of one that is gone.
//!
//! | pattern | call | key | condition |
//! | --- | --- | --- | --- |
//! | read its health | GetItem | `SUB#<id>` / `HEALTH` | |
//! | change it | PutItem | the same | the version seen |
//! | forget it, for another address or a new start | by [`crate::subscriptions`] | the same | |
//! | disable its subscription, and tell | TransactWriteItems | `OWNER#<owner>` / `SUB#<id>`, `MSG#<id>` / `MESSAGE` | the version seen |

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::Timestamp;
use quartet_domain::endpoint::Health;
use quartet_domain::ids::SubscriptionId;
use quartet_domain::message::Message;
use quartet_domain::subscription::{State, Subscription};

use crate::item::{Condition, Item, Reader, condition, is_already, key, n, s, time};
use crate::messages::Messages;
use crate::subscriptions::Change;
use crate::{Aws, Unavailable};

/// Seconds that a health is remembered after its last change: more than the days of failing that disable.
const REMEMBERED: i64 = 30 * 86_400;

#[derive(Clone, Debug)]
pub struct Endpoints {
    client: Client,
    table: String,
    messages: Messages,
}

/// A health as it was read.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub health: Health,
    /// 0 where there is none yet.
    version: u64,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Done,
    /// Somebody else changed it first: read it again.
    Stale,
}

impl Endpoints {
    pub fn new(aws: &Aws, table: String, messages: Messages) -> Self {
        Self { client: Client::new(&aws.config), table, messages }
    }

    pub async fn health(&self, id: &SubscriptionId) -> Result<Seen, Unavailable> {
        const ACTION: &str = "reading an endpoint's health";
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(place(id)))
            .consistent_read(true)
            .send()
            .await
            .map_err(Unavailable::because(ACTION))?;
        let Some(item) = found.item else { return Ok(Seen::default()) };
        let read = Reader(&item);
        let health = read.json("health").map_err(Unavailable::because(ACTION))?;
        Ok(Seen { health, version: read.number("version").map_err(Unavailable::because(ACTION))? })
    }

    /// Writes `health` in the place of what was seen.
    pub async fn keep(
        &self,
        id: &SubscriptionId,
        seen: &Seen,
        health: &Health,
        now: Timestamp,
    ) -> Result<Kept, Unavailable> {
        const ACTION: &str = "changing an endpoint's health";
        let text = serde_json::to_string(health).map_err(Unavailable::because(ACTION))?;
        let mut item = place(id);
        item.insert("health".to_owned(), s(text));
        item.insert("version".to_owned(), n(seen.version + 1));
        item.insert("ttl".to_owned(), n(now.as_second() + REMEMBERED));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let put = match seen.version {
            0 => put.condition_expression("attribute_not_exists(pk)"),
            version => {
                put.condition_expression("version = :seen").expression_attribute_values(":seen", n(version))
            }
        };
        Ok(match condition(put.send().await, ACTION)? {
            Condition::Met(_) => Kept::Done,
            Condition::Failed(_) => Kept::Stale,
        })
    }

    /// Gives a subscription this state, and keeps the message that tells of it, or neither. Its id is to be queued before.
    pub async fn disable(
        &self,
        seen: &Subscription,
        state: &State,
        message: &Message,
        now: Timestamp,
    ) -> Result<Change, Unavailable> {
        const ACTION: &str = "disabling a subscription";
        let state = serde_json::to_string(state).map_err(Unavailable::because(ACTION))?;
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(format!("OWNER#{}", seen.owner), &format!("SUB#{}", seen.id))))
            .update_expression("SET #state = :state, version = :next, updated_at = :now")
            .condition_expression("version = :seen")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", s(state))
            .expression_attribute_values(":seen", n(seen.version))
            .expression_attribute_values(":next", n(seen.version + 1))
            .expression_attribute_values(":now", time(now))
            .build()
            .map_err(Unavailable::because(ACTION))?;
        let sent = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().update(update).build())
            .transact_items(self.messages.write(message).map_err(Unavailable::because(ACTION))?)
            .send()
            .await;
        match sent {
            Ok(_) => Ok(Change::Done),
            Err(error) if is_already(&error) => Ok(Change::Stale),
            Err(error) => Err(Unavailable::because(ACTION)(error)),
        }
    }
}

/// Where an endpoint's health lies.
pub(crate) fn place(id: &SubscriptionId) -> Item {
    key(format!("SUB#{id}"), "HEALTH")
}
