//! How often a caller may ask: the generic cell rate algorithm, whose whole state is one time.
//!
//! The state is "when the bucket is full again". It lives in the table, so every step is a condition that the table can
//! check and a number that it can set or add: that is what makes the limit exact over any number of processes.

/// One token every `gap_ms`, at most `burst` at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub gap_ms: i64,
    pub burst: i64,
}

/// 100 a minute, 50 at once: what an API key may ask.
pub const API_KEY: Rate = Rate { gap_ms: 600, burst: 50 };

/// What a caller has left, for the `RateLimit-*` headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Requests that may be made at once.
    pub limit: i64,
    /// Requests that may still be made at once.
    pub remaining: i64,
    /// Seconds until `limit` may be made at once again.
    pub reset_seconds: i64,
    /// Seconds until the next request is answered; 0 where one may be made now.
    pub retry_after_seconds: i64,
}

impl Rate {
    /// The latest state under which a request at `now_ms` is granted.
    pub fn latest(self, now_ms: i64) -> i64 {
        now_ms + self.gap_ms * (self.burst - 1)
    }

    /// What is left in state `full_at_ms`.
    pub fn allowance(self, full_at_ms: i64, now_ms: i64) -> Allowance {
        let ahead = (full_at_ms - now_ms).max(0);
        let used = (ahead + self.gap_ms - 1) / self.gap_ms;
        let wait = (full_at_ms - self.latest(now_ms)).max(0);
        Allowance {
            limit: self.burst,
            remaining: (self.burst - used).max(0),
            reset_seconds: (ahead + 999) / 1000,
            retry_after_seconds: (wait + 999) / 1000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The algorithm as the table runs it.
    fn ask(full_at: &mut i64, now: i64) -> bool {
        if *full_at > API_KEY.latest(now) {
            return false;
        }
        *full_at = (*full_at).max(now) + API_KEY.gap_ms;
        true
    }

    #[test]
    fn fifty_at_once_then_a_hundred_a_minute() {
        let mut full_at = 0;
        let at_once = (0..80).filter(|_| ask(&mut full_at, 1_000_000)).count();
        assert_eq!(at_once, 50);
        let allowance = API_KEY.allowance(full_at, 1_000_000);
        assert_eq!((allowance.remaining, allowance.reset_seconds, allowance.retry_after_seconds), (0, 30, 1));
        let in_the_next_minute = (1..=60_000).filter(|ms| ask(&mut full_at, 1_000_000 + ms)).count();
        assert_eq!(in_the_next_minute, 100);
    }

    #[test]
    fn an_idle_caller_has_everything() {
        let allowance = API_KEY.allowance(5, 1_000_000);
        assert_eq!(
            allowance,
            Allowance { limit: 50, remaining: 50, reset_seconds: 0, retry_after_seconds: 0 }
        );
    }
}
