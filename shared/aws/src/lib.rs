//! The AWS boundary in our own words: the only crate that names `aws-sdk-*`.
//!
//! One file per entity owns its keys and its access patterns, one method each; callers never see an expression, an
//! attribute name or an SDK type. A failed condition is an answer, not an error.

#[cfg(all(feature = "objects", feature = "queues"))]
pub mod announcer;
#[cfg(feature = "table")]
pub mod commits;
mod connect;
#[cfg(feature = "table")]
pub mod deliveries;
#[cfg(feature = "table")]
pub mod endpoints;
mod error;
#[cfg(feature = "table")]
pub mod events;
#[cfg(feature = "executions")]
pub mod executions;
#[cfg(all(feature = "objects", feature = "queues", feature = "table"))]
pub mod facts;
#[cfg(feature = "table")]
pub mod idempotency;
#[cfg(feature = "table")]
mod item;
#[cfg(feature = "table")]
pub mod keys;
#[cfg(feature = "table")]
pub mod messages;
#[cfg(feature = "objects")]
pub mod objects;
#[cfg(feature = "table")]
pub mod page;
#[cfg(all(feature = "objects", feature = "queues", feature = "table"))]
pub mod publisher;
#[cfg(feature = "table")]
pub mod pulls;
#[cfg(feature = "table")]
pub mod queries;
#[cfg(feature = "queues")]
pub mod queues;
#[cfg(feature = "secrets")]
pub mod secrets;
#[cfg(feature = "table")]
pub mod subscriptions;
#[cfg(feature = "table")]
pub mod tasks;
#[cfg(feature = "vault")]
pub mod vault;

pub use self::connect::Aws;
pub use self::error::Unavailable;
