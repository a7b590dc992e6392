//! A subscription: one endpoint's wish to be told of events, and how.
//!
//! What its owner chooses is in [`Settings`], judged by [`Settings::flaws`]; the rest is what came of it. Its secrets
//! are sealed: this crate carries them and cannot read them.

mod check;
mod pattern;
#[cfg(test)]
pub(crate) mod samples;
mod secret;
mod statistics;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::check::{FieldFlaw, MOST_EVENTS};
pub use self::pattern::Pattern;
pub use self::secret::{
    MOST_SECRETS, PublishedKey, Sealed, SecretVersion, Signing, TooManySecrets, sealed_for,
};
pub use self::statistics::Statistics;
use crate::access::Owner;
use crate::delivery::Schedule;
use crate::ids::SubscriptionId;

/// Subscriptions that one owner may have.
pub const MOST_SUBSCRIPTIONS: u32 = 1000;

/// How long events are kept for a subscription that was disabled without its owner's wish.
pub const BACKLOG: SignedDuration = SignedDuration::from_hours(14 * 24);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub owner: Owner,
    pub settings: Settings,
    pub state: State,
    /// Newest first; at least one.
    pub secrets: Vec<SecretVersion>,
    /// Counts changes, for `ETag` and for whoever changes it at the same time.
    pub version: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What the owner chooses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub url: String,
    pub events: Vec<Pattern>,
    #[serde(default)]
    pub description: String,
    /// An expression over the body; only what it holds for is sent.
    #[serde(default)]
    pub filter: Option<String>,
    /// What is sent in the place of the body.
    #[serde(default)]
    pub template: Option<String>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub retry: Schedule,
    /// For each attempt, 1 to 30.
    pub timeout_seconds: u32,
    /// Attempts a minute; absent for no limit.
    #[serde(default)]
    pub rate_per_minute: Option<u32>,
    pub payload: PayloadMode,
}

/// How much of an event is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PayloadMode {
    /// All of it.
    #[default]
    Full,
    /// Its name, time and ids.
    Thin,
    /// As `thin`, with a link to all of it.
    Link,
}

/// Whether it is sent anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Active,
    Disabled { reason: DisabledReason, at: Timestamp },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisabledReason {
    /// Its owner said so.
    Asked,
    /// It answered 410.
    Gone,
    /// Nothing got through for days.
    Failing,
}

impl DisabledReason {
    pub fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }
}

impl Subscription {
    /// Whether this event is for it, as far as names tell.
    pub fn wants(&self, event: &str) -> bool {
        self.state == State::Active && self.names(event)
    }

    /// Whether this event is kept for when it is enabled again: its owner did not ask for quiet, and may not know yet.
    pub fn misses(&self, event: &str, at: Timestamp) -> bool {
        let State::Disabled { reason, at: since } = self.state else { return false };
        let is_owners_wish = reason == DisabledReason::Asked;
        !is_owners_wish && at.duration_since(since) <= BACKLOG && self.names(event)
    }

    fn names(&self, event: &str) -> bool {
        self.settings.events.iter().any(|pattern| pattern.matches(event))
    }

    /// Whether what is known of the endpoint of `before` says nothing of this one's: it is another, or was mended.
    pub fn starts_afresh(&self, before: &Self) -> bool {
        let enabled = self.state == State::Active && before.state != State::Active;
        enabled || self.settings.url != before.settings.url
    }
}

#[cfg(test)]
mod tests {
    use super::samples::subscription;
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn what_is_disabled_wants_nothing() {
        let mut one = subscription();
        assert!(one.wants("pipeline_complete") && !one.wants("query.created"));
        one.state = State::Disabled { reason: DisabledReason::Asked, at: at(1) };
        assert!(!one.wants("pipeline_complete"));
    }

    #[test]
    fn what_was_disabled_without_a_wish_misses_what_it_named() {
        #[track_caller]
        fn check(reason: DisabledReason, event: &str, hours: i64, expected: bool) {
            let state = State::Disabled { reason, at: at(0) };
            let one = Subscription { state, ..subscription() };
            assert_eq!(one.misses(event, at(hours * 3600)), expected, "{reason:?} {event} {hours}");
        }
        assert!(!subscription().misses("pipeline_complete", at(0)));
        check(DisabledReason::Failing, "pipeline_complete", 0, true);
        check(DisabledReason::Gone, "pipeline_complete", 14 * 24, true);
        check(DisabledReason::Gone, "pipeline_complete", 14 * 24 + 1, false);
        check(DisabledReason::Failing, "query.created", 1, false);
        check(DisabledReason::Asked, "pipeline_complete", 1, false);
    }

    #[test]
    fn another_address_and_a_new_beginning_start_afresh() {
        let one = subscription();
        let mut other = one.clone();
        other.settings.description = "renamed".to_owned();
        assert!(!other.starts_afresh(&one));
        other.settings.url = "https://example.com/moved".to_owned();
        assert!(other.starts_afresh(&one));
        let asleep = Subscription {
            state: State::Disabled { reason: DisabledReason::Failing, at: at(0) },
            ..one.clone()
        };
        assert!(one.starts_afresh(&asleep) && !asleep.starts_afresh(&one));
    }
}
