//! What `/proc` says about processes: the ones of a group, and the ones that were there before.

use std::fs;

use rustix::process::Pid;

/// A process of the group that is watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) processes: u64,
    /// Memory that is theirs alone or shared among them, not files.
    pub(super) memory_bytes: u64,
}

/// The boundary for signals: every process and thread that was there before has a smaller id than this one.
///
/// Ids wrap around at last, and then the program may be refused a signal to a child of its own; never the other way,
/// except to what our own side starts while it runs, which Landlock covers where it can.
pub(super) fn outside() -> u32 {
    std::process::id()
}

/// Threads of this user, as `RLIMIT_NPROC` counts them.
pub(super) fn of_this_user() -> u64 {
    let uid = rustix::process::getuid().as_raw();
    let statuses = pids().filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/status")).ok());
    statuses
        .filter(|status| field(status, "Uid:") == Some(u64::from(uid)))
        .map(|status| field(&status, "Threads:").unwrap_or(1))
        .sum()
}

/// What the process group uses now.
pub(super) fn usage(group: Pid) -> Usage {
    let group = group.as_raw_nonzero().get();
    let mut usage = Usage::default();
    for pid in pids() {
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        if group_of(&stat) != Some(group) {
            continue;
        }
        usage.processes += 1;
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let kib = |name| field(&status, name).unwrap_or(0);
        usage.memory_bytes += (kib("RssAnon:") + kib("RssShmem:")) * 1024;
    }
    usage
}

fn pids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The name of a process stands in brackets and may hold anything, so fields are counted from the last bracket.
fn group_of(stat: &str) -> Option<i32> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_ascii_whitespace().nth(2)?.parse().ok()
}

fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}
