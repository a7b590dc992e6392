//! One delivery's way through one message: due? lease, send, log, queue the next.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use quartet_aws::Unavailable;
use quartet_aws::deliveries::Lease;
use quartet_domain::delivery::{Attempt, Delivery, DeliveryStatus, Next};
use quartet_domain::ids::DeliveryId;

use crate::App;
use crate::attempt::send;

/// How long a lease outlives the attempt's own time-out: the calls before and after it.
const MARGIN: Duration = Duration::from_secs(25);

/// Whether the message may leave the queue.
pub(crate) async fn deliver(
    app: &App,
    id: &DeliveryId,
    clock: fn() -> Timestamp,
) -> Result<bool, Unavailable> {
    let Some(delivery) = app.deliveries.read(id).await? else {
        tracing::warn!(delivery = %id, "no such delivery: it has expired");
        return Ok(true);
    };
    if delivery.status != DeliveryStatus::Pending {
        return Ok(true);
    }
    let now = clock();
    if let Some(wait) = wait(&delivery, now) {
        queue(app, &delivery, wait).await?;
        return Ok(true);
    }
    let life = delivery.schedule.time_out() + MARGIN;
    if app.deliveries.lease(&delivery, now, life).await? == Lease::Held {
        // Its holder queues what follows. If it died, the lease runs out before this message is seen for the last time.
        return Ok(false);
    }
    let Some(body) = app.objects.get(&delivery.body_key).await? else {
        tracing::error!(delivery = %id, "the body is gone");
        return Ok(true);
    };
    let secret = app.secret.current().await?;
    let started = Instant::now();
    let sent = send(&app.http, &delivery, &secret, body.clone(), now).await;
    let attempt = Attempt {
        number: delivery.attempts + 1,
        at: now,
        duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        outcome: sent.outcome,
        answer: sent.answer,
    };
    let next = delivery.next(&attempt.outcome, clock(), jitter());
    if let Next::GiveUp(_) = next {
        keep(app, &delivery, body).await?;
    }
    app.deliveries.log(&delivery, &attempt, next).await?;
    tell(&delivery, &attempt, next);
    if let Next::RetryAt(at) = next {
        queue(app, &delivery, until(at, clock())).await?;
    }
    Ok(true)
}

/// How long until the delivery is due; `None` when it is.
fn wait(delivery: &Delivery, now: Timestamp) -> Option<Duration> {
    let wait = until(delivery.next_at?, now);
    (wait > Duration::from_secs(1)).then_some(wait)
}

fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)
}

/// Queues the delivery's id. A wait beyond SQS's limit is gone through in steps: the due time stands in the table.
async fn queue(app: &App, delivery: &Delivery, wait: Duration) -> Result<(), Unavailable> {
    // Rounded up: a message that is seen too early would only go round again.
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    app.queue.send(delivery.id.as_str(), &delivery.url_group(), Duration::from_secs(seconds)).await
}

/// Keeps the body of a message that will not be tried again.
async fn keep(app: &App, delivery: &Delivery, body: Vec<u8>) -> Result<(), Unavailable> {
    let place = format!("undelivered/{}/{}.json", delivery.message, delivery.id);
    app.objects.put(&place, body, "application/json").await
}

fn tell(delivery: &Delivery, attempt: &Attempt, next: Next) {
    let (id, message, number) = (&delivery.id, &delivery.message, attempt.number);
    match next {
        Next::Done => tracing::info!(delivery = %id, %message, number, "delivered"),
        Next::RetryAt(at) => {
            tracing::warn!(delivery = %id, %message, number, outcome = ?attempt.outcome, next = %at, "not delivered");
        }
        Next::GiveUp(status) => tracing::error!(
            delivery = %id, %message, number, outcome = ?attempt.outcome, status = status.word(), "given up"
        ),
    }
}

/// -1 to 1. The randomness that a hash map is seeded with is enough to keep retries from marching in step.
fn jitter() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let drawn = u32::try_from(RandomState::new().hash_one(0_u8) >> 32).unwrap_or(0);
    f64::from(drawn) / f64::from(u32::MAX) * 2.0 - 1.0
}
