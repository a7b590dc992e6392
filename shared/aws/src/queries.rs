//! Questions with their answers, and the sessions that they belong to.
//!
//! | pattern | call | key | condition |
//! | --- | --- | --- | --- |
//! | keep an answer | TransactWriteItems | `OWNER#<owner>` / `QRY#<id>`, `… / SES#<id>`, its messages | no such query; the session's version seen |
//! | read one | GetItem | `OWNER#<owner>` / `QRY#<id>` | |
//! | list an owner's, newest first | Query | `OWNER#<owner>` / `QRY#…` | |
//! | take feedback | TransactWriteItems | the query, its session, a message | no feedback yet; the session's version seen |
//! | read a session | GetItem | `OWNER#<owner>` / `SES#<id>` | |
//!
//! Everything is found through its owner, so that a foreign id is one that does not exist. What is told of a query is
//! written in one transaction with it: see [`crate::publisher`].

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};
use quartet_domain::access::Owner;
use quartet_domain::ids::{QueryId, SessionId};
use quartet_domain::message::Message;
use quartet_domain::query::{Query, RESTS_AFTER, Session};

use crate::item::{Item, Malformed, Reader, is_conflict, key, n, new_one, refused_by, s, time};
use crate::messages::Messages;
use crate::page::Page;
use crate::{Aws, Unavailable};

/// Items that are looked through for one page: a rare user must not read a whole history.
const MOST_LOOKED_AT: usize = 5000;
/// Bytes of a page, so that an answer stays below what Lambda hands back.
const LARGEST_PAGE: usize = 3 << 20;

#[derive(Clone, Debug)]
pub struct Queries {
    client: Client,
    table: String,
    keep_days: i64,
    messages: Messages,
}

/// What became of a query or of feedback that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    New,
    /// It was there before.
    Already,
    /// The session has changed since it was read: read it again.
    Stale,
}

/// Which queries are wanted; all of them by default.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub session: Option<SessionId>,
    pub user: Option<String>,
    pub escalated: Option<bool>,
}

impl Queries {
    pub fn new(aws: &Aws, table: String, keep_days: i64) -> Self {
        let messages = Messages::new(aws, table.clone(), keep_days);
        Self { client: Client::new(&aws.config), table, keep_days, messages }
    }

    /// Keeps a query, the session after its turn, and what is told of it.
    pub async fn keep(
        &self,
        query: &Query,
        session: &Session,
        messages: &[Message],
    ) -> Result<Kept, Unavailable> {
        const ACTION: &str = "keeping a query";
        let item = self.item_of(query).map_err(Unavailable::because(ACTION))?;
        let first = new_one(&self.table, item).map_err(Unavailable::because(ACTION))?;
        self.write(first, Some(session), messages, ACTION).await
    }

    /// Keeps feedback, the session where it counts there, and what is told of it.
    pub async fn take_feedback(
        &self,
        query: &Query,
        session: Option<&Session>,
        messages: &[Message],
    ) -> Result<Kept, Unavailable> {
        const ACTION: &str = "keeping feedback";
        let update = self.feedback(query).map_err(Unavailable::because(ACTION))?;
        let first = TransactWriteItem::builder().update(update).build();
        self.write(first, session, messages, ACTION).await
    }

    async fn write(
        &self,
        first: TransactWriteItem,
        session: Option<&Session>,
        messages: &[Message],
        action: &'static str,
    ) -> Result<Kept, Unavailable> {
        let mut request = self.client.transact_write_items().transact_items(first);
        if let Some(session) = session {
            let put = self.turn(session).map_err(Unavailable::because(action))?;
            request = request.transact_items(TransactWriteItem::builder().put(put).build());
        }
        for message in messages {
            request =
                request.transact_items(self.messages.write(message).map_err(Unavailable::because(action))?);
        }
        match request.send().await {
            Ok(_) => Ok(Kept::New),
            Err(e) => match refused_by(&e) {
                Some(0) => Ok(Kept::Already),
                Some(_) => Ok(Kept::Stale),
                None if is_conflict(&e) => Ok(Kept::Stale),
                None => Err(Unavailable::because(action)(e)),
            },
        }
    }

