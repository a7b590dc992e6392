//! One thing to tell: what it says, who is told, and in what form.
//!
//! Invariant: a message's id and its deliveries' ids are computed, so that telling it again makes nothing twice.

mod pipeline;
mod shape;

use std::cell::OnceCell;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;

pub use self::pipeline::{Ended, Outcome, ended, stage_ended, started, told};
pub use self::shape::{Link, shape};
use crate::access::Owner;
use crate::catalogue::Envelope;
use crate::delivery::{Delivery, DeliveryStatus, Subscriber};
use crate::filter::holds;
use crate::ids::MessageId;
use crate::subscription::Subscription;

/// How far the clocks of two functions may be apart.
const CLOCKS: SignedDuration = SignedDuration::from_mins(1);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: MessageId,
    /// Whose subscriptions may hear of it.
    pub owner: Owner,
    /// As `pipeline_complete`.
    pub event_type: String,
    /// The exact bytes of the whole body.
    pub body: String,
    /// Where those bytes lie in the bucket.
    pub body_key: String,
    pub created_at: Timestamp,
}

impl Message {
    /// A message in the form of every event but `pipeline_complete`.
    pub fn of<T: Serialize>(id: MessageId, owner: Owner, event: &str, at: Timestamp, data: T) -> Self {
        let envelope = Envelope::of(event, at, data);
        #[expect(clippy::expect_used, reason = "a struct of texts and numbers always is JSON")]
        let body = serde_json::to_string(&envelope).expect("JSON");
        let body_key = id.object();
        Self { id, owner, event_type: event.to_owned(), body, body_key, created_at: at }
    }

    /// Whether its body has yet to be put where it is to lie: what a run's stage made has a place with the run.
    pub fn is_to_be_kept(&self) -> bool {
        self.body_key == self.id.object()
    }

    /// Its deliveries to those of `subscriptions` that want it.
    pub fn deliveries(&self, subscriptions: &[Subscription]) -> Vec<Delivery> {
        self.to(subscriptions, |one, passes| one.wants(&self.event_type) && passes())
    }

    /// Deliveries that may exist and be queued by nobody: a fan-out that broke off had made them, and by now their
    /// subscriptions, changed since, want the message no more.
    pub fn left_behind(&self, subscriptions: &[Subscription]) -> Vec<Delivery> {
        let told = self.created_at - CLOCKS;
        self.to(subscriptions, |one, passes| {
            let is_changed = one.version > 1 && one.updated_at >= told;
            is_changed && !(one.wants(&self.event_type) && passes())
        })
    }

    /// Its deliveries to those that miss it: they are queued when their owner recovers them.
    pub fn missed(&self, subscriptions: &[Subscription]) -> Vec<Delivery> {
        let missed =
            self.to(subscriptions, |one, passes| one.misses(&self.event_type, self.created_at) && passes());
        let kept = |one| Delivery { status: DeliveryStatus::Cancelled, next_at: None, ..one };
        missed.into_iter().map(kept).collect()
    }

    fn to(
        &self,
        subscriptions: &[Subscription],
        choose: impl Fn(&Subscription, &dyn Fn() -> bool) -> bool,
    ) -> Vec<Delivery> {
        let parsed = OnceCell::new();
        let body = || parsed.get_or_init(|| serde_json::from_str::<Value>(&self.body).unwrap_or_default());
        let of_owner = subscriptions.iter().filter(|one| one.owner == self.owner);
        let delivery = |one: &Subscription| {
            let judged = OnceCell::new();
            let judge = || one.settings.filter.as_deref().map_or(Ok(true), |filter| holds(filter, body()));
            // A filter that cannot be worked out for this body lets it through: better told than lost.
            let passes = || *judged.get_or_init(judge).as_ref().unwrap_or(&true);
            let is_chosen = choose(one, &passes);
            let filter_error = judged.into_inner().and_then(Result::err).map(|wrong| wrong.to_string());
            is_chosen.then(|| Delivery { filter_error, ..self.delivery_to(one) })
        };
        of_owner.filter_map(delivery).collect()
    }

