//! A message's body: where it lies, what of it is sent, where it is kept when nobody took it.

use std::time::Duration;

use jiff::Timestamp;
use quartet_aws::Unavailable;
use quartet_domain::delivery::Delivery;
use quartet_domain::filter::Wrong;
use quartet_domain::message::{Link, shape};
use quartet_domain::subscription::PayloadMode;

use crate::App;
use crate::recipient::Recipient;

/// How long a link to a body can be used. Each attempt has one of its own.
const LINK: Duration = Duration::from_secs(3600);
const JSON: &str = "application/json";

/// The whole body; `None` when it has expired.
pub(super) async fn read(app: &App, delivery: &Delivery) -> Result<Option<Vec<u8>>, Unavailable> {
    if delivery.body_key.is_empty() {
        let message = app.publisher.messages.read(&delivery.message).await?;
        return Ok(message.map(|message| message.body.into_bytes()));
    }
    app.objects.get(&delivery.body_key).await
}

/// What the recipient is sent of it.
pub(super) async fn written(
    app: &App,
    delivery: &Delivery,
    recipient: &Recipient,
    whole: Vec<u8>,
    now: Timestamp,
) -> Result<Result<Vec<u8>, Wrong>, Unavailable> {
    let Some(one) = recipient.subscribed() else { return Ok(Ok(whole)) };
    let settings = &one.subscription.settings;
    let link = match settings.payload {
        PayloadMode::Link => Some(link(app, delivery, &whole, now).await?),
        PayloadMode::Full | PayloadMode::Thin => None,
    };
    Ok(shape(settings, whole, link.as_ref()))
}

/// A link to the whole body, which is put into the bucket for it unless it lies there.
async fn link(app: &App, delivery: &Delivery, whole: &[u8], now: Timestamp) -> Result<Link, Unavailable> {
    let key = if delivery.body_key.is_empty() {
        let key = delivery.message.object();
        app.objects.put_once(&key, whole.to_vec(), JSON).await?;
        key
    } else {
        delivery.body_key.clone()
    };
    let url = app.objects.link_to_read(&key, LINK).await?;
    Ok(Link { url, expires_at: now.checked_add(LINK).unwrap_or(now) })
}

/// Keeps the body of a message that will not be tried again.
pub(super) async fn keep(app: &App, delivery: &Delivery, body: Vec<u8>) -> Result<(), Unavailable> {
    let place = format!("undelivered/{}/{}.json", delivery.message, delivery.id);
    app.objects.put(&place, body, JSON).await
}
