//! The shipped sample application, and a git with fixed names and dates.

pub(super) use quartet_local::sample::{build, signed};
