//! The one thing that can go wrong at this boundary and that a caller can act on.

use std::error::Error;

use quartet_domain::failure::{Failed, TRANSIENT};

/// AWS did not do what was asked: it was out, throttled, slow or refused. Retry later; the chain says what it was.
#[derive(Debug, thiserror::Error)]
#[error("{action} failed")]
pub struct Unavailable {
    action: &'static str,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

impl Unavailable {
    pub(crate) fn because<E>(action: &'static str) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        move |source| Self { action, source: source.into() }
    }

    /// This error and its causes on one line, for the log.
    pub fn chain(&self) -> String {
        chain(self)
    }
}

/// An error and its causes on one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

impl From<Unavailable> for Failed {
    fn from(error: Unavailable) -> Self {
        Self::new(TRANSIENT, error.chain())
    }
}
