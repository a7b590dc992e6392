//! Ids carry their noun as a prefix, so that one in a log or a path says what it names, and are types, so that one is
//! never taken for another.
//!
//! Invariant: every id here is derived, never drawn: from what it names, or, where nobody else can name it (a
//! subscription, a key), from the time and the noise of the request that makes it. Whoever does the same work twice
//! computes the same id, which is what makes each write a no-op the second time.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The word before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// Takes an id from outside; `None` unless it has this noun's form.
            pub fn parse(text: &str) -> Option<Self> {
                let rest = text.strip_prefix($prefix)?.strip_prefix('_')?;
                let fits = (1..=64).contains(&rest.len())
                    && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
                fits.then(|| Self(text.to_owned()))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// What follows the prefix.
            pub fn stem(&self) -> &str {
                &self.0[$prefix.len() + 1..]
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// One accepted webhook: the hash of its connection, event name and body.
    EventId,
    "evt"
);
id!(
    /// What an event asks for. Shares the event's stem.
    TaskId,
    "task"
);
id!(
    /// One execution of a task's pipeline, and the name of its Step Functions execution.
    RunId,
    "run"
);
id!(
    /// A check that fails on a watched branch, until it passes again.
    IncidentId,
    "inc"
);
id!(
    /// One thing to tell subscribers: the `webhook-id` of every attempt to deliver it.
    MessageId,
    "msg"
);
id!(
    /// One message on its way to one endpoint.
    DeliveryId,
    "dlv"
);

id!(
    /// One endpoint's wish to be told of events.
    SubscriptionId,
    "wh"
);
id!(
    /// One key to the API.
    KeyId,
    "key"
);
id!(
    /// One question and its answer.
    QueryId,
    "qry"
);
id!(
    /// One conversation.
    SessionId,
    "ses"
);

/// What a request draws once, and keeps when it is made again: ids made of the same seed are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seed {
    pub at: Timestamp,
    pub noise: u128,
}

impl Seed {
    /// The seed of the request's `index`th thing.
    pub fn nth(self, index: usize) -> Self {
        let parts = [&self.noise.to_be_bytes()[..], &index.to_be_bytes()];
        Self { at: self.at, noise: u128::from_be_bytes(bits(&parts)) }
    }

    /// 48 bits of milliseconds, then noise, so that ids sort by time.
    fn stem(self) -> String {
        let milliseconds = self.at.as_millisecond().max(0).unsigned_abs();
        letters((u128::from(milliseconds) << 80) | (self.noise >> 48))
    }
}

macro_rules! made {
    ($($name:ident),+) => {
        $(impl $name {
            pub fn made(seed: Seed) -> Self {
                Self(format!("{}_{}", Self::PREFIX, seed.stem()))
            }
        })+
    };
}

made!(SubscriptionId, KeyId, MessageId, QueryId, SessionId);

impl KeyId {
    pub(crate) fn of_the_deployment() -> Self {
        Self("key_deployment".to_owned())
    }
}

impl EventId {
    /// GitHub's signature covers the body alone, so the body is what an event is known by: a captured delivery sent again
    /// under a fresh delivery id is still the same event.
    pub fn of(connection: &str, event_type: &str, body: &[u8]) -> Self {
        Self(format!("evt_{}", stem(&[connection.as_bytes(), event_type.as_bytes(), body])))
    }

    pub fn task(&self) -> TaskId {
        TaskId(format!("task_{}", self.stem()))
    }

    /// The incident that it opens.
    pub fn incident(&self) -> IncidentId {
        IncidentId(format!("inc_{}", self.stem()))
    }
}

impl TaskId {
    /// The task's run number `attempt`, from 1. An execution's name cannot be used again for 90 days.
    pub fn run(&self, attempt: u32) -> RunId {
        match attempt {
            0 | 1 => RunId(format!("run_{}", self.stem())),
            n => RunId(format!("run_{}-{n}", self.stem())),
        }
    }
}

impl RunId {
    /// The message that tells how this run ended.
    pub fn message(&self) -> MessageId {
        MessageId(format!("msg_{}", self.stem()))
    }
}

impl MessageId {
    /// Where the body of a message that no run made lies in the bucket.
    pub fn object(&self) -> String {
        format!("messages/{self}.json")
    }

    /// The message that tells of one event of what `of` names.
    pub fn of(of: &str, event: &str) -> Self {
        Self(format!("msg_{}", stem(&[of.as_bytes(), event.as_bytes()])))
    }

    /// This message's delivery to `endpoint`.
    pub fn delivery(&self, endpoint: &str) -> DeliveryId {
        DeliveryId(format!("dlv_{}", stem(&[self.0.as_bytes(), endpoint.as_bytes()])))
    }
}

/// Names a text by its hash, for keys and groups that must not show it.
pub fn digest(text: &str) -> String {
    stem(&[text.as_bytes()])
}

/// 128 bits of SHA-256 over length-prefixed parts, in Crockford's base 32, lower case: 26 characters.
fn stem(parts: &[&[u8]]) -> String {
    letters(u128::from_be_bytes(bits(parts)))
}

fn bits(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    let mut bits = [0_u8; 16];
    bits.copy_from_slice(&digest[..16]);
    bits
}

fn letters(mut rest: u128) -> String {
    let mut out = [0_u8; 26];
    for slot in out.iter_mut().rev() {
        *slot = b"0123456789abcdefghjkmnpqrstvwxyz"[(rest & 31) as usize];
        rest >>= 5;
    }
    out.iter().map(|&b| char::from(b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_work_has_the_same_id() {
        let id = EventId::of("default", "push", b"{}");
        assert_eq!(id, EventId::of("default", "push", b"{}"));
        assert_ne!(id, EventId::of("default", "pus", b"h{}"), "parts must not run into each other");
        assert_eq!(id.as_str().len(), "evt_".len() + 26);
        assert_eq!(id.task().run(1).as_str()[4..], id.as_str()[4..]);
        assert!(id.task().run(2).as_str().ends_with("-2"));
    }

    #[test]
    fn ids_of_one_seed_are_one_and_sort_by_time() {
        let seed = |second, noise| Seed { at: Timestamp::from_second(second).expect("a time"), noise };
        let id = SubscriptionId::made(seed(1_700_000_000, u128::MAX));
        assert_eq!(id, SubscriptionId::made(seed(1_700_000_000, u128::MAX)));
        assert_eq!(SubscriptionId::parse(id.as_str()), Some(id.clone()));
        assert!(id < SubscriptionId::made(seed(1_700_000_001, 0)));
        assert_ne!(seed(1, 7).nth(0), seed(1, 7).nth(1));
    }

    #[test]
    fn foreign_forms_are_refused() {
        #[track_caller]
        fn check(text: &str, fits: bool) {
            assert_eq!(EventId::parse(text).is_some(), fits, "{text}");
        }
        check("evt_01h", true);
        check("evt_", false);
        check("task_01h", false);
        check("evt_../x", false);
        check(&format!("evt_{}", "a".repeat(65)), false);
    }
}
