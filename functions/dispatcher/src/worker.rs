//! What a queue message asks for: an attempt at a delivery, or the fan-out of a message or of a stage's end.

use std::time::Duration;

use jiff::Timestamp;
use quartet_aws::Unavailable;
use quartet_aws::publisher::FannedOut;
use quartet_domain::ids::{DeliveryId, MessageId};
use quartet_domain::message::Ended;

use crate::{App, deliver};

/// A message's id is queued before the message is written; by then its transaction has been made, or never will be.
const LATER: Duration = Duration::from_secs(20);
/// Follows the id of a message that was looked for before.
const AGAIN: &str = "again";

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Deliver(DeliveryId),
    FanOut { id: MessageId, again: bool },
    Ended(Ended),
}

impl Work {
    pub(crate) fn read(body: &str) -> Option<Self> {
        if let Some(id) = DeliveryId::parse(body) {
            return Some(Self::Deliver(id));
        }
        if let Some(ended) = Ended::parse(body) {
            return Some(Self::Ended(ended));
        }
        let (id, again) = match body.split_once(' ') {
            Some((id, AGAIN)) => (id, true),
            Some(_) => return None,
            None => (body, false),
        };
        Some(Self::FanOut { id: MessageId::parse(id)?, again })
    }
}

/// What is to become of a queue message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    /// It may leave the queue.
    Done,
    ComeAgain(Duration),
}

/// Does what a queue message asks for. `holder` names this receipt of it, and no other.
pub(crate) async fn work(
    app: &App,
    work: &Work,
    holder: &str,
    clock: fn() -> Timestamp,
) -> Result<Settled, Unavailable> {
    match work {
        Work::Deliver(id) => deliver::deliver(app, id, holder, clock).await,
        Work::FanOut { id, again } => fan_out(app, id, *again).await.map(|()| Settled::Done),
        Work::Ended(ended) => fan_out_ended(app, ended).await.map(|()| Settled::Done),
    }
}

async fn fan_out(app: &App, id: &MessageId, again: bool) -> Result<(), Unavailable> {
    match app.publisher.fan_out(id).await? {
        FannedOut::Queued(deliveries) => tracing::info!(message_id = %id, deliveries, "fanned out"),
        FannedOut::Unknown if again => tracing::warn!(message_id = %id, "what it tells of never happened"),
        FannedOut::Unknown => {
            app.publisher.queue.send(&format!("{id} {AGAIN}"), id.stem(), LATER).await?;
        }
    }
    Ok(())
}

async fn fan_out_ended(app: &App, ended: &Ended) -> Result<(), Unavailable> {
    match app.publisher.fan_out_ended(ended).await? {
        FannedOut::Queued(deliveries) => tracing::info!(stage = %ended, deliveries, "fanned out"),
        // It was laid there before it was queued.
        FannedOut::Unknown => tracing::warn!(stage = %ended, "nothing is told of it any more"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_queue_message_asks_for() {
        #[track_caller]
        fn check(body: &str, expected: Option<Work>) {
            assert_eq!(Work::read(body), expected, "{body}");
        }
        let message = MessageId::parse("msg_1").expect("an id");
        check("dlv_1", DeliveryId::parse("dlv_1").map(Work::Deliver));
        check("msg_1", Some(Work::FanOut { id: message.clone(), again: false }));
        check("msg_1 again", Some(Work::FanOut { id: message, again: true }));
        check("run_1 build", Ended::parse("run_1 build").map(Work::Ended));
        for none in ["", "run_1", "run_1 report", "evt_1", "msg_1 more", "dlv_1 again", "msg_"] {
            check(none, None);
        }
    }
}
