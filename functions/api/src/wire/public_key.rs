//! Public keys as everybody may read them: a JSON Web Key Set (RFC 7517, RFC 8037).

use jiff::Timestamp;
use quartet_domain::subscription::PublishedKey;
use serde::Serialize;
use utoipa::ToSchema;

/// The keys that sign, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PublicKeys {
    pub(crate) keys: Vec<PublicKeyShown>,
}

/// One key, in both forms that receivers read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PublicKeyShown {
    #[schema(example = "OKP")]
    kty: &'static str,
    #[schema(example = "Ed25519")]
    crv: &'static str,
    #[schema(example = "EdDSA")]
    alg: &'static str,
    #[schema(example = "sig")]
    r#use: &'static str,
    /// The key's RFC 7638 thumbprint.
    kid: String,
    /// Base64url without padding.
    x: String,
    /// The same as Standard Webhooks writes it.
    #[schema(example = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=")]
    public_key: String,
    created_at: Timestamp,
    /// After this it signs no more.
    until: Option<Timestamp>,
}

impl PublicKeys {
    /// Those that sign at `now`.
    pub(crate) fn of(keys: Vec<PublishedKey>, now: Timestamp) -> Self {
        let live = keys.into_iter().filter(|key| key.until.is_none_or(|until| until > now));
        Self { keys: live.map(PublicKeyShown::of).collect() }
    }
}

impl PublicKeyShown {
    fn of(key: PublishedKey) -> Self {
        Self {
            kty: "OKP",
            crv: "Ed25519",
            alg: "EdDSA",
            r#use: "sig",
            kid: key.public_key.thumbprint(),
            x: key.public_key.x(),
            public_key: key.public_key.as_str().to_owned(),
            created_at: key.created_at,
            until: key.until,
        }
    }
}
