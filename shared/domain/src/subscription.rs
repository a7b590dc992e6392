//! A subscription: one endpoint's wish to be told of events, and how.
//!
//! What its owner chooses is in [`Settings`], judged by [`Settings::flaws`]; the rest is what came of it. Its secrets
//! are sealed: this crate carries them and cannot read them.

mod check;
mod pattern;
#[cfg(test)]
pub(crate) mod samples;
mod statistics;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::check::{FieldFlaw, MOST_EVENTS};
pub use self::pattern::Pattern;
pub use self::statistics::Statistics;
use crate::access::Owner;
use crate::delivery::Schedule;
use crate::ids::SubscriptionId;
use crate::signature::standard::PublicKey;

/// Secrets that one subscription may have at once.
pub const MOST_SECRETS: usize = 5;
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

/// How what it is sent is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signing {
    /// `v1`: a secret that both sides have.
    #[default]
    Hmac,
    /// `v1a`: a key pair, of which the owner has the public half alone.
    Ed25519,
}

/// One signing secret, `whsec_<base64>`, or private key, `whsk_<base64>`, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretVersion {
    pub sealed: Sealed,
    /// The other half of a private key; absent for a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<PublicKey>,
    pub created_at: Timestamp,
    /// After this it signs no more; absent for the newest.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

/// A public key as everybody may read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedKey {
    pub public_key: PublicKey,
    pub created_at: Timestamp,
    /// After this it signs no more; absent for the newest.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

/// What only the vault can read: base64 of what it wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(pub String);

/// What the secrets of a subscription are sealed for: whoever opens one must name it again.
pub fn sealed_for(id: &SubscriptionId) -> String {
    format!("secret {id}")
}

/// The subscription has as many live secrets as it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{MOST_SECRETS} secrets are live: wait until the oldest one ends, or rotate without an overlap")]
pub struct TooManySecrets;

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

    /// The secrets that sign at `now`, newest first.
    pub fn live_secrets(&self, now: Timestamp) -> impl Iterator<Item = &SecretVersion> {
        self.secrets.iter().filter(move |secret| secret.until.is_none_or(|until| until > now))
    }

    /// How the newest secret signs.
    pub fn signing(&self) -> Signing {
        match self.secrets.first().and_then(|newest| newest.public_key.as_ref()) {
            Some(_) => Signing::Ed25519,
            None => Signing::Hmac,
        }
    }

    /// The public keys of its private ones, newest first.
    pub fn public_keys(&self) -> Vec<PublishedKey> {
        let published = self.secrets.iter().filter_map(|one| {
            let public_key = one.public_key.clone()?;
            Some(PublishedKey { public_key, created_at: one.created_at, until: one.until })
        });
        published.collect()
    }

    /// Puts a new secret before the others, which sign on for `overlap_seconds`.
    pub fn rotate(
        &mut self,
        sealed: Sealed,
        public_key: Option<PublicKey>,
        overlap_seconds: u32,
        now: Timestamp,
    ) -> Result<(), TooManySecrets> {
        let end =
            Timestamp::from_second(now.as_second() + i64::from(overlap_seconds)).unwrap_or(Timestamp::MAX);
        let mut secrets = vec![SecretVersion { sealed, public_key, created_at: now, until: None }];
        secrets.extend(self.secrets.iter().filter_map(|old| {
            let until = old.until.map_or(end, |until| until.min(end));
            (until > now).then(|| SecretVersion { until: Some(until), ..old.clone() })
        }));
        if secrets.len() > MOST_SECRETS {
            return Err(TooManySecrets);
        }
        self.secrets = secrets;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::samples::subscription;
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[track_caller]
    fn live(subscription: &Subscription, now: i64, expected: &[&str]) {
        let live: Vec<_> = subscription.live_secrets(at(now)).map(|s| s.sealed.0.as_str()).collect();
        assert_eq!(live, expected);
    }

    #[test]
    fn a_secret_signs_on_for_a_day_after_it_was_rotated() {
        let mut one = subscription();
        one.rotate(Sealed("1".to_owned()), None, 86_400, at(100)).expect("room");
        live(&one, 100, &["1", "0"]);
        live(&one, 86_499, &["1", "0"]);
        live(&one, 86_500, &["1"]);
        one.rotate(Sealed("2".to_owned()), None, 86_400, at(200)).expect("room");
        live(&one, 200, &["2", "1", "0"]);
        live(&one, 86_500, &["2", "1"]);
        one.rotate(Sealed("3".to_owned()), None, 0, at(300)).expect("room");
        live(&one, 300, &["3"]);
    }

    #[test]
    fn secrets_do_not_pile_up() {
        let mut one = subscription();
        for n in 1..5 {
            one.rotate(Sealed(n.to_string()), None, 86_400, at(n)).expect("room");
        }
        assert_eq!(one.rotate(Sealed("5".to_owned()), None, 86_400, at(5)), Err(TooManySecrets));
        live(&one, 5, &["4", "3", "2", "1", "0"]);
        one.rotate(Sealed("5".to_owned()), None, 86_400, at(90_000)).expect("room");
        live(&one, 90_000, &["5", "4"]);
    }

    #[test]
    fn a_key_pair_and_a_secret_sign_side_by_side() {
        use crate::signature::standard::KeyPair;
        let mut one = subscription();
        assert_eq!((one.signing(), one.public_keys()), (Signing::Hmac, vec![]));
        let keys = [1, 2].map(|n| KeyPair::of_seed(&[n; 32]).expect("a seed").public());
        for (n, key) in (1..).zip(&keys) {
            one.rotate(Sealed(n.to_string()), Some(key.clone()), 86_400, at(n)).expect("room");
        }
        assert_eq!(one.signing(), Signing::Ed25519);
        let published: Vec<_> =
            one.public_keys().into_iter().map(|one| (one.public_key, one.until)).collect();
        assert_eq!(published, [(keys[1].clone(), None), (keys[0].clone(), Some(at(86_402)))]);
        live(&one, 3, &["2", "1", "0"]);
        one.rotate(Sealed("3".to_owned()), None, 0, at(4)).expect("room");
        assert_eq!((one.signing(), one.public_keys()), (Signing::Hmac, vec![]));
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
