//! Rung 7: fixes that are none, that are some, and that cannot be judged; real Python, real Node, real sandbox.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod case;
mod javascript;
mod judged;
mod python;
#[path = "../support/mod.rs"]
mod support;
mod typescript;
