//! Subscriptions as they are shown.

use std::collections::BTreeMap;

use jiff::Timestamp;
use quartet_domain::access::{ApiKey, Scope};
use quartet_domain::endpoint::Standing;
use quartet_domain::subscription::{State, Statistics, Subscription};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::ToSchema;

use super::payload::Payload;
use super::retry::Retry;
use super::signing::{NewKey, SecretShown, Signing};
use super::standing::{HealthShown, StatisticsShown};

const HIDDEN: &str = "[hidden]";

/// A subscription.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Webhook {
    #[schema(example = "wh_01kf0v3m9q8c7w2x5y6z4t1r0p")]
    id: String,
    url: String,
    events: Vec<String>,
    description: String,
    /// Whether it is sent anything.
    active: bool,
    /// Why it is not: `asked`, `gone` (it answered 410) or `failing`.
    disabled_reason: Option<String>,
    disabled_at: Option<Timestamp>,
    filter: Option<String>,
    template: Option<String>,
    /// Their values are `[hidden]` from keys that may only read.
    headers: BTreeMap<String, String>,
    retry: Retry,
    timeout_seconds: u32,
    rate_per_minute: Option<u32>,
    payload: Payload,
    /// How messages are signed; rotate-secret changes it.
    signing: Signing,
    /// The secrets and keys that sign, newest first, without what is secret of them.
    secrets: Vec<SecretShown>,
    /// The newest secret's text; only in the answer that made it. Private keys are never shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_key: Option<String>,
    /// Only where one subscription is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics: Option<StatisticsShown>,
    /// Only where one subscription is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    health: Option<HealthShown>,
    /// Counts changes; the `ETag` in quotes.
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// A page of subscriptions, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Webhooks {
    pub(crate) webhooks: Vec<Webhook>,
    /// Give it as `cursor` for what follows; null at the end.
    pub(crate) next_cursor: Option<String>,
}

/// Subscriptions just registered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Registered {
    pub(crate) webhooks: Vec<Webhook>,
}

/// What became of subscriptions that were to be removed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Removed {
    pub(crate) removed: Vec<String>,
    /// There were none of these ids.
    pub(crate) absent: Vec<String>,
}

impl Webhook {
    pub(crate) fn of(subscription: &Subscription, now: Timestamp) -> Self {
        let settings = subscription.settings.clone();
        let (disabled_reason, disabled_at) = match &subscription.state {
            State::Active => (None, None),
            State::Disabled { reason, at } => (Some(reason.word().to_owned()), Some(*at)),
        };
        let live = subscription.live_secrets(now);
        Self {
            id: subscription.id.to_string(),
            url: settings.url,
            events: settings.events.iter().map(ToString::to_string).collect(),
            description: settings.description,
            active: subscription.state == State::Active,
            disabled_reason,
            disabled_at,
            filter: settings.filter,
            template: settings.template,
            headers: settings.headers,
            retry: Retry::from(&settings.retry),
            timeout_seconds: settings.timeout_seconds,
            rate_per_minute: settings.rate_per_minute,
            payload: settings.payload.into(),
            signing: subscription.signing().into(),
            secrets: live.map(SecretShown::of).collect(),
            secret_key: None,
            statistics: None,
            health: None,
            version: subscription.version,
            created_at: subscription.created_at,
            updated_at: subscription.updated_at,
        }
    }

    /// With what its owner must know, this once.
    pub(crate) fn with_key(self, new: &NewKey) -> Self {
        let secret_key = new.public_key.is_none().then(|| new.text.expose_secret().to_owned());
        Self { secret_key, ..self }
    }

    pub(crate) fn with_standing(self, statistics: Statistics, standing: Standing) -> Self {
        Self { statistics: Some(statistics.into()), health: Some(standing.into()), ..self }
    }

    /// As this key may see it: what is in a header may be a credential, which who can change the address could have sent
    /// elsewhere anyway.
    pub(crate) fn seen_by(mut self, key: &ApiKey) -> Self {
        if !key.allows(Scope::Write) {
            self.headers.values_mut().for_each(|value| HIDDEN.clone_into(value));
        }
        self
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn etag(&self) -> String {
        format!("\"{}\"", self.version)
    }
}