    pub async fn read(&self, owner: &Owner, id: &QueryId) -> Result<Option<Query>, Unavailable> {
        const ACTION: &str = "reading a query";
        let item = self.get(owner, &sk(id), ACTION).await?;
        item.map(|item| query_of(owner, &item)).transpose().map_err(Unavailable::because(ACTION))
    }

    pub async fn session(&self, owner: &Owner, id: &SessionId) -> Result<Option<Session>, Unavailable> {
        const ACTION: &str = "reading a session";
        let item = self.get(owner, &session_sk(id), ACTION).await?;
        item.map(|item| session_of(owner, id, &item)).transpose().map_err(Unavailable::because(ACTION))
    }

    /// Up to `limit` of an owner's queries after the one with the id `after`, newest first. A page may be shorter and
    /// still not be the last.
    pub async fn list(
        &self,
        owner: &Owner,
        wanted: &Wanted,
        after: Option<&QueryId>,
        limit: usize,
    ) -> Result<Page<Query>, Unavailable> {
        const ACTION: &str = "listing queries";
        let mut items: Vec<Query> = Vec::new();
        let (mut looked_at, mut bytes) = (0, 0);
        let mut start = after.map(|id| key(pk(owner), &sk(id)));
        loop {
            let query = self.wanted(owner, wanted).set_exclusive_start_key(start);
            let page = query.send().await.map_err(Unavailable::because(ACTION))?;
            looked_at += usize::try_from(page.scanned_count).unwrap_or(0);
            for item in page.items.unwrap_or_default() {
                if items.len() == limit || bytes > LARGEST_PAGE {
                    let next = items.last().map(|last| last.id.to_string());
                    return Ok(Page { items, next });
                }
                let query = query_of(owner, &item).map_err(Unavailable::because(ACTION))?;
                bytes += query.message.len() + query.answer.text.len();
                items.push(query);
            }
            start = page.last_evaluated_key;
            let next = start.as_ref().and_then(|key| Reader(key).optional("sk")?.strip_prefix("QRY#"));
            if next.is_none() || looked_at >= MOST_LOOKED_AT {
                let next = next.map(str::to_owned);
                return Ok(Page { items, next });
            }
        }
    }

