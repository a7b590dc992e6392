//! A message's body: what of it is sent and signed with what, and where it is kept when nobody took it.

use std::time::Duration;

use jiff::Timestamp;
use quartet_aws::Unavailable;
use quartet_domain::delivery::Delivery;
use quartet_domain::filter::Wrong;
use quartet_domain::message::{Link, shape};
use quartet_domain::subscription::PayloadMode;
use secrecy::SecretString;

use crate::App;
use crate::recipient::Recipient;

/// How long a link to a body can be used. Each attempt has one of its own.
const LINK: Duration = Duration::from_secs(3600);

/// All that an attempt needs of AWS.
pub(super) struct Prepared {
    /// The whole body.
    pub(super) whole: Vec<u8>,
    /// All that sign, newest first.
    pub(super) secrets: Vec<SecretString>,
    /// What is sent of it; nothing where it cannot be written.
    pub(super) body: Option<Vec<u8>>,
}

/// `None` where the body is gone.
pub(super) async fn prepare(
    app: &App,
    delivery: &Delivery,
    recipient: &Recipient,
    now: Timestamp,
) -> Result<Option<Prepared>, Unavailable> {
    let Some(whole) = app.publisher.objects.get(&delivery.body_key).await? else { return Ok(None) };
    let secrets = recipient.secrets(app, now).await?;
    let body = written(app, delivery, recipient, whole.clone(), now).await?.ok();
    Ok(Some(Prepared { whole, secrets, body }))
}

/// What the recipient is sent of it.
async fn written(
    app: &App,
    delivery: &Delivery,
    recipient: &Recipient,
    whole: Vec<u8>,
    now: Timestamp,
) -> Result<Result<Vec<u8>, Wrong>, Unavailable> {
    let Some(one) = recipient.subscribed() else { return Ok(Ok(whole)) };
    let settings = &one.subscription.settings;
    let link = match settings.payload {
        PayloadMode::Link => Some(link(app, delivery, now).await?),
        PayloadMode::Full | PayloadMode::Thin => None,
    };
    Ok(shape(settings, whole, link.as_ref()))
}

async fn link(app: &App, delivery: &Delivery, now: Timestamp) -> Result<Link, Unavailable> {
    let url = app.publisher.objects.link_to_read(&delivery.body_key, LINK).await?;
    Ok(Link { url, expires_at: now.checked_add(LINK).unwrap_or(now) })
}

/// Keeps the body of a message that will not be tried again.
pub(super) async fn keep(app: &App, delivery: &Delivery, body: Vec<u8>) -> Result<(), Unavailable> {
    let place = format!("undelivered/{}/{}.json", delivery.message, delivery.id);
    app.publisher.objects.put(&place, body, "application/json").await
}
