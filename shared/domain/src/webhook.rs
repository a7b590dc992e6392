//! From bytes that anyone may have sent to an event that we believe.
//!
//! Invariant: a [`VerifiedEvent`] exists only if its body carries a genuine signature, because nothing but
//! [`RawWebhook::verify`] can make one. Nothing of the body is read before that.

use secrecy::SecretString;

use crate::ids::EventId;
use crate::repository::Provider;
use crate::signature;

/// A webhook as it came.
#[derive(Clone, Copy, Debug)]
pub struct RawWebhook<'a> {
    pub provider: Provider,
    /// The connection that the path, not the body, points to.
    pub connection: &'a str,
    pub event_type: &'a str,
    pub delivery_id: &'a str,
    pub signature: &'a str,
    pub body: &'a [u8],
}

/// The same webhook, proved genuine.
#[derive(Clone, Debug)]
pub struct VerifiedEvent<'a> {
    raw: RawWebhook<'a>,
    id: EventId,
}

/// The signature fits none of the connection's live secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not match")]
pub struct Forged;

impl<'a> RawWebhook<'a> {
    /// No secret means refused: a deployment without one accepts nothing.
    pub fn verify(self, secrets: &[SecretString]) -> Result<VerifiedEvent<'a>, Forged> {
        let genuine = match self.provider {
            Provider::GitHub => signature::github(secrets, self.signature, self.body),
        };
        if !genuine {
            return Err(Forged);
        }
        let id = EventId::of(self.connection, self.event_type, self.body);
        Ok(VerifiedEvent { raw: self, id })
    }
}

impl<'a> VerifiedEvent<'a> {
    pub fn id(&self) -> &EventId {
        &self.id
    }

    pub fn provider(&self) -> Provider {
        self.raw.provider
    }

    pub fn connection(&self) -> &'a str {
        self.raw.connection
    }

    pub fn event_type(&self) -> &'a str {
        self.raw.event_type
    }

    pub fn delivery_id(&self) -> &'a str {
        self.raw.delivery_id
    }

    pub fn body(&self) -> &'a [u8] {
        self.raw.body
    }
}
