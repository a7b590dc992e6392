//! What is so until an event says otherwise: the newest incident of a check, whether a repository is connected.
//!
//! | pattern | call | key | condition |
//! | --- | --- | --- | --- |
//! | read one | GetItem | `<its name>` / `FACT` | |
//! | change it, and tell | TransactWriteItems | the same, `MSG#<id>` / `MESSAGE` | the version seen |

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use quartet_domain::message::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::item::{Made, Reader, is_already, is_conflict, key, n, s};
use crate::publisher::{MOMENT, Publisher};
use crate::{Aws, Unavailable};

/// How often a change is decided anew that others were faster than.
const TRIES: usize = 8;

#[derive(Clone, Debug)]
pub struct Facts {
    client: Client,
    table: String,
    publisher: Publisher,
}

impl Facts {
    pub fn new(aws: &Aws, table: String, publisher: Publisher) -> Self {
        Self { client: Client::new(&aws.config), table, publisher }
    }

    /// Decides on a fact as it is, and writes what comes of it together with the message that tells of it, or neither; until
    /// nobody was faster. Answers whether it is told. `decide` says `None` where nothing changes, which makes doing it twice
    /// tell once.
    pub async fn change<T: DeserializeOwned + Serialize>(
        &self,
        name: &str,
        decide: impl Fn(Option<T>) -> Option<(T, Option<Message>)>,
    ) -> Result<bool, Unavailable> {
        for _ in 0..TRIES {
            let (fact, version) = self.read(name).await?;
            let Some((next, message)) = decide(fact) else { return Ok(false) };
            if let Some(message) = &message {
                self.publisher.remind(&message.id, MOMENT).await?;
            }
            if self.keep(name, version, &next, message.as_ref()).await? == Made::New {
                return Ok(message.is_some());
            }
        }
        Err(Unavailable::because("changing a fact")(format!("{name} is changed by too many at once")))
    }

    /// A fact, and how often it was changed.
    async fn read<T: DeserializeOwned>(&self, name: &str) -> Result<(Option<T>, u64), Unavailable> {
        const ACTION: &str = "reading a fact";
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(name.to_owned(), "FACT")))
            .consistent_read(true)
            .send()
            .await
            .map_err(Unavailable::because(ACTION))?;
        let Some(item) = found.item else { return Ok((None, 0)) };
        let read = Reader(&item);
        let fact = read.json("fact").map_err(Unavailable::because(ACTION))?;
        Ok((Some(fact), read.number("version").map_err(Unavailable::because(ACTION))?))
    }

    async fn keep<T: Serialize>(
        &self,
        name: &str,
        seen: u64,
        fact: &T,
        message: Option<&Message>,
    ) -> Result<Made, Unavailable> {
        const ACTION: &str = "changing a fact";
        let text = serde_json::to_string(fact).map_err(Unavailable::because(ACTION))?;
        let mut writes = vec![self.put(name, text, seen).map_err(Unavailable::because(ACTION))?];
        if let Some(message) = message {
            let tell = self.publisher.messages.write(message);
            writes.push(tell.map_err(Unavailable::because(ACTION))?);
        }
        match self.client.transact_write_items().set_transact_items(Some(writes)).send().await {
            Ok(_) => Ok(Made::New),
            // Somebody else was faster, or is at it.
            Err(error) if is_already(&error) || is_conflict(&error) => Ok(Made::Already),
            Err(error) => Err(Unavailable::because(ACTION)(error)),
        }
    }

    fn put(&self, name: &str, text: String, seen: u64) -> Result<TransactWriteItem, BuildError> {
        let mut item = key(name.to_owned(), "FACT");
        item.insert("fact".to_owned(), s(text));
        item.insert("version".to_owned(), n(seen + 1));
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = match seen {
            0 => put.condition_expression("attribute_not_exists(pk)"),
            version => {
                put.condition_expression("version = :seen").expression_attribute_values(":seen", n(version))
            }
        };
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }
}
