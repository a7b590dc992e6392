//! What a subscription signs with: the newest secret or key, and those before it for as long as they are live.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Subscription;
use crate::ids::SubscriptionId;
use crate::signature::standard::PublicKey;

/// Secrets that one subscription may have at once.
pub const MOST_SECRETS: usize = 5;

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
        let new = SecretVersion { sealed, public_key, created_at: now, until: None };
        let secrets = [vec![new], ending(&self.secrets, overlap_seconds, now)].concat();
        if secrets.len() > MOST_SECRETS {
            return Err(TooManySecrets);
        }
        self.secrets = secrets;
        Ok(())
    }

    /// Lets all but the newest secret sign on for `overlap_seconds` at most.
    pub fn end_older(&mut self, overlap_seconds: u32, now: Timestamp) {
        let Some((newest, older)) = self.secrets.split_first() else { return };
        self.secrets = [vec![newest.clone()], ending(older, overlap_seconds, now)].concat();
    }
}

/// Those that still sign after this moment, each until it ends by itself or the overlap is over.
fn ending(secrets: &[SecretVersion], overlap_seconds: u32, now: Timestamp) -> Vec<SecretVersion> {
    let end = Timestamp::from_second(now.as_second() + i64::from(overlap_seconds)).unwrap_or(Timestamp::MAX);
    let ending = secrets.iter().map(|old| {
        let until = old.until.map_or(end, |until| until.min(end));
        SecretVersion { until: Some(until), ..old.clone() }
    });
    ending.filter(|old| old.until > Some(now)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::subscription;
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
    fn older_ones_can_be_ended_without_a_new_one() {
        let mut one = subscription();
        one.rotate(Sealed("1".to_owned()), None, 86_400, at(100)).expect("room");
        one.end_older(60, at(100));
        live(&one, 159, &["1", "0"]);
        live(&one, 160, &["1"]);
        one.end_older(86_400, at(110));
        live(&one, 160, &["1"]);
        one.end_older(0, at(120));
        live(&one, 120, &["1"]);
    }
}
