//! Hostile programs in the sandbox: each tries one way out, none may succeed, and each ends with a named reason.
//!
//! The parent is this test binary, whose environment (cargo's) stands for the secrets of a function.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[macro_use]
mod table;

mod case;
mod honest;
mod looking;
mod reaching;
mod staying;
#[path = "../support/mod.rs"]
mod support;
mod taking;
mod witnessed;
