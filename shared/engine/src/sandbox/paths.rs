//! Landlock: which files the program may see, where the kernel knows how.
//!
//! Also: no TCP, no signals to others and no abstract sockets, on kernels that can; seccomp refuses those anyway.

use landlock::{
    ABI, Access, AccessFs, AccessNet, RestrictionStatus, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

use super::Program;

/// The newest rights we know; an older kernel enforces those it has.
const RIGHTS: ABI = ABI::V6;

/// Libraries, interpreters and what they look up at start. Nothing here is a secret of the machine; of its own process the
/// program does not get the folders through which the machine's connections and mounts are seen.
const SYSTEM: [&str; 33] = [
    "/bin",
    "/lib",
    "/lib64",
    "/sbin",
    "/usr",
    "/etc/alternatives",
    "/etc/crypto-policies",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/pki/ca-trust",
    "/etc/pki/tls/certs",
    "/etc/pki/tls/openssl.cnf",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/timezone",
    "/proc/cpuinfo",
    "/proc/filesystems",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/self/cgroup",
    "/proc/self/cmdline",
    "/proc/self/fd",
    "/proc/self/limits",
    "/proc/self/maps",
    "/proc/self/stat",
    "/proc/self/statm",
    "/proc/self/status",
    "/sys/devices/system/cpu",
];

const DEVICES: [&str; 4] = ["/dev/full", "/dev/random", "/dev/urandom", "/dev/zero"];

/// Applies the rules to this process; answers the layer's name, or none where the kernel has no Landlock.
pub(super) fn restrict(program: &Program) -> Result<Option<String>, String> {
    let status = apply(program).map_err(|error| format!("Landlock: {error}"))?;
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced => Some("landlock".to_owned()),
        RulesetStatus::PartiallyEnforced => Some("landlock_partly".to_owned()),
        RulesetStatus::NotEnforced => None,
    })
}

fn apply(program: &Program) -> Result<RestrictionStatus, RulesetError> {
    let all = AccessFs::from_all(RIGHTS);
    let read = AccessFs::from_read(RIGHTS);
    // A tool that says it lives in the root must not open everything.
    let readable = program.readable.iter().filter(|path| path.parent().is_some());
    Ruleset::default()
        .handle_access(all)?
        .handle_access(AccessNet::from_all(RIGHTS))?
        .scope(Scope::from_all(RIGHTS))?
        .create()?
        .add_rules(path_beneath_rules(SYSTEM, read))?
        .add_rules(path_beneath_rules(readable, read))?
        .add_rules(path_beneath_rules(DEVICES, AccessFs::ReadFile))?
        .add_rules(path_beneath_rules(["/dev/null"], AccessFs::ReadFile | AccessFs::WriteFile))?
        .add_rules(path_beneath_rules([&program.writable], all))?
        .restrict_self()
}