    fn wanted(
        &self,
        owner: &Owner,
        wanted: &Wanted,
    ) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
            .expression_attribute_values(":pk", s(pk(owner)))
            .expression_attribute_values(":sk", s("QRY#"))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(1000);
        let mut conditions = Vec::new();
        for (name, placeholder, value) in [
            ("#session", ":session", wanted.session.as_ref().map(SessionId::as_str)),
            ("#user", ":user", wanted.user.as_deref()),
        ] {
            if let Some(value) = value {
                query = query
                    .expression_attribute_names(name, &name[1..])
                    .expression_attribute_values(placeholder, s(value));
                conditions.push(format!("{name} = {placeholder}"));
            }
        }
        if let Some(escalated) = wanted.escalated {
            let rule = if escalated { "attribute_exists" } else { "attribute_not_exists" };
            conditions.push(format!("{rule}(escalation)"));
        }
        if conditions.is_empty() { query } else { query.filter_expression(conditions.join(" AND ")) }
    }

    async fn get(&self, owner: &Owner, sk: &str, action: &'static str) -> Result<Option<Item>, Unavailable> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key(pk(owner), sk)));
        let found = get.consistent_read(true).send().await.map_err(Unavailable::because(action))?;
        Ok(found.item)
    }

    fn item_of(&self, query: &Query) -> Result<Item, serde_json::Error> {
        let mut item = key(pk(&query.owner), &sk(&query.id));
        item.insert("session".to_owned(), s(query.session.as_str()));
        item.insert("user".to_owned(), s(&query.user));
        item.insert("message".to_owned(), s(&query.message));
        item.insert("topic".to_owned(), s(serde_json::to_string(&query.topic)?));
        item.insert("answer".to_owned(), s(serde_json::to_string(&query.answer)?));
        item.insert("created_at".to_owned(), time(query.created_at));
        item.insert("ttl".to_owned(), n(query.created_at.as_second() + self.keep_days * 86_400));
        if let Some(reason) = query.escalation {
            item.insert("escalation".to_owned(), s(serde_json::to_string(&reason)?));
        }
        Ok(item)
    }

    fn feedback(&self, query: &Query) -> Result<Update, Box<dyn std::error::Error + Send + Sync>> {
        let mut update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(pk(&query.owner), &sk(&query.id))))
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(feedback)")
            .expression_attribute_values(":feedback", s(serde_json::to_string(&query.feedback)?));
        let mut change = "SET feedback = :feedback".to_owned();
        if let Some(reason) = query.escalation {
            update = update.expression_attribute_values(":reason", s(serde_json::to_string(&reason)?));
            change.push_str(", escalation = :reason");
        }
        Ok(update.update_expression(change).build()?)
    }

    /// Writes a session whose version is one above the one that was read.
    fn turn(&self, session: &Session) -> Result<Put, Box<dyn std::error::Error + Send + Sync>> {
        let mut item = key(pk(&session.owner), &session_sk(&session.id));
        item.insert("user".to_owned(), s(&session.user));
        item.insert("turns".to_owned(), n(session.turns));
        item.insert("failed".to_owned(), n(session.failed));
        item.insert("scope".to_owned(), s(serde_json::to_string(&session.scope)?));
        item.insert("topic".to_owned(), s(serde_json::to_string(&session.topic)?));
        item.insert("version".to_owned(), n(session.version));
        item.insert("last_at".to_owned(), time(session.last_at));
        item.insert("ttl".to_owned(), n(session.last_at.as_second() + RESTS_AFTER));
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = if session.version > 1 {
            put.condition_expression("version = :seen")
                .expression_attribute_values(":seen", n(session.version - 1))
        } else {
            put.condition_expression("attribute_not_exists(pk)")
        };
        put.build().map_err(|error: BuildError| error.into())
    }
}

fn query_of(owner: &Owner, item: &Item) -> Result<Query, Malformed> {
    let read = Reader(item);
    let id = read.text("sk")?.strip_prefix("QRY#").and_then(QueryId::parse);
    let optional = |name: &'static str| read.optional(name).map(|_| name);
    Ok(Query {
        id: id.ok_or(Malformed("sk"))?,
        session: SessionId::parse(read.text("session")?).ok_or(Malformed("session"))?,
        owner: owner.clone(),
        user: read.text("user")?.to_owned(),
        message: read.text("message")?.to_owned(),
        topic: read.json("topic")?,
        answer: read.json("answer")?,
        escalation: optional("escalation").map(|name| read.json(name)).transpose()?,
        feedback: optional("feedback").map(|name| read.json(name)).transpose()?,
        created_at: read.time("created_at")?,
    })
}

fn session_of(owner: &Owner, id: &SessionId, item: &Item) -> Result<Session, Malformed> {
    let read = Reader(item);
    Ok(Session {
        id: id.clone(),
        owner: owner.clone(),
        user: read.text("user")?.to_owned(),
        turns: read.number("turns")?,
        failed: read.number("failed")?,
        scope: read.json("scope")?,
        topic: read.json("topic")?,
        version: read.number("version")?,
        last_at: read.time("last_at")?,
    })
}

fn pk(owner: &Owner) -> String {
    format!("OWNER#{owner}")
}

fn sk(id: &QueryId) -> String {
    format!("QRY#{id}")
}

fn session_sk(id: &SessionId) -> String {
    format!("SES#{id}")
}
