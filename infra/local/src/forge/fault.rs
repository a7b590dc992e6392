//! Faults on order: what a forge does on a bad day, for the next request that matches.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;

/// A fault for one request. Faults are used up in the order in which they were ordered.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Only a request with this method (empty: any) ...
    pub method: &'static str,
    /// ... and this in its path (empty: any).
    pub path: String,
    pub effect: Effect,
}

#[derive(Clone, Debug)]
pub enum Effect {
    /// This answer instead of the right one; nothing else happens.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: String },
    /// The request is done, but its answer is a 502.
    LoseAnswer,
    /// The answer comes after this time.
    Delay(Duration),
    /// The request waits at the door until told to go on.
    Hold(Arc<Notify>),
}

impl Fault {
    pub fn new(method: &'static str, path: &str, effect: Effect) -> Self {
        Self { method, path: path.to_owned(), effect }
    }

    /// Any request answered with this status and an empty object.
    pub fn status(status: u16) -> Self {
        Self::new("", "", Effect::Answer { status, headers: Vec::new(), body: "{}".to_owned() })
    }

    /// Any request refused for speed, with this `Retry-After`.
    pub fn too_fast(status: u16, retry_after_s: u64) -> Self {
        let headers = vec![("retry-after", retry_after_s.to_string())];
        let body = r#"{"message":"You have exceeded a secondary rate limit."}"#.to_owned();
        Self::new("", "", Effect::Answer { status, headers, body })
    }

    pub(super) fn matches(&self, method: &str, path: &str) -> bool {
        (self.method.is_empty() || self.method == method) && path.contains(&self.path)
    }
}
