//! One delivery's way through one queue message: due? for whom? may it go now? lease, send, log, queue the next.

use std::pin::pin;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use quartet_aws::Unavailable;
use quartet_aws::deliveries::Lease;
use quartet_domain::delivery::{Attempt, Delivery, DeliveryStatus, Next, TEMPLATE_FAILED};
use quartet_domain::endpoint::{Place, SLOW};
use quartet_domain::ids::DeliveryId;
use secrecy::SecretString;

use crate::App;
use crate::attempt::{Letter, Sent, send};
use crate::deliver::body::Prepared;
use crate::deliver::health::Entry;
use crate::recipient::Recipient;
use crate::worker::Settled;

mod body;
mod due;
mod health;

/// How long a lease outlives the attempt's own time-out: the calls before and after it.
const MARGIN: Duration = Duration::from_secs(25);

/// Works on a delivery for `holder`, the one queue message that asks for it now.
pub(crate) async fn deliver(
    app: &App,
    id: &DeliveryId,
    holder: &str,
    clock: fn() -> Timestamp,
) -> Result<Settled, Unavailable> {
    let Some(mut delivery) = app.publisher.deliveries.read(id).await? else {
        tracing::info!(delivery = %id, "no such delivery: it has expired, or was not made");
        return Ok(Settled::Done);
    };
    if delivery.status != DeliveryStatus::Pending {
        return Ok(Settled::Done);
    }
    let now = clock();
    if let Some(wait) = due::wait(&delivery, now) {
        due::queue(app, &delivery, wait).await?;
        return Ok(Settled::Done);
    }
    let recipient = Recipient::of(app, &delivery).await?;
    if matches!(recipient, Recipient::None) {
        app.publisher.deliveries.end(&delivery, DeliveryStatus::Cancelled).await?;
        tracing::info!(delivery = %id, "cancelled: its subscription is disabled or gone");
        return Ok(Settled::Done);
    }
    delivery.schedule = recipient.schedule(&delivery);
    let life = recipient.time_out(&delivery) + MARGIN;
    let has_turn = due::has_turn(&delivery, now);
    let place = match health::enter(app, &recipient, has_turn, life, now).await? {
        Entry::Open(place) => place,
        Entry::Held(least) => {
            due::put_back(app, &delivery, least, now).await?;
            return Ok(Settled::Done);
        }
        Entry::Turn(wait) => {
            due::put_off(app, &delivery, wait, true, now).await?;
            return Ok(Settled::Done);
        }
    };
    if app.publisher.deliveries.lease(&delivery, holder, now, life).await? == Lease::Held {
        // Its holder queues what follows. If it died, the lease has run out when this message comes again.
        health::leave(app, &recipient, place, now).await?;
        return Ok(Settled::ComeAgain(life));
    }
    let prepared = match body::prepare(app, &delivery, &recipient, clock()).await {
        Ok(Some(prepared)) => prepared,
        Ok(None) => {
            tracing::error!(delivery = %id, "the body is gone: there is nothing left to send");
            health::leave(app, &recipient, place, clock()).await?;
            app.publisher.deliveries.end(&delivery, DeliveryStatus::Exhausted).await?;
            return Ok(Settled::Done);
        }
        Err(error) => {
            // Nothing was sent, so neither this delivery nor its endpoint's others need wait for this attempt to end.
            let left = health::leave(app, &recipient, place, clock()).await;
            let released = app.publisher.deliveries.release(&delivery, holder).await;
            if let Err(error) = left.and(released) {
                tracing::warn!(delivery = %id, error = error.chain(), "its place and its lease end by themselves");
            }
            return Err(error);
        }
    };
    go(app, &delivery, &recipient, prepared, place, clock).await?;
    Ok(Settled::Done)
}

/// The attempt itself, and what follows from it.
async fn go(
    app: &App,
    delivery: &Delivery,
    recipient: &Recipient,
    prepared: Prepared,
    place: Option<Place>,
    clock: fn() -> Timestamp,
) -> Result<(), Unavailable> {
    let id = &delivery.id;
    let Prepared { whole, secrets, body } = prepared;
    let now = clock();
    let (sent, took) = match body {
        Some(body) => attempt(app, delivery, recipient, &secrets, body, clock).await,
        // An attempt that failed, with a class of its own.
        None => (Sent::unanswered(TEMPLATE_FAILED), Duration::ZERO),
    };
    let attempt = Attempt {
        number: delivery.attempts + 1,
        at: now,
        duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        outcome: sent.outcome,
        answer: sent.answer,
        headers: sent.headers,
    };
    let next = delivery.next(&attempt.outcome, clock(), due::jitter());
    // What was delivered must be logged even where its endpoint's health cannot be written: the next attempt tells it.
    let learnt = health::learn(app, recipient, &attempt.outcome, took, place, clock()).await;
    if let Err(error) = learnt {
        tracing::warn!(delivery = %id, error = error.chain(), "the endpoint's health is as it was");
    }
    if let Next::GiveUp(_) = next {
        body::keep(app, delivery, whole).await?;
    }
    app.publisher.deliveries.log(delivery, &attempt, next).await?;
    tell(delivery, &attempt, next);
    if let Next::RetryAt(at) = next {
        due::queue(app, delivery, due::until(at, clock())).await?;
    }
    Ok(())
}

/// Sends it, and says how long that took. One that lasts says so while it does: others of its endpoint would else be stuck
/// beside it.
async fn attempt(
    app: &App,
    delivery: &Delivery,
    recipient: &Recipient,
    secrets: &[SecretString],
    body: Vec<u8>,
    clock: fn() -> Timestamp,
) -> (Sent, Duration) {
    let headers = recipient.headers();
    let letter = Letter {
        url: recipient.url(delivery),
        id: delivery.message.as_str(),
        event_type: &delivery.event_type,
        headers: &headers,
        time_out: recipient.time_out(delivery),
        secrets,
        body,
    };
    let started = Instant::now();
    let mut sending = pin!(async { (send(&app.egress, letter, clock()).await, started.elapsed()) });
    match tokio::time::timeout(SLOW, &mut sending).await {
        Ok(sent) => sent,
        Err(_) => {
            let (sent, told) = futures::join!(sending, health::lasts(app, recipient, clock()));
            if let Err(error) = told {
                tracing::warn!(delivery = %delivery.id, error = error.chain(), "the endpoint's health is as it was");
            }
            sent
        }
    }
}

fn tell(delivery: &Delivery, attempt: &Attempt, next: Next) {
    let (id, message, number) = (&delivery.id, &delivery.message, attempt.number);
    match next {
        Next::Done => tracing::info!(delivery = %id, message_id = %message, number, "delivered"),
        Next::RetryAt(at) => {
            tracing::warn!(delivery = %id, message_id = %message, number, outcome = ?attempt.outcome, next = %at, "not delivered");
        }
        Next::GiveUp(status) => tracing::error!(
            delivery = %id, message_id = %message, number, outcome = ?attempt.outcome, status = status.word(), "given up"
        ),
    }
}
