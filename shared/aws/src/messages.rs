//! The outbox: messages that were written in one transaction with what caused them.
//!
//! | pattern | call | key | condition |
//! | --- | --- | --- | --- |
//! | write one with its cause | in the cause's transaction | `MSG#<id>` / `MESSAGE` | |
//! | read one | GetItem | the same | |
//!
//! Who is tried again until it succeeds needs no outbox: see [`crate::publisher`].

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use jiff::Timestamp;
use quartet_domain::access::Owner;
use quartet_domain::ids::MessageId;
use quartet_domain::message::Message;

use crate::item::{Item, Malformed, Reader, key, n, s, time};
use crate::{Aws, Unavailable};

#[derive(Clone, Debug)]
pub struct Messages {
    client: Client,
    table: String,
    keep_days: i64,
}

impl Messages {
    pub fn new(aws: &Aws, table: String, keep_days: i64) -> Self {
        Self { client: Client::new(&aws.config), table, keep_days }
    }

    /// The part of a transaction that keeps a message together with what caused it.
    pub(crate) fn write(&self, message: &Message) -> Result<TransactWriteItem, BuildError> {
        let put = Put::builder().table_name(&self.table).set_item(Some(self.item_of(message))).build()?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    pub async fn read(&self, id: &MessageId) -> Result<Option<Message>, Unavailable> {
        const ACTION: &str = "reading a message";
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(pk(id), "MESSAGE")))
            .consistent_read(true)
            .send()
            .await
            .map_err(Unavailable::because(ACTION))?;
        found.item.map(|item| message_of(id, &item)).transpose().map_err(Unavailable::because(ACTION))
    }

    fn item_of(&self, message: &Message) -> Item {
        let mut item = key(pk(&message.id), "MESSAGE");
        for (name, value) in
            [("owner", message.owner.as_str()), ("event_type", &message.event_type), ("body", &message.body)]
        {
            item.insert(name.to_owned(), s(value));
        }
        item.insert("created_at".to_owned(), time(message.created_at));
        item.insert("ttl".to_owned(), n(message.created_at.as_second() + self.keep_days * 86_400));
        item
    }
}

fn message_of(id: &MessageId, item: &Item) -> Result<Message, Malformed> {
    let read = Reader(item);
    let created_at: Timestamp = read.time("created_at")?;
    Ok(Message {
        id: id.clone(),
        owner: Owner::parse(read.text("owner")?).ok_or(Malformed("owner"))?,
        event_type: read.text("event_type")?.to_owned(),
        body: read.text("body")?.to_owned(),
        body_key: id.object(),
        created_at,
    })
}

fn pk(id: &MessageId) -> String {
    format!("MSG#{id}")
}
