//! What signs: the owner's wish, and what of it is shown.

use jiff::Timestamp;
use quartet_domain::signature::standard::{Key, PublicKey};
use quartet_domain::subscription::{self, FieldFlaw, SecretVersion};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// How messages are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Signing {
    /// `v1`: a secret that both sides have.
    Hmac,
    /// `v1a`: a key pair of ours, whose public half is at `/.well-known/webhooks/{webhook_id}/keys`.
    Ed25519,
}

/// Which secret or key is wished for.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyWish {
    /// As before, where it is absent.
    pub(crate) signing: Option<Signing>,
    /// Made here where there is none.
    pub(crate) own: Option<SecretString>,
}

/// What signs from now on.
#[derive(Debug)]
pub(crate) struct NewKey {
    /// The secret or the private key: what is sealed.
    pub(crate) text: SecretString,
    /// The half that everybody may read; absent for a secret.
    pub(crate) public_key: Option<PublicKey>,
}

/// A secret or key that signs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SecretShown {
    signing: Signing,
    /// What `ed25519` is verified with, `whpk_` and base64; null for `hmac`.
    public_key: Option<String>,
    created_at: Timestamp,
    /// After this it signs no more.
    until: Option<Timestamp>,
}

impl KeyWish {
    /// Takes its two fields out of a form.
    pub(crate) fn take(map: &mut Map<String, Value>) -> Result<Self, Vec<FieldFlaw>> {
        let signing = match map.remove("signing") {
            None | Some(Value::Null) => Ok(None),
            Some(value) => serde_json::from_value(value)
                .map(Some)
                .map_err(|_| FieldFlaw::new("signing", "must be \"hmac\" or \"ed25519\"")),
        };
        let own = match map.remove("secret") {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(SecretString::from(text))),
            Some(_) => Err(FieldFlaw::new("secret", "must be text")),
        };
        match (signing, own) {
            (Ok(signing), Ok(own)) => Self { signing, own }.checked().map_err(|flaw| vec![flaw]),
            (signing, own) => Err(signing.err().into_iter().chain(own.err()).collect()),
        }
    }

    /// Whether what the owner brings can sign so.
    pub(crate) fn checked(self) -> Result<Self, FieldFlaw> {
        let Some(own) = &self.own else { return Ok(self) };
        if self.signing == Some(Signing::Ed25519) {
            return Err(FieldFlaw::new("secret", "must be left out: key pairs are made here"));
        }
        Key::parse(own).map_err(|wrong| FieldFlaw::new("secret", wrong))?;
        Ok(self)
    }

    /// What it comes to for a subscription that was signed so before.
    pub(crate) fn signing(&self, before: subscription::Signing) -> Signing {
        // A secret of one's own is a wish for `hmac`.
        self.signing.unwrap_or(if self.own.is_some() { Signing::Hmac } else { before.into() })
    }
}

impl SecretShown {
    pub(crate) fn of(version: &SecretVersion) -> Self {
        let public_key = version.public_key.as_ref().map(|key| key.as_str().to_owned());
        Self {
            signing: if public_key.is_some() { Signing::Ed25519 } else { Signing::Hmac },
            public_key,
            created_at: version.created_at,
            until: version.until,
        }
    }
}

impl From<subscription::Signing> for Signing {
    fn from(signing: subscription::Signing) -> Self {
        match signing {
            subscription::Signing::Hmac => Self::Hmac,
            subscription::Signing::Ed25519 => Self::Ed25519,
        }
    }
}
