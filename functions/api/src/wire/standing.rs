//! What became of a subscription's deliveries, and how its endpoint does.

use jiff::Timestamp;
use quartet_domain::endpoint::Standing;
use quartet_domain::subscription::Statistics;
use serde::Serialize;
use utoipa::ToSchema;

/// What became of everything that was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatisticsShown {
    /// Attempts made.
    attempts: u64,
    /// Deliveries that got through; one that was sent again counts again.
    delivered: u64,
    failed_attempts: u64,
    /// Deliveries given up; as often as they were.
    given_up: u64,
    /// Attempts of a hundred that succeeded.
    success_rate: Option<f64>,
    last_delivery_at: Option<Timestamp>,
    last_failure_at: Option<Timestamp>,
}

/// How the endpoint does, as all who send to it know it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthShown {
    /// `closed`; `open` after five failures in a row, for half a minute; then `half_open`, while one attempt at a time is
    /// made, until one succeeds.
    breaker: String,
    failures_in_a_row: u32,
    /// When that row began; after five days of it the webhook is disabled as `failing`.
    failing_since: Option<Timestamp>,
    /// No attempt is made before this: the breaker is open, or the endpoint asked for it.
    held_until: Option<Timestamp>,
}

impl From<Statistics> for StatisticsShown {
    fn from(statistics: Statistics) -> Self {
        Self {
            attempts: statistics.attempts,
            delivered: statistics.delivered,
            failed_attempts: statistics.failed_attempts,
            given_up: statistics.given_up,
            success_rate: statistics.success_rate(),
            last_delivery_at: statistics.last_delivery_at,
            last_failure_at: statistics.last_failure_at,
        }
    }
}

impl From<Standing> for HealthShown {
    fn from(standing: Standing) -> Self {
        Self {
            breaker: standing.breaker.word().to_owned(),
            failures_in_a_row: standing.failures,
            failing_since: standing.failing_since,
            held_until: standing.held_until,
        }
    }
}
