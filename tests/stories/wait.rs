//! Waiting for what can be seen, with a deadline. Nothing here sleeps for a fixed time.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Far above what any step takes, on a machine that builds other things meanwhile.
const DEADLINE: Duration = Duration::from_secs(180);
const LOOK_EVERY: Duration = Duration::from_millis(40);

/// Looks until there is an answer; `what` says in the failure what was waited for.
pub(crate) async fn until<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    looking(what, LOOK_EVERY, look).await
}

/// As [`until`], without a pause to speak of: for what is to be caught in the act.
pub(crate) async fn at_once<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    looking(what, Duration::from_millis(1), look).await
}

async fn looking<T>(what: &str, every: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let limit = Instant::now() + DEADLINE;
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(Instant::now() < limit, "{what}: not within {DEADLINE:?}");
        sleep(every).await;
    }
}
