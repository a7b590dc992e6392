//! The whole product on one machine: a local AWS with the template deployed to it, behind a front door that looks like
//! production, and a local forge.
//!
//! Nothing here is known to the product: it sees an AWS endpoint and a forge's address, as anywhere. Invariants: every
//! listener is on loopback; every process that is started ends with the value that stands for it, also when the caller
//! is killed; no process sees the caller's AWS settings, so that nothing can reach a real account.

mod aws;
mod deployment;
mod door;
mod emulator;
pub mod forge;
mod python;
mod refusal;
pub mod sample;
mod stack;
mod tool;
mod workspace;

pub use self::aws::{Aws, post_json};
pub use self::deployment::Deployment;
pub use self::python::{Python, Set};
pub use self::refusal::Refusal;
pub use self::stack::{EGRESS_ALLOW, Stack, StackOptions};
pub use self::tool::Tool;
pub use self::workspace::{RunFolder, Workspace};
