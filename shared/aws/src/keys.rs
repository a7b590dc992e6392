//! API keys, and how often each may ask.
//!
//! | pattern | call | key | condition |
//! | --- | --- | --- | --- |
//! | admit a request | UpdateItem, at most twice | `KEY#<hash>` / `KEY` | there is such a key; its rate allows it |
//! | make a key | TransactWriteItems | the same, and `OWNER#<owner>` / `KEY#<id>` | no such item |
//! | list an owner's | Query | `OWNER#<owner>` / `KEY#…` | |
//! | remove one | TransactWriteItems | both | |
//!
//! A request's key is found and its rate is counted in one write, so the limit is exact over all processes and costs no
//! call of its own. The deployment's key has only a rate here: its hash is compared with the secret, so that changing
//! the secret takes the old one's rights away.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{Delete, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use jiff::Timestamp;
use quartet_domain::access::{ApiKey, KeyHash, Owner};
use quartet_domain::ids::KeyId;
use quartet_domain::rate::{Allowance, Rate};

pub use crate::item::Made;
use crate::item::{Condition, Item, Reader, condition, key, make_all, n, new_one, s};
use crate::{Aws, Unavailable};

#[derive(Clone, Debug)]
pub struct Keys {
    client: Client,
    table: String,
}

/// What a request that came with a key is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Go on.
    Admitted(ApiKey, Allowance),
    /// It asks too often.
    Throttled(Allowance),
    /// No such key.
    Unknown,
}

/// Whose rate is counted.
#[derive(Clone, Copy, Debug)]
pub enum Bearer<'a> {
    Key(&'a KeyHash),
    /// The deployment's own key, recognised already.
    Deployment,
}

/// What one conditional write met.
enum Step {
    Taken(Item),
    /// The condition did not hold for what is there.
    Held(Item),
    Absent,
}

impl Keys {
    pub fn new(aws: &Aws, table: String) -> Self {
        Self { client: Client::new(&aws.config), table }
    }

    /// Finds the key and takes one request of its rate.
    pub async fn admit(
        &self,
        bearer: Bearer<'_>,
        rate: Rate,
        now: Timestamp,
    ) -> Result<Admission, Unavailable> {
        let now_ms = now.as_millisecond();
        // Idle callers first: their state is set. Busy ones' is added to; it only grows, so what held still holds.
        let idle = self.step(bearer, "SET full_at = :value", now_ms + rate.gap_ms, now_ms).await?;
        let step = match idle {
            Step::Held(_) => {
                self.step(bearer, "ADD full_at :value", rate.gap_ms, rate.latest(now_ms)).await?
            }
            settled @ (Step::Taken(_) | Step::Absent) => settled,
        };
        let full_at = |item: &Item| Reader(item).number("full_at").unwrap_or(now_ms);
        match step {
            Step::Taken(item) => {
                let allowance = rate.allowance(full_at(&item), now_ms);
                let key = match bearer {
                    Bearer::Deployment => ApiKey::of_the_deployment(),
                    Bearer::Key(_) => {
                        Reader(&item).json("api_key").map_err(Unavailable::because("reading a key"))?
                    }
                };
                Ok(if key.is_expired(now) { Admission::Unknown } else { Admission::Admitted(key, allowance) })
            }
            Step::Held(item) => Ok(Admission::Throttled(rate.allowance(full_at(&item), now_ms))),
            Step::Absent => Ok(Admission::Unknown),
        }
    }

    async fn step(
        &self,
        bearer: Bearer<'_>,
        update: &str,
        value: i64,
        most: i64,
    ) -> Result<Step, Unavailable> {
        const ACTION: &str = "counting a request";
        let (pk, rule) = match bearer {
            Bearer::Key(hash) => (pk(hash), "full_at <= :most"),
            Bearer::Deployment => {
                ("KEY#deployment".to_owned(), "attribute_not_exists(full_at) OR full_at <= :most")
            }
        };
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(pk, "KEY")))
            .update_expression(update)
            .condition_expression(rule)
            .expression_attribute_values(":value", n(value))
            .expression_attribute_values(":most", n(most))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        Ok(match condition(sent, ACTION)? {
            Condition::Met(done) => Step::Taken(done.attributes.unwrap_or_default()),
            Condition::Failed(Some(item)) => Step::Held(item),
            Condition::Failed(None) => Step::Absent,
        })
    }

    pub async fn make(&self, api_key: &ApiKey, hash: &KeyHash) -> Result<Made, Unavailable> {
        const ACTION: &str = "making a key";
        let text = serde_json::to_string(api_key).map_err(Unavailable::because(ACTION))?;
        let mut by_hash = key(pk(hash), "KEY");
        by_hash.insert("full_at".to_owned(), n(0));
        let mut by_owner = key(format!("OWNER#{}", api_key.owner), &sk(&api_key.id));
        by_owner.insert("hash".to_owned(), s(hash.as_str()));
        let mut writes = Vec::new();
        for mut item in [by_hash, by_owner] {
            item.insert("api_key".to_owned(), s(text.clone()));
            writes.push(new_one(&self.table, item).map_err(Unavailable::because(ACTION))?);
        }
        make_all(&self.client, writes, ACTION).await
    }

    /// All keys of an owner, oldest first, [`MOST_KEYS`] at most.
    pub async fn list(&self, owner: &Owner) -> Result<Vec<ApiKey>, Unavailable> {
        const ACTION: &str = "listing keys";
        let page = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
            .expression_attribute_values(":pk", s(format!("OWNER#{owner}")))
            .expression_attribute_values(":sk", s("KEY#"))
            .limit(MOST_KEYS)
            .consistent_read(true)
            .send()
            .await
            .map_err(Unavailable::because(ACTION))?;
        let items = page.items.unwrap_or_default();
        let keys = items.iter().map(|item| Reader(item).json("api_key"));
        keys.collect::<Result<_, _>>().map_err(Unavailable::because(ACTION))
    }

    /// Removes a key; it opens nothing any more when this returns. Answers whether there was one.
    pub async fn remove(&self, owner: &Owner, id: &KeyId) -> Result<bool, Unavailable> {
        const ACTION: &str = "removing a key";
        let by_owner = key(format!("OWNER#{owner}"), &sk(id));
        let found = self.client.get_item().table_name(&self.table).set_key(Some(by_owner.clone()));
        let found = found.consistent_read(true).send().await.map_err(Unavailable::because(ACTION))?;
        let Some(item) = found.item else { return Ok(false) };
        let hash = Reader(&item).text("hash").map_err(Unavailable::because(ACTION))?;
        let mut request = self.client.transact_write_items();
        for key in [key(format!("KEY#{hash}"), "KEY"), by_owner] {
            let delete = Delete::builder().table_name(&self.table).set_key(Some(key)).build();
            let delete = delete.map_err(Unavailable::because(ACTION))?;
            request = request.transact_items(TransactWriteItem::builder().delete(delete).build());
        }
        request.send().await.map_err(Unavailable::because(ACTION))?;
        Ok(true)
    }
}

/// Keys that one owner may have.
pub const MOST_KEYS: i32 = 1000;

fn pk(hash: &KeyHash) -> String {
    format!("KEY#{}", hash.as_str())
}

fn sk(id: &KeyId) -> String {
    format!("KEY#{id}")
}
