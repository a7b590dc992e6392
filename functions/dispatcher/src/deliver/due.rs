//! When a delivery goes: its due time stands in the table, its id in the queue until then.

use std::time::Duration;

use jiff::Timestamp;
use quartet_aws::Unavailable;
use quartet_domain::delivery::Delivery;

use crate::App;

/// A delivery that is held for so long has a new due time.
const LONG: Duration = Duration::from_secs(5);
/// One that comes so late has lost its turn: not because the queue was busy, but because its endpoint had no place.
const LATE: Duration = Duration::from_secs(60);

/// How long until the delivery is due; `None` when it is.
pub(super) fn wait(delivery: &Delivery, now: Timestamp) -> Option<Duration> {
    let wait = until(delivery.next_at?, now);
    (wait > Duration::from_secs(1)).then_some(wait)
}

pub(super) fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)
}

/// How long a delivery that may not go yet stays away: what it was told, or half as long as it has waited, so that many
/// that wait for one endpoint do not keep the queue busy; and a little more, so that they do not come all at once.
fn patience(delivery: &Delivery, held: Duration, now: Timestamp) -> Duration {
    let waited = until(now, delivery.next_at.unwrap_or(delivery.created_at));
    held.max((waited / 2).min(Duration::from_secs(30))).mul_f64(1.25 + 0.25 * jitter())
}

/// Whether its turn under its subscription's rate has come. One that passed is lost: many that had one would else come at
/// once.
pub(super) fn has_turn(delivery: &Delivery, now: Timestamp) -> bool {
    delivery.has_turn && delivery.next_at.is_some_and(|at| until(now, at) <= LATE)
}

/// Puts back a delivery that may not go for at least so long. Where that is for long, its owner sees it.
pub(super) async fn put_back(
    app: &App,
    delivery: &Delivery,
    least: Duration,
    now: Timestamp,
) -> Result<(), Unavailable> {
    let wait = patience(delivery, least, now);
    if least >= LONG {
        put_off(app, delivery, wait, false, now).await
    } else {
        queue(app, delivery, wait).await
    }
}

/// Puts a delivery back and moves its due time; whether that is its turn is kept with it.
pub(super) async fn put_off(
    app: &App,
    delivery: &Delivery,
    wait: Duration,
    is_turn: bool,
    now: Timestamp,
) -> Result<(), Unavailable> {
    let at = now.checked_add(wait).unwrap_or(Timestamp::MAX);
    app.publisher.deliveries.put_off(delivery, at, is_turn).await?;
    queue(app, delivery, wait).await
}

/// Queues the delivery's id. A wait beyond SQS's limit is gone through in steps: the due time stands in the table.
pub(super) async fn queue(app: &App, delivery: &Delivery, wait: Duration) -> Result<(), Unavailable> {
    // Rounded up: a message that is seen too early would only go round again.
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    app.publisher.queue.send(delivery.id.as_str(), &delivery.url_group(), Duration::from_secs(seconds)).await
}

/// -1 to 1. The randomness that a hash map is seeded with is enough to keep retries from marching in step.
pub(super) fn jitter() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let drawn = u32::try_from(RandomState::new().hash_one(0_u8) >> 32).unwrap_or(0);
    f64::from(drawn) / f64::from(u32::MAX) * 2.0 - 1.0
}
