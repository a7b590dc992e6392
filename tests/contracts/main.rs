//! Contracts between the files that the stack is made of: the state machine, the template, the manifests.
//!
//! What the local AWS drops in silence (expiry, encryption, alarms) is held here, because no story would notice.
#![expect(clippy::unwrap_used, reason = "a file that cannot be read must fail the test")]

mod files;
mod machine;
mod promises;
mod queues;
mod store;
mod template;
