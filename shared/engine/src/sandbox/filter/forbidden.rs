//! Calls that are refused by name, and harmless calls with harmful arguments.

use seccompiler::{SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompRule};

use super::Rules;

/// Refused whatever the arguments: these exist for honest programs, which get an honest `EPERM`.
const ALWAYS: [i64; 42] = [
    // Sockets: the runtime's own API listens on loopback, and a container's daemon on a Unix socket.
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_bind,
    libc::SYS_connect,
    libc::SYS_listen,
    libc::SYS_socket,
    // Other processes.
    libc::SYS_kcmp,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_process_madvise,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_ptrace,
    // The kernel's wider surface.
    libc::SYS_add_key,
    libc::SYS_bpf,
    libc::SYS_fanotify_init,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_io_uring_setup,
    libc::SYS_keyctl,
    libc::SYS_perf_event_open,
    libc::SYS_request_key,
    libc::SYS_userfaultfd,
    // Namespaces, mounts, the machine.
    libc::SYS_chroot,
    libc::SYS_fsmount,
    libc::SYS_fsopen,
    libc::SYS_mount,
    libc::SYS_mount_setattr,
    libc::SYS_move_mount,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_open_tree,
    libc::SYS_pivot_root,
    libc::SYS_setns,
    libc::SYS_sethostname,
    libc::SYS_umount2,
    libc::SYS_unshare,
    // Objects that outlive the process.
    libc::SYS_memfd_create,
    libc::SYS_mq_open,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_shmget,
];

/// `CLONE_NEWTIME` is not among them: `clone` cannot ask for it.
const NAMESPACE_FLAGS: [i32; 7] = [
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWUTS,
];

/// Ids are signed, and the kernel reads half a register.
const FIRST_NEGATIVE: u32 = 1 << 31;

pub(super) fn rules(outside: u32) -> Result<Rules, String> {
    let mut rules: Rules = ALWAYS.into_iter().map(|call| (call, Vec::new())).collect();
    let before = || all_of(&[(0, SeccompCmpOp::Ge, 1), (0, SeccompCmpOp::Lt, outside)]);
    let other_groups =
        || all_of(&[(0, SeccompCmpOp::Ge, FIRST_NEGATIVE), (0, SeccompCmpOp::Ne, outside.wrapping_neg())]);
    // Signals only to itself, its own group (0 or by its number) and what came after it.
    rules.insert(libc::SYS_kill, vec![before()?, other_groups()?]);
    for call in [libc::SYS_tkill, libc::SYS_tgkill, libc::SYS_rt_sigqueueinfo, libc::SYS_rt_tgsigqueueinfo] {
        rules.insert(call, vec![before()?, all_of(&[(0, SeccompCmpOp::Ge, FIRST_NEGATIVE)])?]);
    }
    for call in [
        libc::SYS_prlimit64,
        libc::SYS_sched_setaffinity,
        libc::SYS_sched_setattr,
        libc::SYS_sched_setparam,
        libc::SYS_sched_setscheduler,
    ] {
        rules.insert(call, vec![before()?]);
    }
    rules.insert(libc::SYS_setpriority, vec![all_of(&[(1, SeccompCmpOp::Ne, 0)])?]);
    rules.insert(
        libc::SYS_clone,
        NAMESPACE_FLAGS.iter().map(|flag| has_bits(0, flag.unsigned_abs())).collect::<Result<_, _>>()?,
    );
    rules.insert(libc::SYS_socketpair, socket_pairs()?);
    // Typing into a terminal that someone else reads.
    let typing = [libc::TIOCSTI, libc::TIOCLINUX];
    let typing = typing.iter().filter_map(|request| u32::try_from(*request).ok());
    rules.insert(
        libc::SYS_ioctl,
        typing.map(|request| all_of(&[(1, SeccompCmpOp::Eq, request)])).collect::<Result<_, _>>()?,
    );
    rules.insert(libc::SYS_mknodat, devices(2)?);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_mknod, devices(1)?);
    Ok(rules)
}

/// Only connected pairs between the program's own processes: a datagram socket can send to any address it names.
fn socket_pairs() -> Result<Vec<SeccompRule>, String> {
    const KIND: u64 = 0xf;
    let unix = libc::AF_UNIX.unsigned_abs();
    let kind = |kind: i32| all_of(&[(1, SeccompCmpOp::MaskedEq(KIND), kind.unsigned_abs())]);
    Ok(vec![all_of(&[(0, SeccompCmpOp::Ne, unix)])?, kind(libc::SOCK_DGRAM)?, kind(libc::SOCK_RAW)?])
}

fn devices(mode: u8) -> Result<Vec<SeccompRule>, String> {
    let kinds = [libc::S_IFCHR, libc::S_IFBLK];
    let masked = SeccompCmpOp::MaskedEq(u64::from(libc::S_IFMT));
    kinds.iter().map(|kind| all_of(&[(mode, masked.clone(), *kind)])).collect()
}

fn has_bits(argument: u8, bits: u32) -> Result<SeccompRule, String> {
    all_of(&[(argument, SeccompCmpOp::MaskedEq(u64::from(bits)), bits)])
}

fn all_of(conditions: &[(u8, SeccompCmpOp, u32)]) -> Result<SeccompRule, String> {
    let conditions = conditions.iter().map(|(argument, operator, value)| {
        SeccompCondition::new(*argument, SeccompCmpArgLen::Dword, operator.clone(), u64::from(*value))
    });
    conditions.collect::<Result<_, _>>().and_then(SeccompRule::new).map_err(|error| error.to_string())
}
