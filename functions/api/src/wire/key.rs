//! API keys: asked for, and shown.

use jiff::Timestamp;
use quartet_domain::access::{ApiKey, Scope};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::body::Form;
use crate::page::TIME;

/// A key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    /// For people.
    #[schema(value_type = String, required, min_length = 1, max_length = 100, example = "dashboard")]
    pub(crate) name: Option<String>,
    /// What it may do; each includes those before it.
    #[schema(value_type = Vec<ScopeWord>, required, min_items = 1, max_items = 3)]
    pub(crate) scopes: Option<Vec<ScopeWord>>,
    /// Whose records it sees: lower-case letters, digits and hyphens. Yours by default; only the deployment's key may
    /// name another.
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9-]{1,40}$")]
    pub(crate) owner: Option<String>,
    /// After this it opens nothing.
    pub(crate) expires_at: Option<Timestamp>,
}

impl Form for NewKey {
    const FIELDS: &'static [(&'static str, &'static str)] = &[
        ("name", "must be text"),
        ("scopes", "must be a list of read, write and admin"),
        ("owner", "must be text: 1 to 40 of a-z, 0-9, -"),
        ("expires_at", TIME),
    ];
    const INSIDE: &'static [(&'static str, &'static str)] = &[("scopes[]", "must be read, write or admin")];
}

/// What a key may do.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ScopeWord {
    Read,
    Write,
    Admin,
}

/// A key, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyShown {
    #[schema(example = "key_01kf0v3m9q8c7w2x5y6z4t1r0p")]
    id: String,
    name: String,
    owner: String,
    scopes: Vec<ScopeWord>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    /// The key itself; only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

/// Every key of an owner, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeysShown {
    pub(crate) keys: Vec<KeyShown>,
}

impl KeyShown {
    pub(crate) fn of(key: &ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name.clone(),
            owner: key.owner.to_string(),
            scopes: key.scopes.iter().copied().map(ScopeWord::from).collect(),
            created_at: key.created_at,
            expires_at: key.expires_at,
            key: None,
        }
    }

    pub(crate) fn with_text(self, text: &SecretString) -> Self {
        Self { key: Some(text.expose_secret().to_owned()), ..self }
    }
}

impl From<Scope> for ScopeWord {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Read => Self::Read,
            Scope::Write => Self::Write,
            Scope::Admin => Self::Admin,
        }
    }
}

impl From<ScopeWord> for Scope {
    fn from(word: ScopeWord) -> Self {
        match word {
            ScopeWord::Read => Self::Read,
            ScopeWord::Write => Self::Write,
            ScopeWord::Admin => Self::Admin,
        }
    }
}
