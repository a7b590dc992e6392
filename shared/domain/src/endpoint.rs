//! How an endpoint does, and what follows for the next attempt at it: go, or wait.
//!
//! The state is shared by all workers, so that they open one breaker, not one each. Invariant: while an endpoint answers
//! well and fast nothing changes, so its health costs a read and no write. Waiting is not an attempt: it counts nowhere.

mod standing;
#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::standing::{Breaker, Standing};
use crate::delivery::Outcome;
use crate::rate::Rate;
use crate::subscription::DisabledReason;

/// Failures in a row that open the breaker.
const BREAKING: u32 = 5;
/// How long it stays open; then one attempt at a time probes.
const OPEN: Duration = Duration::from_secs(30);
/// An answer that takes longer makes an endpoint slow.
pub const SLOW: Duration = Duration::from_secs(3);
/// Attempts under way at once at an endpoint that is not known to be well and fast.
const UNPROVEN_AT_ONCE: usize = 5;
/// How soon a delivery that found no free place looks again, at the soonest.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// The shortest and the longest wait between attempts at an endpoint that asks to be spared, in milliseconds.
const PACE_MS: (i64, i64) = (1000, 60_000);
/// The longest that an endpoint's `Retry-After` holds back its other deliveries.
const LONGEST_HOLD: Duration = Duration::from_secs(3600);
/// How far ahead turns under a limit are given away: a limit that is changed counts for all after this.
const FARTHEST_TURN: Duration = Duration::from_secs(900);
/// An endpoint at which nothing got through for so long is disabled.
const FAILING: Duration = Duration::from_secs(5 * 86_400);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Attempts in a row that failed.
    #[serde(default)]
    failures: u32,
    /// When that row began.
    #[serde(default)]
    failing_since: Option<Timestamp>,
    /// No attempt is made before this: the breaker is open, or the pace asks for it.
    #[serde(default)]
    held_until: Option<Timestamp>,
    /// Nor before this: the endpoint said so, and an answer to an earlier attempt does not unsay it.
    #[serde(default)]
    asked_until: Option<Timestamp>,
    /// The wait between attempts that it asked for by its answers; 0 for none.
    #[serde(default)]
    pace_ms: i64,
    /// Whether it answered well and fast when it was last seen.
    #[serde(default)]
    proven: bool,
    /// When each attempt under way is over at the latest; counted only while the endpoint is not proven.
    #[serde(default)]
    under_way: Vec<Timestamp>,
    /// The state of its rate limit, as [`Rate`] has it.
    #[serde(default)]
    full_at_ms: i64,
}

/// What an attempt asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// The owner's limit.
    pub rate_per_minute: Option<u32>,
    /// A turn under that limit was taken before, and has come.
    pub has_turn: bool,
    /// How long the attempt can last at most.
    pub life: Duration,
}

/// A place among the attempts under way; handed back with what came of the attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(Option<Timestamp>);

