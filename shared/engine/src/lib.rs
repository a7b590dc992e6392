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
pub mod testing;
pub mod tree;
