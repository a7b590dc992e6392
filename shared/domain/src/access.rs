//! Who may ask the API for what: keys, their scopes, and the owner whose records they see.
//!
//! Invariant: a key's text is shown once and kept nowhere; what is stored and looked up is its hash. A key is 256 random
//! bits, so a plain SHA-256 is as good as a slow hash.

use std::fmt;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ids::KeyId;

/// Whose a record is. Everything is found through its owner, so that a foreign id is one that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Owner(String);

impl Owner {
    /// Who deployed: owns the first admin key, and what the deployment's own connection brings.
    pub fn deployment() -> Self {
        Self("default".to_owned())
    }

    /// 1 to 40 lower-case letters, digits and hyphens.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a key may do; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Look at everything of its owner.
    Read,
    /// Change it.
    Write,
    /// Make and remove keys.
    Admin,
}

impl Scope {
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

/// A key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    pub id: KeyId,
    pub owner: Owner,
    pub name: String,
    pub scopes: Vec<Scope>,
    pub created_at: Timestamp,
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

impl ApiKey {
    /// The key that the deployment makes: the first one, which makes the others.
    pub fn of_the_deployment() -> Self {
        Self {
            id: KeyId::of_the_deployment(),
            owner: Owner::deployment(),
            name: "deployment".to_owned(),
            scopes: vec![Scope::Admin],
            created_at: Timestamp::UNIX_EPOCH,
            expires_at: None,
        }
    }

    pub fn allows(&self, needed: Scope) -> bool {
        self.scopes.iter().any(|scope| *scope >= needed)
    }

    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

/// The hash under which a key is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHash(String);

impl KeyHash {
    /// `None` for what is too short or too long to be a key of ours.
    pub fn of(text: &SecretString) -> Option<Self> {
        let bytes = text.expose_secret().as_bytes();
        let fits = (24..=128).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
        fits.then(|| Self(hex::encode(Sha256::digest(bytes))))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A new key's text: `qk_` and 32 random bytes in URL-safe base64.
pub fn key_text(random: [u8; 32]) -> SecretString {
    use base64::Engine as _;
    format!("qk_{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_includes_those_before_it() {
        #[track_caller]
        fn check(scopes: &[Scope], needed: Scope, allowed: bool) {
            let key = ApiKey { scopes: scopes.to_vec(), ..ApiKey::of_the_deployment() };
            assert_eq!(key.allows(needed), allowed, "{scopes:?} for {needed:?}");
        }
        check(&[], Scope::Read, false);
        check(&[Scope::Read], Scope::Read, true);
        check(&[Scope::Read], Scope::Write, false);
        check(&[Scope::Write], Scope::Read, true);
        check(&[Scope::Write], Scope::Admin, false);
        check(&[Scope::Read, Scope::Admin], Scope::Write, true);
    }

    #[test]
    fn a_key_is_known_by_its_hash() {
        let text = key_text([7; 32]);
        assert_eq!(text.expose_secret().len(), 46);
        let hash = KeyHash::of(&text).expect("a key");
        assert_eq!(hash, KeyHash::of(&key_text([7; 32])).expect("a key"));
        assert_ne!(Some(hash), KeyHash::of(&key_text([8; 32])));
        for none in ["", "short", "has a space in its middle, alas"] {
            assert_eq!(KeyHash::of(&none.into()), None, "{none}");
        }
    }

    #[test]
    fn owners_have_a_form() {
        for (text, fits) in
            [("default", true), ("team-7", true), ("", false), ("A", false), ("a#b", false), ("a/b", false)]
        {
            assert_eq!(Owner::parse(text).is_some(), fits, "{text}");
        }
    }
}
