//! One delivery's way through one queue message: due? for whom? may it go now? lease, send, log, queue the next.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use quartet_aws::Unavailable;
use quartet_aws::deliveries::Lease;
use quartet_domain::delivery::{Attempt, Delivery, DeliveryStatus, Next, TEMPLATE_FAILED};
use quartet_domain::endpoint::Place;
use quartet_domain::ids::DeliveryId;

use crate::App;
use crate::attempt::{Letter, Sent, send};
use crate::recipient::Recipient;
use crate::worker::Settled;

mod body;
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
    if let Some(wait) = wait(&delivery, now) {
        queue(app, &delivery, wait).await?;
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
    let place = match health::enter(app, &recipient, life, now).await? {
        Ok(place) => place,
        Err(held) => {
            queue(app, &delivery, patience(&delivery, held, now)).await?;
            return Ok(Settled::Done);
        }
    };
    if app.publisher.deliveries.lease(&delivery, holder, now, life).await? == Lease::Held {
        // Its holder queues what follows. If it died, the lease has run out when this message comes again.
        health::leave(app, &recipient, place, now).await?;
        return Ok(Settled::ComeAgain(life));
    }
    go(app, &delivery, &recipient, place, clock).await?;
    Ok(Settled::Done)
}

/// The attempt itself, and what follows from it.
async fn go(
    app: &App,
    delivery: &Delivery,
    recipient: &Recipient,
    place: Option<Place>,
    clock: fn() -> Timestamp,
) -> Result<(), Unavailable> {
    let id = &delivery.id;
    let Some(whole) = app.publisher.objects.get(&delivery.body_key).await? else {
        tracing::error!(delivery = %id, "the body is gone: there is nothing left to send");
        app.publisher.deliveries.end(delivery, DeliveryStatus::Exhausted).await?;
        return Ok(());
    };
    let now = clock();
    let started = Instant::now();
    let sent = attempt(app, delivery, recipient, whole.clone(), now).await?;
    let took = started.elapsed();
    let attempt = Attempt {
        number: delivery.attempts + 1,
        at: now,
        duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        outcome: sent.outcome,
        answer: sent.answer,
        headers: sent.headers,
    };
    let next = delivery.next(&attempt.outcome, clock(), jitter());
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
        queue(app, delivery, until(at, clock())).await?;
    }
    Ok(())
}

/// The letter, written and sent. One that cannot be written is an attempt that failed, with a class of its own.
async fn attempt(
    app: &App,
    delivery: &Delivery,
    recipient: &Recipient,
    whole: Vec<u8>,
    now: Timestamp,
) -> Result<Sent, Unavailable> {
    let secrets = recipient.secrets(app, now).await?;
    let Ok(body) = body::written(app, delivery, recipient, whole, now).await? else {
        return Ok(Sent::unanswered(TEMPLATE_FAILED));
    };
    let letter = Letter {
        url: recipient.url(delivery),
        id: delivery.message.as_str(),
        event_type: &delivery.event_type,
        headers: &recipient.headers(),
        time_out: recipient.time_out(delivery),
        secrets: &secrets,
        body,
    };
    Ok(send(&app.egress, letter, now).await)
}

/// How long until the delivery is due; `None` when it is.
fn wait(delivery: &Delivery, now: Timestamp) -> Option<Duration> {
    let wait = until(delivery.next_at?, now);
    (wait > Duration::from_secs(1)).then_some(wait)
}

fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)
}

/// How long a delivery that may not go yet stays away: what it was told, or half as long as it has waited, so that many
/// that wait for one endpoint do not keep the queue busy; and a little more, so that they do not come all at once.
fn patience(delivery: &Delivery, held: Duration, now: Timestamp) -> Duration {
    let waited = until(now, delivery.next_at.unwrap_or(delivery.created_at));
    held.max((waited / 2).min(Duration::from_secs(30))).mul_f64(1.25 + 0.25 * jitter())
}

/// Queues the delivery's id. A wait beyond SQS's limit is gone through in steps: the due time stands in the table.
async fn queue(app: &App, delivery: &Delivery, wait: Duration) -> Result<(), Unavailable> {
    // Rounded up: a message that is seen too early would only go round again.
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    app.publisher.queue.send(delivery.id.as_str(), &delivery.url_group(), Duration::from_secs(seconds)).await
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

/// -1 to 1. The randomness that a hash map is seeded with is enough to keep retries from marching in step.
fn jitter() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let drawn = u32::try_from(RandomState::new().hash_one(0_u8) >> 32).unwrap_or(0);
    f64::from(drawn) / f64::from(u32::MAX) * 2.0 - 1.0
}
