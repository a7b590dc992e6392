//! The seccomp filter: system calls that are known and harmless pass, all others do not.
//!
//! Three filters, because each has one answer: unknown calls do not exist (`ENOSYS`: libraries then fall back to older
//! ones), known dangerous calls and arguments are forbidden (`EPERM`), and leaving the process group succeeds without
//! happening (many honest suites ask for it), so that one signal to the group reaches everything the program started.
//! A list of what is allowed also answers for call numbers of other calling conventions and of newer kernels.

mod allowed;
mod forbidden;

use std::collections::BTreeMap;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, SeccompRule, TargetArch};

pub(super) type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Applies all three to this process and what it becomes. `outside` bounds the ids of processes that were there before.
pub(super) fn install(outside: u32) -> Result<(), String> {
    let errno = |number: i32| SeccompAction::Errno(number.unsigned_abs());
    let unknown = compile(allowed::rules(), errno(libc::ENOSYS), SeccompAction::Allow)?;
    let forbidden = compile(forbidden::rules(outside)?, SeccompAction::Allow, errno(libc::EPERM))?;
    let pretended = compile(pretended(), SeccompAction::Allow, SeccompAction::Errno(0))?;
    // Of two refusals the kernel gives the error number of the filter that came last.
    for filter in [unknown, forbidden, pretended] {
        seccompiler::apply_filter(&filter).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn pretended() -> Rules {
    [libc::SYS_setsid, libc::SYS_setpgid].into_iter().map(|call| (call, Vec::new())).collect()
}

fn compile(rules: Rules, otherwise: SeccompAction, matched: SeccompAction) -> Result<BpfProgram, String> {
    let here = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| error.to_string())?;
    let filter = SeccompFilter::new(rules, otherwise, matched, here).map_err(|error| error.to_string())?;
    filter.try_into().map_err(|error: seccompiler::BackendError| error.to_string())
}