impl Place {
    /// Whether it stands in the endpoint's health, and must be given back.
    pub fn is_taken(self) -> bool {
        self.0.is_some()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permit {
    /// Make the attempt; where there is a new health, once it is written.
    Go(Place, Option<Health>),
    /// Put the delivery back for at least so long.
    Wait(Duration),
    /// Its turn comes then, once the new health is written. Each that waits has a turn of its own, so that as many get through
    /// as may.
    Turn(Duration, Health),
}

impl Health {
    /// Whether an attempt may be made at `now`.
    pub fn permit(&self, wish: Wish, now: Timestamp) -> Permit {
        if let Some(wait) = self.held_until.max(self.asked_until).and_then(|until| wait(until, now)) {
            return Permit::Wait(wait);
        }
        let mut next = self.clone();
        let probing = self.failures >= BREAKING;
        let mut place = Place(None);
        if probing || !self.proven {
            next.under_way.retain(|end| *end > now);
            if next.under_way.len() >= if probing { 1 } else { UNPROVEN_AT_ONCE } {
                return Permit::Wait(LOOK_AGAIN);
            }
            let end = later(now, wish.life);
            next.under_way.push(end);
            place = Place(Some(end));
        }
        if let Some(rate) = wish.rate_per_minute.filter(|_| !wish.has_turn).map(rate) {
            let now_ms = now.as_millisecond();
            let full_at_ms = self.full_at_ms.max(now_ms) + rate.gap_ms;
            if let Ok(wait @ 1..) = u64::try_from(self.full_at_ms - rate.latest(now_ms)) {
                let wait = Duration::from_millis(wait);
                if wait > FARTHEST_TURN {
                    return Permit::Wait(FARTHEST_TURN / 2);
                }
                return Permit::Turn(wait, Self { full_at_ms, ..self.clone() });
            }
            next.full_at_ms = full_at_ms;
        }
        if let Ok(pace @ 1..) = u64::try_from(self.pace_ms) {
            next.held_until = Some(later(now, Duration::from_millis(pace)));
        }
        Permit::Go(place, (next != *self).then_some(next))
    }

    /// The health after an attempt, and why the endpoint is to be disabled, if it is.
    pub fn after(
        &self,
        outcome: &Outcome,
        took: Duration,
        place: Place,
        now: Timestamp,
    ) -> (Self, Option<DisabledReason>) {
        let mut next = self.clone();
        next.leave(place);
        let (status, asked) = match outcome {
            Outcome::Answered { status, retry_after_seconds } => (*status, *retry_after_seconds),
            Outcome::Unanswered(_) => (0, None),
        };
        match status {
            200..=299 => {
                next.succeed(took);
                return (next, None);
            }
            // Whoever enables it again has mended it: it starts with a clean record.
            410 => return (Self::default(), Some(DisabledReason::Gone)),
            _ => {}
        }
        next.proven = false;
        next.failures = self.failures.saturating_add(1);
        let since = *next.failing_since.get_or_insert(now);
        // One failure now and one long ago, with nothing to send between, say little.
        if next.failures >= BREAKING && now.duration_since(since).unsigned_abs() >= FAILING {
            return (Self::default(), Some(DisabledReason::Failing));
        }
        if next.failures >= BREAKING {
            next.hold(now, OPEN);
        }
        if matches!(status, 429 | 502 | 504) {
            next.pace_ms = (self.pace_ms * 2).clamp(PACE_MS.0, PACE_MS.1);
            next.hold(now, Duration::from_millis(u64::try_from(next.pace_ms).unwrap_or(0)));
        }
        if let Some(seconds) = asked {
            let asked = later(now, Duration::from_secs(seconds).min(LONGEST_HOLD));
            next.asked_until = next.asked_until.max(Some(asked));
        }
        (next, None)
    }

    /// The health while an attempt has no answer for longer than an endpoint that is well takes: what follows has few places,
    /// so that one that hangs does not keep the workers.
    pub fn waiting(&self) -> Self {
        Self { proven: false, ..self.clone() }
    }

    /// Gives the place of an attempt back that was not made.
    pub fn without(&self, place: Place) -> Self {
        let mut next = self.clone();
        next.leave(place);
        next
    }

    fn leave(&mut self, place: Place) {
        let found = place.0.and_then(|end| self.under_way.iter().position(|one| *one == end));
        if let Some(found) = found {
            self.under_way.swap_remove(found);
        }
    }

    fn succeed(&mut self, took: Duration) {
        self.failures = 0;
        self.failing_since = None;
        self.pace_ms /= 2;
        if self.pace_ms < PACE_MS.0 / 2 {
            self.pace_ms = 0;
            self.held_until = None;
        }
        self.proven = took < SLOW;
        if self.proven {
            self.under_way.clear();
        }
    }

    fn hold(&mut self, now: Timestamp, time: Duration) {
        self.held_until = self.held_until.max(Some(later(now, time)));
    }
}

/// A tenth of a minute's attempts at once, and no more of the others than leave as many as are allowed in any minute.
fn rate(per_minute: u32) -> Rate {
    let per_minute = i64::from(per_minute.max(1));
    let burst = (per_minute / 10).max(1);
    let others = per_minute - burst + 1;
    Rate { gap_ms: (60_000 + others - 1) / others, burst }
}

fn later(now: Timestamp, time: Duration) -> Timestamp {
    now.checked_add(time).unwrap_or(Timestamp::MAX)
}

fn wait(until: Timestamp, now: Timestamp) -> Option<Duration> {
    Duration::try_from(until.duration_since(now)).ok().filter(|wait| !wait.is_zero())
}
