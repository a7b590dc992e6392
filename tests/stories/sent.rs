//! A webhook that the forge sent, and the ids of all that follows from it: whoever knows the body can compute them.

use quartet_domain::event::DEFAULT_CONNECTION;
use quartet_domain::ids::{DeliveryId, EventId, MessageId, RunId, TaskId};
use quartet_local::forge::Delivery;

#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) delivery: Delivery,
    pub(crate) event: EventId,
}

impl Sent {
    pub(crate) fn of(delivery: Delivery) -> Self {
        let event = EventId::of(DEFAULT_CONNECTION, &delivery.event, delivery.body.as_bytes());
        Self { delivery, event }
    }

    pub(crate) fn task(&self) -> TaskId {
        self.event.task()
    }

    pub(crate) fn run(&self) -> RunId {
        self.task().run(1)
    }

    pub(crate) fn message(&self) -> MessageId {
        self.run().message()
    }

    pub(crate) fn results(&self) -> DeliveryId {
        self.message().delivery("results")
    }

    pub(crate) fn status(&self) -> u16 {
        self.delivery.outcome.as_ref().unwrap().status_code
    }
}
