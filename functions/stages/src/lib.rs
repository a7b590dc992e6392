//! The four agents: build, analyze, fix, test. One binary each, because each has a role of its own.
//!
//! Invariants: a stage reads the objects of the stages before it and writes one of its own, so that running it again
//! gives the same bytes; what the state machine carries is the [`Run`](quartet_domain::run::Run) alone. The test stage,
//! which runs code that anybody may have written, has no AWS client and no token: code comes and results go by links, and the
//! commit stage tells of its end.

pub mod analyze;
pub mod build;
pub mod config;
pub mod fix;
mod source;
pub mod test;

use std::time::Instant;

/// Seconds since `start`, to the millisecond, for the payload.
fn seconds(start: Instant) -> f64 {
    (start.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
}
