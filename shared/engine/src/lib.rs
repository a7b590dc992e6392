//! The engine: a source tree in, findings, fixes and test results out. No network, no AWS, deterministic.

pub mod analyze;
pub mod archive;
pub mod build;
pub mod fix;
pub mod flow;
pub mod language;
mod prove;
mod rules;
pub mod sandbox;
#[cfg(feature = "cli")]
pub mod sarif;
pub mod testing;
mod text;
pub mod tree;
