//! Repositories with tests, run as the Test agent runs them: real pytest, real Node, real sandbox.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod compare;
mod hostile;
mod javascript;
mod python;
mod repository;
mod sample;
#[path = "../support/mod.rs"]
mod support;
