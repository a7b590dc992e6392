//! From a message to its deliveries, without a loss between what caused it and the queue.
//!
//! Three ways lead here, and all are lossless because everything on them can be done again:
//!
//! - Who is itself tried again until it succeeds (a step of the state machine, the consumer of a queue) calls
//!   [`Publisher::publish`] before it says that it is done.
//! - Who is tried again but may not see who is subscribed (a stage) lays the body in the bucket and queues what names it,
//!   see [`crate::announcer`].
//! - Who is not (a request to the API) writes the message in one transaction with its cause, and *before that* puts the
//!   message's id in the queue with [`Publisher::remind`]. A process that dies before the transaction leaves an id that
//!   means nothing; one that dies after it leaves nothing undone. The dispatcher calls [`Publisher::fan_out`] for the id,
//!   and looks once more, later, for one that it does not find.
//!
//! Order within: the message's body, then its deliveries, then their ids in the queue. One that is taken up again queues
//! also what it made before and would not make now, because a subscription has changed.

use std::time::Duration;

use futures::future::try_join_all;
use quartet_domain::access::Owner;
use quartet_domain::delivery::Delivery;
use quartet_domain::ids::MessageId;
use quartet_domain::message::{Ended, Message};
use quartet_domain::subscription::Subscription;

use crate::deliveries::Deliveries;
use crate::messages::Messages;
use crate::objects::Objects;
use crate::queues::Queue;
use crate::subscriptions::Subscriptions;
use crate::{Aws, Unavailable};

/// A message's id is looked at a moment after it is queued: by then what it names is written.
pub const MOMENT: Duration = Duration::from_secs(1);
/// Subscriptions that are read at once.
const PAGE: usize = 1000;
/// Deliveries that are written side by side.
const SIDE_BY_SIDE: usize = 16;

#[derive(Clone, Debug)]
pub struct Publisher {
    pub subscriptions: Subscriptions,
    pub deliveries: Deliveries,
    pub messages: Messages,
    pub objects: Objects,
    pub queue: Queue,
}

/// What became of a fan-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FannedOut {
    /// So many deliveries are queued.
    Queued(usize),
    /// There is no such message, or not yet.
    Unknown,
}

impl Publisher {
    pub fn new(aws: &Aws, table: &str, keep_days: i64, objects: Objects, queue: Queue) -> Self {
        Self {
            subscriptions: Subscriptions::new(aws, table.to_owned()),
            deliveries: Deliveries::new(aws, table.to_owned(), keep_days),
            messages: Messages::new(aws, table.to_owned(), keep_days),
            objects,
            queue,
        }
    }

    /// Makes and queues the deliveries of one owner's messages. A message that nobody wants leaves no trace.
    pub async fn publish(&self, messages: &[Message]) -> Result<usize, Unavailable> {
        let Some(owner) = messages.first().map(|message| &message.owner) else { return Ok(0) };
        self.publish_to(messages, &self.all_of(owner).await?).await
    }

    /// The same to subscriptions that were read before, of which each takes what it wants.
    pub async fn publish_to(
        &self,
        messages: &[Message],
        subscriptions: &[Subscription],
    ) -> Result<usize, Unavailable> {
        let mut deliveries = Vec::new();
        let mut left = Vec::new();
        for message in messages {
            let wanted = message.deliveries(subscriptions);
            self.make(message, &[&wanted[..], &message.missed(subscriptions)].concat()).await?;
            deliveries.extend(wanted);
            left.extend(message.left_behind(subscriptions));
        }
        let queued = deliveries.iter().chain(&left).map(|one| (one.id.to_string(), one.url_group()));
        self.queue.send_all(queued.collect()).await?;
        Ok(deliveries.len())
    }

    /// Makes and queues the delivery of a message to one subscription, whatever that wants.
    pub async fn publish_only_to(
        &self,
        message: &Message,
        subscription: &Subscription,
    ) -> Result<Delivery, Unavailable> {
        let delivery = message.delivery_to(subscription);
        self.make(message, std::slice::from_ref(&delivery)).await?;
        self.queue.send(delivery.id.as_str(), &delivery.url_group(), Duration::ZERO).await?;
        Ok(delivery)
    }

    /// Makes deliveries of a message, once its body lies where they say.
    async fn make(&self, message: &Message, deliveries: &[Delivery]) -> Result<(), Unavailable> {
        if message.is_to_be_kept() && !deliveries.is_empty() {
            let body = message.body.clone().into_bytes();
            self.objects.put_once(&message.body_key, body, "application/json").await?;
        }
        for some in deliveries.chunks(SIDE_BY_SIDE) {
            try_join_all(some.iter().map(|delivery| self.deliveries.make(delivery))).await?;
        }
        Ok(())
    }

    /// Queues the id of a message that is about to be written. Do it before the transaction.
    pub async fn remind(&self, id: &MessageId, delay: Duration) -> Result<(), Unavailable> {
        self.queue.send(id.as_str(), id.stem(), delay).await
    }

    /// Makes and queues the deliveries of a message that was written with its cause.
    pub async fn fan_out(&self, id: &MessageId) -> Result<FannedOut, Unavailable> {
        let Some(message) = self.messages.read(id).await? else { return Ok(FannedOut::Unknown) };
        self.publish(&[message]).await.map(FannedOut::Queued)
    }

    /// Makes and queues the deliveries of a stage's end, whose body lies with its run.
    pub async fn fan_out_ended(&self, ended: &Ended) -> Result<FannedOut, Unavailable> {
        let body = self.objects.get(&ended.body_key()).await?;
        let body = body.and_then(|bytes| String::from_utf8(bytes).ok());
        let Some(message) = body.and_then(|body| ended.message(body)) else {
            return Ok(FannedOut::Unknown);
        };
        self.publish(&[message]).await.map(FannedOut::Queued)
    }

    /// All of an owner's subscriptions.
    pub async fn all_of(&self, owner: &Owner) -> Result<Vec<Subscription>, Unavailable> {
        let mut all: Vec<Subscription> = Vec::new();
        loop {
            let page = self.subscriptions.list(owner, all.last().map(|last| &last.id), PAGE).await?;
            all.extend(page.items);
            if page.next.is_none() {
                return Ok(all);
            }
        }
    }
}
