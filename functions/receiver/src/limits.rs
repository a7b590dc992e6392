//! How fast one repository may make work, and how often one address may fail.
//!
//! A verified event over its repository's rate is still taken, and waits in the queue: turning it away would lose it for
//! ever, because GitHub does not send it again. Only callers whose signatures fail are turned away.
//!
//! Each execution environment counts for itself: an exact count would cost every event a call. Under load that lets as
//! many times the rate through as there are environments; the queue's concurrency limit bounds the work all the same.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// Events of one repository: 10 a second, 20 at once.
const EVENTS: Rate = Rate { gap_ms: 100, burst: 20 };
/// Failed signatures from one address: 10 a second, 20 at once.
const FAILURES: Rate = Rate { gap_ms: 100, burst: 20 };
/// Names that are remembered at once. Over it the map starts afresh: a flood of names must not become a flood of memory.
const MOST: usize = 4096;

#[derive(Clone, Copy, Debug)]
struct Rate {
    gap_ms: i64,
    burst: i64,
}

/// Generic cell rate algorithm: for each name, the time when its bucket is full again, in milliseconds.
#[derive(Debug, Default)]
pub struct Limits {
    seed: RandomState,
    due: Mutex<HashMap<u64, i64>>,
}

impl Limits {
    /// How long an event of this repository must wait in the queue.
    pub fn delay(&self, repository: u64, now: Timestamp) -> Duration {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let name = self.seed.hash_one(("repository", repository));
        Duration::from_millis(take(&mut due, name, EVENTS, now.as_millisecond()))
    }

    /// Seconds to wait, if `address` has failed too often.
    pub fn refusal(&self, address: &str, now: Timestamp) -> Option<u64> {
        let due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let ahead = due.get(&self.failures_of(address))?
            - now.as_millisecond()
            - FAILURES.gap_ms * (FAILURES.burst - 1);
        (ahead > 0).then(|| ahead.unsigned_abs().div_ceil(1000))
    }

    /// Counts a failed signature from `address`.
    pub fn failed(&self, address: &str, now: Timestamp) {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        take(&mut due, self.failures_of(address), FAILURES, now.as_millisecond());
    }

    fn failures_of(&self, address: &str) -> u64 {
        self.seed.hash_one(("failures", address))
    }
}

/// Takes one token and says how long to wait for it, in milliseconds.
fn take(due: &mut HashMap<u64, i64>, name: u64, rate: Rate, now: i64) -> u64 {
    if due.len() >= MOST && !due.contains_key(&name) {
        due.clear();
    }
    let full_at = due.entry(name).or_insert(now);
    *full_at = (*full_at).max(now) + rate.gap_ms;
    u64::try_from(*full_at - now - rate.gap_ms * rate.burst).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).expect("a time")
    }

    #[test]
    fn a_burst_passes_and_the_rest_waits() {
        let limits = Limits::default();
        let waits: Vec<_> = (0..23).map(|_| limits.delay(7, at(0)).as_millis()).collect();
        assert!(waits[..20].iter().all(|&wait| wait == 0));
        assert_eq!(waits[20..], [100, 200, 300]);
        assert_eq!(limits.delay(8, at(0)), Duration::ZERO, "another repository does not wait");
        assert_eq!(limits.delay(7, at(60_000)), Duration::ZERO, "the bucket fills again");
    }

    #[test]
    fn an_address_is_turned_away_only_after_a_burst_of_failures() {
        let limits = Limits::default();
        for _ in 0..19 {
            limits.failed("192.0.2.1", at(0));
            assert_eq!(limits.refusal("192.0.2.1", at(0)), None);
        }
        limits.failed("192.0.2.1", at(0));
        assert_eq!(limits.refusal("192.0.2.1", at(0)), Some(1));
        assert_eq!(limits.refusal("192.0.2.2", at(0)), None);
        assert_eq!(limits.refusal("192.0.2.1", at(5_000)), None);
    }

    #[test]
    fn memory_is_bounded() {
        let limits = Limits::default();
        for name in 0..20_000 {
            limits.delay(name, at(0));
        }
        assert!(limits.due.lock().expect("no panic before").len() <= MOST);
    }
}
