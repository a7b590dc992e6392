//! Suites that reach for others: connections, traces, signals, namespaces, devices, other users' rights.

/// Numbers of calls differ between processors.
#[cfg(target_arch = "x86_64")]
const CALLS: &str = "PTRACE, READV, WRITEV, KCMP, GETFD = 101, 310, 311, 312, 438
UNSHARE, SETNS, MOUNT, UMOUNT, CHROOT, PIVOT = 272, 308, 165, 166, 161, 155
BPF, PERF, UFFD, URING, KEYCTL, ADD_KEY = 321, 298, 323, 425, 250, 248
MEMFD, SHMGET, MSGGET, SEMGET, MQ, MODULE, KEXEC, REBOOT, SWAP = 319, 29, 68, 64, 240, 175, 246, 169, 167
CLONE, CLONE3, EXECVEAT, MEMFD_SECRET, ACCT = 56, 435, 322, 447, 163";
#[cfg(not(target_arch = "x86_64"))]
const CALLS: &str = "PTRACE, READV, WRITEV, KCMP, GETFD = 117, 270, 271, 272, 438
UNSHARE, SETNS, MOUNT, UMOUNT, CHROOT, PIVOT = 97, 268, 40, 39, 51, 41
BPF, PERF, UFFD, URING, KEYCTL, ADD_KEY = 280, 241, 282, 425, 219, 217
MEMFD, SHMGET, MSGGET, SEMGET, MQ, MODULE, KEXEC, REBOOT, SWAP = 279, 194, 186, 190, 180, 105, 104, 142, 224
CLONE, CLONE3, EXECVEAT, MEMFD_SECRET, ACCT = 220, 435, 281, 447, 89";

/// `call` is a system call without a library between; only a refusal by the filter counts as one.
fn raw(script: &str) -> String {
    format!(
        "{CALLS}
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *args):
    if libc.syscall(number, *args) == -1 and ctypes.get_errno() in (1, 38): raise OSError(ctypes.get_errno(), 'no')
    return number
{script}"
    )
}

