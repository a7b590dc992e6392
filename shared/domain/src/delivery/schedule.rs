//! When an attempt that failed is made again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// When failed attempts are made again: a named schedule, or the owner's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// Standard Webhooks 1.0.0: ten attempts over some three days.
    Standard,
    /// The outgoing-webhooks contract: three retries after 1, 2 and 4 seconds.
    Seed,
    /// Seconds between one attempt and the next: one attempt more than there are gaps.
    Custom { gaps_seconds: Vec<u32> },
}

/// The longest wait that an endpoint's `Retry-After` is granted.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

impl Schedule {
    /// Seconds between attempt number `made` and the next.
    fn gap(&self, made: usize) -> Option<u64> {
        let named: &[u64] = match self {
            Self::Standard => &[5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400],
            Self::Seed => &[1, 2, 4],
            Self::Custom { gaps_seconds } => {
                return gaps_seconds.get(made.checked_sub(1)?).copied().map(u64::from);
            }
        };
        named.get(made.checked_sub(1)?).copied()
    }

    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "standard" => Some(Self::Standard),
            "seed" => Some(Self::Seed),
            _ => None,
        }
    }

    /// How long an endpoint has to answer.
    pub fn time_out(&self) -> Duration {
        match self {
            Self::Standard => Duration::from_secs(30),
            Self::Seed => Duration::from_secs(10),
            Self::Custom { .. } => Duration::from_secs(15),
        }
    }
}

/// The wait after `made` attempts: the schedule's gap with up to 20 % of `jitter` (-1 to 1), or what the endpoint asked
/// for if that is longer, a day at most. `None` when the attempts are used up.
pub fn attempt_gap(
    schedule: &Schedule,
    made: u32,
    asked_seconds: Option<u64>,
    jitter: f64,
) -> Option<Duration> {
    let gap = Duration::from_secs(schedule.gap(usize::try_from(made).ok()?)?)
        .mul_f64(1.0 + 0.2 * jitter.clamp(-1.0, 1.0));
    let asked = asked_seconds.map_or(Duration::ZERO, Duration::from_secs);
    Some(gap.max(asked).min(LONGEST.max(gap)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_schedule_ends_after_three_days() {
        let gaps: Vec<_> =
            (1..).map_while(|made| attempt_gap(&Schedule::Standard, made, None, 0.0)).collect();
        assert_eq!(gaps.len(), 9);
        assert_eq!(gaps.iter().sum::<Duration>(), Duration::from_secs(75 * 3600 + 35 * 60 + 5));
    }

    #[test]
    fn an_own_schedule_is_kept() {
        let own = Schedule::Custom { gaps_seconds: vec![3, 60] };
        let gap = |made| attempt_gap(&own, made, None, 0.0).map(|gap| gap.as_secs());
        assert_eq!([gap(0), gap(1), gap(2), gap(3)], [None, Some(3), Some(60), None]);
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        let gap = |jitter| attempt_gap(&Schedule::Standard, 2, None, jitter).expect("a gap").as_secs();
        assert_eq!((gap(-1.0), gap(0.0), gap(1.0), gap(9.0)), (240, 300, 360, 360));
    }
}
