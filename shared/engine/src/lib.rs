//! The engine: a source tree in, findings, fixes and test results out. No network, no AWS, deterministic.

pub mod tree;
