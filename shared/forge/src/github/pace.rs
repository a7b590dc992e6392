//! When to repeat a request, when to wait, when to stop.
//!
//! GitHub answers 403 or 429 when we are too fast: obey `retry-after`, else wait until `x-ratelimit-reset` when nothing
//! remains, else at least a minute (docs.github.com, "Rate limits for the REST API"). A refused request did nothing, so
//! any may be repeated; one without a clear answer only if doing it twice is harmless. Pure: time is in the answer.

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822};
use reqwest::header::HeaderMap;

/// How often one call may be sent.
const ATTEMPTS: u32 = 4;
/// The longest single wait, and all waits of one call: beyond, the caller does better to come back.
const PATIENCE: Duration = Duration::from_secs(5);
const PATIENCE_IN_ALL: Duration = Duration::from_secs(10);
/// What GitHub asks for when it does not say how long.
const UNSAID: Duration = Duration::from_secs(60);

/// Whether sending the request again, after it may have worked, is harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    Harmless,
    Harmful,
}

/// What came back, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Status(u16),
    /// Refused for speed, with the time to wait.
    TooFast(Duration),
    /// The connection was never made.
    Unsent,
    /// Sent, and then silence.
    Silence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Take the answer as it is, good or bad.
    Take,
    /// Send it again after this long (before jitter).
    Wait(Duration),
    /// Give the caller this time to wait.
    TellToWait(Duration),
}

/// `attempt` counts from 1; `waited` is the sum of the waits so far.
pub(super) fn next(seen: Seen, again: Again, attempt: u32, waited: Duration) -> Next {
    let pause = match seen {
        Seen::TooFast(pause) => pause,
        Seen::Unsent => back_off(attempt),
        Seen::Silence | Seen::Status(500..) if again == Again::Harmless => back_off(attempt),
        Seen::Silence | Seen::Status(_) => return Next::Take,
    };
    if attempt < ATTEMPTS && pause <= PATIENCE && waited + pause <= PATIENCE_IN_ALL {
        return Next::Wait(pause);
    }
    match seen {
        Seen::TooFast(pause) => Next::TellToWait(pause),
        Seen::Status(_) | Seen::Unsent | Seen::Silence => Next::Take,
    }
}

fn back_off(attempt: u32) -> Duration {
    Duration::from_millis(200) * 2u32.pow(attempt.min(8) - 1)
}

/// Reads whether an answer means "too fast". `says_limit` is what the body says, for a 403 with no header at all.
pub(super) fn too_fast(status: u16, headers: &HeaderMap, says_limit: bool) -> Option<Duration> {
    if !matches!(status, 403 | 429) {
        return None;
    }
    if let Some(pause) = retry_after(headers) {
        return Some(pause);
    }
    if let Some(pause) = exhausted(headers) {
        return Some(pause);
    }
    (status == 429 || says_limit).then_some(UNSAID)
}

/// The time until the limit is lifted, when an answer, even a good one, says that nothing remains.
pub(super) fn exhausted(headers: &HeaderMap) -> Option<Duration> {
    if number(headers, "x-ratelimit-remaining")? > 0 {
        return None;
    }
    let reset = number(headers, "x-ratelimit-reset")?;
    Some(date(headers, "date").map_or(UNSAID, |now| seconds(reset.saturating_sub(now).max(1))))
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    if let Some(pause) = number(headers, "retry-after") {
        return Some(seconds(pause));
    }
    Some(seconds(date(headers, "retry-after")? - date(headers, "date")?))
}

fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

fn date(headers: &HeaderMap, name: &str) -> Option<i64> {
    let text = headers.get(name)?.to_str().ok()?;
    let zoned = rfc2822::DateTimeParser::new().parse_zoned(text).ok()?;
    Some(Timestamp::from(zoned).as_second())
}

fn seconds(count: i64) -> Duration {
    Duration::from_secs(u64::try_from(count).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_next() {
        #[track_caller]
        fn check(seen: Seen, again: Again, attempt: u32, waited_s: u64, expected: Next) {
            assert_eq!(next(seen, again, attempt, Duration::from_secs(waited_s)), expected);
        }
        use Again::{Harmful, Harmless};
        let (short, long) = (Duration::from_secs(2), Duration::from_secs(60));
        check(Seen::Status(200), Harmless, 1, 0, Next::Take);
        check(Seen::Status(404), Harmless, 1, 0, Next::Take);
        check(Seen::Status(502), Harmless, 1, 0, Next::Wait(Duration::from_millis(200)));
        check(Seen::Status(502), Harmless, 3, 1, Next::Wait(Duration::from_millis(800)));
        check(Seen::Status(502), Harmless, 4, 1, Next::Take);
        check(Seen::Status(502), Harmful, 1, 0, Next::Take);
        check(Seen::Silence, Harmless, 1, 0, Next::Wait(Duration::from_millis(200)));
        check(Seen::Silence, Harmful, 1, 0, Next::Take);
        check(Seen::Unsent, Harmful, 1, 0, Next::Wait(Duration::from_millis(200)));
        check(Seen::TooFast(short), Harmful, 1, 0, Next::Wait(short));
        check(Seen::TooFast(short), Harmful, 2, 9, Next::TellToWait(short));
        check(Seen::TooFast(short), Harmful, 4, 0, Next::TellToWait(short));
        check(Seen::TooFast(long), Harmless, 1, 0, Next::TellToWait(long));
    }

    #[test]
    fn reads_the_limit_from_the_headers() {
        #[track_caller]
        fn check(status: u16, pairs: &[(&'static str, &str)], says_limit: bool, expected_s: Option<u64>) {
            let headers = pairs
                .iter()
                .map(|(name, value)| (name.parse().expect("name"), value.parse().expect("value")))
                .collect::<HeaderMap>();
            let pause = too_fast(status, &headers, says_limit);
            assert_eq!(pause.map(|pause| pause.as_secs()), expected_s, "{status} {pairs:?}");
        }
        let now = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        let reset = ("x-ratelimit-reset", "784111807"); // 30 s after `now`
        check(200, &[("retry-after", "3")], false, None);
        check(403, &[], false, None);
        check(403, &[("x-ratelimit-remaining", "4999"), reset, now], false, None);
        check(403, &[], true, Some(60));
        check(429, &[], false, Some(60));
        check(403, &[("retry-after", "3")], false, Some(3));
        check(429, &[("retry-after", "Sun, 06 Nov 1994 08:49:44 GMT"), now], false, Some(7));
        check(403, &[("x-ratelimit-remaining", "0"), reset, now], false, Some(30));
        check(403, &[("x-ratelimit-remaining", "0"), reset], false, Some(60));
        check(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1"), now], false, Some(1));
        check(403, &[("retry-after", "2"), ("x-ratelimit-remaining", "0"), reset, now], false, Some(2));
        check(404, &[("x-ratelimit-remaining", "0"), reset, now], false, None);
    }
}
