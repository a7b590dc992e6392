//! What Quartet talks about, and every decision over it.
//!
//! Invariant: nothing here does I/O, reads a clock or knows AWS, a forge or a runtime. `now` is an argument, the answer
//! is data. Each noun of the way of the data has one file.

pub mod change;
pub mod repository;
pub mod results;
