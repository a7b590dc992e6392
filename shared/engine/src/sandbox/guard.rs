//! This process, made unreadable to others of the same user.

use rustix::process::{DumpableBehavior, Pid};

/// Closes `/proc/self` (environment, memory, descriptors) to other processes, and takes in orphans of children, so that
/// none outlives the run. Both hold for the whole process and for good; doing it again changes nothing.
///
/// # Errors
/// The kernel's; without either, untrusted code must not run.
pub(super) fn protect_this_process() -> std::io::Result<()> {
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    rustix::process::set_child_subreaper(Pid::from_raw(1))?;
    Ok(())
}
