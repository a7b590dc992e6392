//! Standard Webhooks 1.0.0 (`spec/standard-webhooks.md`): signing what we send, verifying what such senders send.
//!
//! What signs is told by its prefix: `whsec_` is a secret that both sides have (`v1`, HMAC-SHA256), `whsk_` a private key
//! whose public half, `whpk_`, is all that a receiver needs (`v1a`, Ed25519).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac as _;
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use super::mac;

mod pair;

pub use self::pair::{KeyPair, PublicKey};

/// How far a signed timestamp may lie from now, in seconds, either way. The specification leaves it to the receiver; its
/// libraries use this.
pub const TOLERANCE_SECONDS: i64 = 300;

/// A signing key: 24 to 64 bytes, written `whsec_<base64>`.
pub struct Key(SecretSlice<u8>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("a signing secret must be base64, with or without `whsec_` before it")]
    NotBase64,
    #[error("a signing secret must hold 24 to 64 bytes")]
    Length,
    #[error("a signing key must be an Ed25519 key pair: `whsk_` and base64 of its seed and its public key")]
    Pair,
}

/// What signs a message: a secret or a private key, as its prefix says.
pub enum Signer {
    Secret(Key),
    Pair(KeyPair),
}

impl Signer {
    pub fn parse(secret: &SecretString) -> Result<Self, KeyError> {
        if secret.expose_secret().starts_with(pair::PRIVATE) {
            KeyPair::parse(secret).map(Self::Pair)
        } else {
            Key::parse(secret).map(Self::Secret)
        }
    }

    /// One entry of `webhook-signature`. `timestamp` is in seconds.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        match self {
            Self::Secret(key) => key.sign(id, timestamp, body),
            Self::Pair(pair) => pair.sign(id, timestamp, body),
        }
    }
}

/// Why a signed message is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("webhook-id, webhook-timestamp and webhook-signature are required")]
    MissingHeader,
    #[error("webhook-timestamp must be seconds since 1970, within five minutes of now")]
    Timestamp,
    #[error("no signature matches")]
    Signature,
}

/// The three headers as they came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headers<'a> {
    pub id: Option<&'a str>,
    pub timestamp: Option<&'a str>,
    pub signature: Option<&'a str>,
}

impl Key {
    pub fn parse(secret: &SecretString) -> Result<Self, KeyError> {
        let text = secret.expose_secret();
        let encoded = text.strip_prefix("whsec_").unwrap_or(text);
        let bytes = STANDARD.decode(encoded).map_err(|_| KeyError::NotBase64)?;
        if !(24..=64).contains(&bytes.len()) {
            return Err(KeyError::Length);
        }
        Ok(Self(bytes.into()))
    }

    /// The `webhook-signature` of one attempt. `timestamp` is in seconds.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let digest = self.mac(id, &timestamp.to_string(), body).finalize().into_bytes();
        format!("v1,{}", STANDARD.encode(digest))
    }

    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> hmac::Hmac<sha2::Sha256> {
        mac(self.0.expose_secret(), &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body])
    }
}

/// Accepts a message that any of `keys` signed within [`TOLERANCE_SECONDS`] of `now` (in seconds), and returns its id.
/// Only `v1` entries of the signature list are read.
pub fn verify<'a>(keys: &[Key], headers: Headers<'a>, body: &[u8], now: i64) -> Result<&'a str, Refused> {
    let (Some(id), Some(timestamp), Some(list)) = (headers.id, headers.timestamp, headers.signature) else {
        return Err(Refused::MissingHeader);
    };
    let sent: i64 = timestamp.parse().map_err(|_| Refused::Timestamp)?;
    if now.abs_diff(sent) > TOLERANCE_SECONDS.unsigned_abs() {
        return Err(Refused::Timestamp);
    }
    let claimed: Vec<Vec<u8>> = list
        .split(' ')
        .filter_map(|entry| STANDARD.decode(entry.strip_prefix("v1,")?).ok())
        .take(16)
        .collect();
    let genuine = keys.iter().any(|key| {
        claimed.iter().any(|signature| key.mac(id, timestamp, body).verify_slice(signature).is_ok())
    });
    if genuine { Ok(id) } else { Err(Refused::Signature) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: i64 = 1_614_265_330;
    const BODY: &str = r#"{"test": 2432232314}"#;
    const GOOD: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn key(secret: &str) -> Key {
        Key::parse(&secret.into()).expect("a good key")
    }

    #[test]
    fn published_vectors() {
        assert_eq!(key(SECRET).sign(ID, AT, BODY.as_bytes()), GOOD);
        let body = br#"{"email":"test@example.com","username":"test_user"}"#;
        let signed = key("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").sign(
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            1_649_367_553,
            body,
        );
        assert_eq!(signed, "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
    }

    #[track_caller]
    fn check(
        id: Option<&str>,
        timestamp: Option<&str>,
        signature: Option<&str>,
        now: i64,
        expected: Result<&str, Refused>,
    ) {
        let headers = Headers { id, timestamp, signature };
        assert_eq!(verify(&[key(SECRET)], headers, BODY.as_bytes(), now), expected);
    }

    #[test]
    fn what_is_accepted_and_refused() {
        let at = AT.to_string();
        let at = Some(at.as_str());
        let third = format!("v1,AAAA v2,zzz {GOOD} v1,BBBB");
        check(Some(ID), at, Some(GOOD), AT, Ok(ID));
        check(Some(ID), at, Some(GOOD), AT + 300, Ok(ID));
        check(Some(ID), at, Some(&third), AT, Ok(ID));
        check(Some(ID), at, Some(GOOD), AT + 301, Err(Refused::Timestamp));
        check(Some(ID), at, Some(GOOD), AT - 301, Err(Refused::Timestamp));
        check(None, at, Some(GOOD), AT, Err(Refused::MissingHeader));
        check(Some(ID), None, Some(GOOD), AT, Err(Refused::MissingHeader));
        check(Some(ID), at, None, AT, Err(Refused::MissingHeader));
        check(Some(ID), Some("soon"), Some(GOOD), AT, Err(Refused::Timestamp));
        check(Some(ID), at, Some("v1,"), AT, Err(Refused::Signature));
        check(Some(ID), at, Some(&GOOD[..GOOD.len() - 4]), AT, Err(Refused::Signature));
        check(Some(ID), at, Some(&GOOD.replace("v1,", "v2,")), AT, Err(Refused::Signature));
        check(Some("msg_other"), at, Some(GOOD), AT, Err(Refused::Signature));
    }

    #[test]
    fn keys_of_the_wrong_form_are_refused() {
        assert_eq!(Key::parse(&"whsec_!".into()).err(), Some(KeyError::NotBase64));
        assert_eq!(Key::parse(&"whsec_AAAA".into()).err(), Some(KeyError::Length));
        assert_eq!(Key::parse(&"".into()).err(), Some(KeyError::Length));
    }
}
