//! How an endpoint does, for its owner.

use jiff::Timestamp;

use super::{BREAKING, Health};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaker {
    Closed,
    /// Nothing is sent for a while, because one attempt after another failed.
    Open,
    /// One attempt at a time finds out whether it is well again.
    HalfOpen,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub breaker: Breaker,
    /// Attempts in a row that failed.
    pub failures: u32,
    /// When that row began.
    pub failing_since: Option<Timestamp>,
    /// No attempt is made before this.
    pub held_until: Option<Timestamp>,
}

impl Breaker {
    pub fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

impl Health {
    pub fn standing(&self, now: Timestamp) -> Standing {
        let held_until = self.held_until.max(self.asked_until).filter(|until| *until > now);
        let breaker = match (self.failures >= BREAKING, held_until) {
            (false, _) => Breaker::Closed,
            (true, Some(_)) => Breaker::Open,
            (true, None) => Breaker::HalfOpen,
        };
        Standing { breaker, failures: self.failures, failing_since: self.failing_since, held_until }
    }
}
