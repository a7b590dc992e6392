//! The client of the forges against the local forge: every call, in fair weather and in foul.

#[path = "forge/bench.rs"]
mod bench;
#[path = "forge/commit.rs"]
mod commit;
#[path = "forge/limits.rs"]
mod limits;
#[path = "forge/read.rs"]
mod read;
#[path = "forge/talk.rs"]
mod talk;
#[path = "forge/webhooks.rs"]
mod webhooks;