hostile! {
    tracing_the_parent: refused => &raw("attempt(call, PTRACE, 16, PARENT, 0, 0)");

    reading_the_memory_of_the_parent: refused => &raw("
for number in (READV, WRITEV): attempt(call, number, PARENT, 0, 0, 0, 0, 0)
attempt(call, KCMP, PARENT, os.getpid(), 0, 0, 0)");

    taking_a_descriptor_of_the_parent: refused => &raw("attempt(call, GETFD, 3, 0, 0)");

    namespaces: refused => &raw("
for number in (UNSHARE, SETNS): attempt(call, number, 0, 0, 0, 0, 0, 0)
attempt(call, CLONE3, 0, 0)
for bit in (17, 25, 26, 27, 28, 29, 30): attempt(call, CLONE, 1 << bit | 17, 0, 0, 0, 0)");

    mounts: refused => &raw("
for number in (MOUNT, UMOUNT, CHROOT, PIVOT): attempt(call, number, 0, 0, 0, 0, 0)");

    the_wider_kernel: refused => &raw("
for number in (BPF, PERF, UFFD, KEYCTL, ADD_KEY, MODULE, KEXEC, REBOOT, SWAP, ACCT, 9999):
    attempt(call, number, 0, 0, 0, 0, 0, 0)");

    io_uring: refused => &raw("
for number in (URING, URING + 1, URING + 2): attempt(call, number, 8, 0, 0, 0, 0, 0)");

    code_in_memory_alone: refused => &raw("
attempt(call, MEMFD, b'x', 0)
attempt(call, MEMFD_SECRET, 0)
attempt(os.memfd_create, 'x')");

    objects_that_outlive_the_process: refused => &raw("
for number in (SHMGET, MSGGET, SEMGET): attempt(call, number, 1234, 4096, 0o1666)
attempt(call, MQ, b'/x', 0o102, 0o600, 0)
attempt(lambda: open('/dev/shm/quartet-hostile', 'w'))
attempt(lambda: open('/dev/mqueue/x', 'w'))");

    privileges: refused => "
status = dict(line.split(':', 1) for line in open('/proc/self/status'))
for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'):
    if int(status[name], 16) and (name != 'CapBnd' or os.getuid() == 0): print('ESCAPED', name, status[name])
if status['NoNewPrivs'].strip() != '1' or status['Seccomp'].strip() != '2': print('ESCAPED', status)
attempt(os.setuid, 12345)
attempt(os.chown, '.', 12345, 12345)
attempt(os.nice, -5)";

    limits_of_its_own_and_of_others: refused => "
import resource
try: resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1)); print('ESCAPED')
except ValueError: print('refused')
try: resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (0, 0)); print('ESCAPED')
except OSError: print('refused')";

    a_program_that_runs_as_its_owner: refused => "
import shutil, subprocess
print('refused')
def said(*command): return subprocess.run(command, capture_output=True, text=True).stdout.strip()
shutil.copy('/usr/bin/id', 'id'); os.chmod('id', 0o6755)
if said('./id', '-u') != str(os.getuid()): print('ESCAPED', said('./id'))
for command in (['su', '-c', 'cat /etc/shadow'], ['sudo', '-n', 'cat', '/etc/shadow'], ['unshare', '-Ur', 'echo', 'root'],
                ['nsenter', '-t', 'PARENT', '-m', 'echo', 'inside']):
    if os.path.exists('/usr/bin/' + command[0]) and said(*command): print('ESCAPED', command)";

    another_loader_and_library: refused => "
import glob, subprocess
print('refused')
for loader in glob.glob('/lib64/ld-linux*') + glob.glob('/lib/ld-linux*') + glob.glob('/lib/*/ld-linux*'):
    for environment in ({}, {'LD_PRELOAD': 'libc.so.6'}, {'LD_LIBRARY_PATH': '/lib'}):
        done = subprocess.run([loader, '/bin/cat', '/etc/passwd'], capture_output=True, text=True, env=environment)
        if done.stdout: print('ESCAPED', done.stdout)";

    devices: refused => "
attempt(os.mknod, 'disk', 0o60600, os.makedev(8, 0))
attempt(os.mknod, 'memory', 0o20600, os.makedev(1, 1))
for path in ('/dev/sda', '/dev/tty', '/dev/kvm', '/dev/fuse'): attempt(lambda: open(path, 'rb').read(1))";

    typing_into_a_terminal: refused => "
import fcntl, termios
attempt(fcntl.ioctl, 1, termios.TIOCSTI, b'x')
attempt(fcntl.ioctl, 0, 0x541C, b'x')";

    its_own_memory_and_limits_by_procfs: refused => "
for path in ('/proc/self/oom_score_adj', '/proc/self/uid_map', '/proc/self/setgroups', '/proc/sys/vm/overcommit_memory',
             '/proc/sysrq-trigger'):
    attempt(lambda: open(path, 'w').write('0'))";

    sockets_in_node: node_refused => "
const net = require('node:net'); const dgram = require('node:dgram'); const http = require('node:http');
const heard = (emitter) => new Promise((resolve, reject) => emitter.on('error', reject).on('connect', resolve).on('listening', resolve).on('response', resolve));
(async () => {
  await attempt(() => heard(net.connect(9001, '127.0.0.1')));
  await attempt(() => heard(http.get('http://169.254.169.254/latest/meta-data')));
  await attempt(() => heard(net.createServer().listen(0, '127.0.0.1')));
  await attempt(() => heard(net.createServer().listen('here.sock')));
  await attempt(() => fetch('http://127.0.0.1:9001/2018-06-01/runtime/invocation/next'));
  await attempt(() => require('node:dns').promises.resolve('example.com'));
  process.exit(0);
})();";
}

#[test]
#[cfg(target_arch = "x86_64")]
fn calls_by_another_convention() {
    // The x32 numbers of socket, and of ptrace in x32's own range.
    crate::case::check_refused(
        &crate::case::Case::new(),
        &raw("attempt(call, 0x40000000 + 41, 2, 1, 0)\nattempt(call, 0x40000000 + 521, 16, 1, 0, 0)"),
    );
}
