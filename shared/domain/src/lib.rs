//! What Quartet talks about, and every decision over it.
//!
//! Invariant: nothing here does I/O, reads a clock or knows AWS, a forge or a runtime. `now` is an argument, the answer
//! is data. Each noun of the way of the data has one file.

pub mod access;
pub mod address;
pub mod catalogue;
pub mod change;
pub mod connection;
pub mod counted;
pub mod delivery;
pub mod endpoint;
pub mod event;
pub mod failure;
pub mod filter;
pub mod ids;
pub mod incident;
pub mod message;
pub mod patch;
pub mod problem;
pub mod query;
pub mod rate;
pub mod repository;
pub mod results;
pub mod run;
pub mod signature;
pub mod subscription;
pub mod task;
pub mod webhook;