    /// Its delivery to this subscription, whatever that wants.
    pub fn delivery_to(&self, subscription: &Subscription) -> Delivery {
        Delivery {
            id: self.id.delivery(subscription.id.as_str()),
            message: self.id.clone(),
            event_type: self.event_type.clone(),
            url: subscription.settings.url.clone(),
            body_key: self.body_key.clone(),
            subscriber: Some(Subscriber {
                owner: subscription.owner.clone(),
                subscription: subscription.id.clone(),
            }),
            schedule: subscription.settings.retry.clone(),
            status: DeliveryStatus::Pending,
            attempts: 0,
            resumed_after: 0,
            next_at: Some(self.created_at),
            has_turn: false,
            filter_error: None,
            created_at: self.created_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{ENDPOINT_DISABLED, QUERY_ESCALATED};
    use crate::subscription::{DisabledReason, State, samples};
    use serde_json::json;

    fn message(event: &str) -> Message {
        let id = MessageId::of("qry_1", event);
        Message::of(id, Owner::deployment(), event, Timestamp::UNIX_EPOCH, json!({ "confidence": 0.2 }))
    }

    #[track_caller]
    fn check(message: &Message, change: impl FnOnce(&mut Subscription), told: bool) {
        let mut subscription = samples::subscription();
        subscription.settings.events = crate::subscription::Pattern::parse("query.*").into_iter().collect();
        change(&mut subscription);
        let deliveries = message.deliveries(&[subscription]);
        assert_eq!(deliveries.len(), usize::from(told));
    }

    #[test]
    fn who_is_told() {
        let escalated = message(QUERY_ESCALATED);
        let filter =
            |text: &'static str| move |s: &mut Subscription| s.settings.filter = Some(text.to_owned());
        check(&escalated, |_| (), true);
        check(&message(ENDPOINT_DISABLED), |_| (), false);
        check(&escalated, filter("data.confidence < 0.5"), true);
        check(&escalated, filter("data.confidence > 0.5"), false);
        check(&escalated, filter("data.confidence < 'high'"), true);
        let mut vague = samples::subscription();
        vague.settings.events = crate::subscription::Pattern::parse("query.*").into_iter().collect();
        assert_eq!(escalated.deliveries(std::slice::from_ref(&vague))[0].filter_error, None);
        vague.settings.filter = Some("data.confidence + 'high'".to_owned());
        let told = escalated.deliveries(&[vague]).remove(0).filter_error;
        assert!(told.is_some_and(|error| error.contains("cannot be worked out")));
        check(&escalated, |s| s.owner = Owner::parse("other").expect("an owner"), false);
        let disabled = State::Disabled { reason: DisabledReason::Asked, at: Timestamp::UNIX_EPOCH };
        check(&escalated, |s| s.state = disabled, false);
    }

    #[test]
    fn what_a_failing_endpoint_misses_is_kept_and_not_queued() {
        let disabled = |reason| State::Disabled { reason, at: Timestamp::UNIX_EPOCH };
        let escalated = message(QUERY_ESCALATED);
        let mut one = samples::subscription();
        one.settings.events = crate::subscription::Pattern::parse("query.*").into_iter().collect();
        assert!(escalated.missed(std::slice::from_ref(&one)).is_empty(), "it is told");
        one.state = disabled(DisabledReason::Failing);
        let kept = escalated.missed(std::slice::from_ref(&one));
        assert_eq!((kept.len(), kept[0].status, kept[0].next_at), (1, DeliveryStatus::Cancelled, None));
        assert_eq!(kept[0].id, escalated.delivery_to(&one).id);
        one.settings.filter = Some("data.confidence > 0.5".to_owned());
        assert!(escalated.missed(std::slice::from_ref(&one)).is_empty(), "its filter holds it back");
        one.settings.filter = None;
        one.state = disabled(DisabledReason::Asked);
        assert!(escalated.missed(&[one]).is_empty(), "its owner wants none");
    }

    #[test]
    fn what_a_change_may_have_left_behind() {
        #[track_caller]
        fn check(change: impl FnOnce(&mut Subscription), expected: usize) {
            let mut subscription = samples::subscription();
            subscription.version = 2;
            subscription.updated_at = Timestamp::UNIX_EPOCH;
            change(&mut subscription);
            assert_eq!(message(ENDPOINT_DISABLED).left_behind(&[subscription]).len(), expected);
        }
        check(|_| (), 1);
        check(|s| s.updated_at -= SignedDuration::from_hours(1), 0);
        check(|s| s.version = 1, 0);
        check(|s| s.settings.events = crate::subscription::Pattern::parse("*").into_iter().collect(), 0);
        check(|s| s.owner = Owner::parse("other").expect("an owner"), 0);
    }

    #[test]
    fn telling_twice_makes_the_same_deliveries() {
        let subscription = samples::subscription();
        let message = message(QUERY_ESCALATED);
        let (one, two) = (message.delivery_to(&subscription), message.delivery_to(&subscription));
        assert_eq!(one, two);
        assert_ne!(one.id, self::message(ENDPOINT_DISABLED).delivery_to(&subscription).id);
    }
}
