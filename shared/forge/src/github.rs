//! GitHub's REST API, version 2022-11-28, and its webhook bodies.
//!
//! Invariant: wire structs live beside the call that uses them, are private, and name only the fields we read.

mod answer;
mod archive;
mod branch;
mod check;
mod client;
mod comment;
mod commit;
mod files;
mod hook;
pub(crate) mod inbound;
mod pace;
mod pull;
mod tree;

pub(crate) use client::Client;

/// Where GitHub sends those who ask for an archive.
pub(crate) const ARCHIVE_HOST: &str = "codeload.github.com";
