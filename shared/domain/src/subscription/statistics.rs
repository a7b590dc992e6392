//! What became of everything that a subscription was sent.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Counters that are exact however many workers count: each attempt adds to them in the transaction that logs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// Attempts made.
    pub attempts: u64,
    /// Attempts that were answered 2xx: messages delivered.
    pub delivered: u64,
    /// Attempts that were not.
    pub failed_attempts: u64,
    /// Messages that were given up.
    pub given_up: u64,
    pub last_delivery_at: Option<Timestamp>,
    pub last_failure_at: Option<Timestamp>,
}

impl Statistics {
    /// Attempts of a hundred that succeeded; absent before the first.
    pub fn success_rate(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a percentage of counts below 2^52")]
        let percentage = |part: u64, whole: u64| part as f64 * 100.0 / whole as f64;
        (self.attempts > 0).then(|| percentage(self.delivered, self.attempts))
    }
}
