//! Hostile programs in the sandbox: each tries one way out, none may succeed, and each ends with a named reason.
//!
//! The parent is this test binary, whose environment (cargo's) stands for the secrets of a function.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "shared with the tests of test runs")]
mod support;

use std::collections::BTreeMap;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use quartet_engine::sandbox::{Ending, Limits, Outcome, Program, run};

struct Case {
    folder: tempfile::TempDir,
    limits: Limits,
}

impl Case {
    fn new() -> Self {
        let limits = Limits { wall: Duration::from_secs(20), ..Limits::default() };
        Self { folder: tempfile::tempdir().unwrap(), limits }
    }

    /// Stands in the command line of every process of this case, and of no other.
    fn mark(&self) -> String {
        format!("quartet-hostile-{}", self.folder.path().file_name().unwrap().display())
    }

    fn outside(&self) -> &Path {
        self.folder.path()
    }

    fn program(&self, path: PathBuf, arguments: &[&str]) -> Program {
        let work = self.folder.path().join("work");
        std::fs::create_dir_all(&work).unwrap();
        // A virtual environment and the installation that it points to.
        let real = std::fs::canonicalize(&path).unwrap();
        let readable =
            [&path, &real].map(|path| path.parent().unwrap().parent().unwrap().to_owned()).to_vec();
        Program {
            path,
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            folder: work.clone(),
            writable: work,
            readable,
            environment: BTreeMap::from([("LANG".to_owned(), "C.UTF-8".to_owned())]),
            limits: self.limits.clone(),
        }
    }

    /// Runs a Python script in isolated mode, so that nothing but the script decides what happens.
    fn python(&self, script: &str) -> Outcome {
        let attempt = format!("mark = '{}'\n{ATTEMPT}\n{script}", self.mark());
        let outcome =
            run(Path::new(support::SANDBOX), &self.program(support::python(), &["-I", "-S", "-c", &attempt]));
        for layer in
            ["empty_environment", "own_session", "rlimits", "no_new_privileges", "no_capabilities", "seccomp"]
        {
            assert!(outcome.layers.iter().any(|held| held == layer), "{layer} did not hold: {outcome:?}");
        }
        outcome
    }
}

/// `attempt(what)` prints what an attempt came to: `refused` or, if it worked, `ESCAPED` and what it got.
const ATTEMPT: &str = "
import os, sys, time
def attempt(what, *args, **kwargs):
    try:
        print('ESCAPED', what(*args, **kwargs), flush=True)
    except (OSError, MemoryError) as error:
        print('refused', type(error).__name__, flush=True)
";

fn text(outcome: &Outcome) -> String {
    String::from_utf8_lossy(&outcome.output).into_owned()
}

/// Every attempt of the script was refused, and it came to its own end.
#[track_caller]
fn check_refused(case: &Case, script: &str) {
    let outcome = case.python(script);
    let text = text(&outcome);
    assert!(!text.contains("ESCAPED"), "{script}\n{text}");
    assert!(text.contains("refused"), "nothing was tried: {script}\n{text}");
    assert_eq!(outcome.ending, Ending::Exited(0), "{script}\n{text}");
}

/// The script is stopped for this reason, soon.
#[track_caller]
fn check_stopped(case: &Case, script: &str, ending: &Ending) -> Outcome {
    let started = Instant::now();
    let outcome = case.python(script);
    assert_eq!(&outcome.ending, ending, "{script}\n{}", text(&outcome));
    assert!(started.elapsed() < Duration::from_secs(40), "{script} took {:?}", started.elapsed());
    assert_eq!(processes_with(&case.mark()), 0, "something is still running: {script}");
    outcome
}

/// Processes whose command line holds a mark.
fn processes_with(mark: &str) -> usize {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(mark)).count()
}

fn landlock(outcome: &Outcome) -> bool {
    outcome.layers.iter().any(|layer| layer == "landlock" || layer == "landlock_partly")
}

#[test]
fn an_honest_program_runs_and_is_heard() {
    let outcome = Case::new().python("open('out', 'w').write('x'); print(os.environ); sys.exit(3)");
    assert_eq!(outcome.ending, Ending::Exited(3));
    assert!(!outcome.left_behind && !outcome.output_cut);
    assert_eq!(text(&outcome), "environ({'LANG': 'C.UTF-8'})\n");
}

#[test]
fn honest_libraries_find_what_they_need() {
    let outcome = Case::new().python(
        "import asyncio, subprocess, threading, tempfile, ssl, sqlite3, multiprocessing, signal
async def echo():
    process = await asyncio.create_subprocess_exec(sys.executable, '-I', '-c', 'print(1)', stdout=-1)
    return await process.communicate()
print(asyncio.run(echo())[0])
print(subprocess.run([sys.executable, '-I', '-c', 'print(2)'], capture_output=True, start_new_session=True).stdout)
thread = threading.Thread(target=lambda: print(3)); thread.start(); thread.join()
child = subprocess.Popen([sys.executable, '-I', '-c', 'import time; time.sleep(60)'])
child.terminate(); print(-child.wait())
os.mkfifo('fifo'); os.chmod('fifo', 0o600); os.kill(os.getpid(), 0)
db = sqlite3.connect('db'); db.execute('create table t(a)'); db.commit()
print(tempfile.mkdtemp(dir='.') and 4)",
    );
    assert_eq!(
        (text(&outcome).as_str(), outcome.ending),
        ("b'1\\n'\nb'2\\n'\n3\n15\n4\n", Ending::Exited(0))
    );
}

#[test]
fn the_environment_of_the_parent() {
    let parent = std::process::id();
    check_refused(
        &Case::new(),
        &format!(
            "assert not [name for name in os.environ if name.startswith('CARGO')]
attempt(lambda: open('/proc/{parent}/environ', 'rb').read())
attempt(lambda: open(f'/proc/{{os.getppid()}}/environ', 'rb').read())
for pid in range(1, 40000):
    if pid == os.getpid(): continue
    try: environment = open(f'/proc/{{pid}}/environ', 'rb').read()
    except OSError: continue
    print('ESCAPED', pid, environment)"
        ),
    );
}

#[test]
fn the_memory_and_descriptors_of_the_parent() {
    let parent = std::process::id();
    check_refused(
        &Case::new(),
        &format!(
            "attempt(lambda: open('/proc/{parent}/mem', 'rb').read(1))
attempt(lambda: open('/proc/{parent}/maps').read())
attempt(lambda: os.listdir('/proc/{parent}/fd'))
attempt(lambda: os.readlink('/proc/{parent}/cwd'))
attempt(lambda: open('/proc/{parent}/root/etc/hostname').read())
for fd in range(3, 256):
    try: print('ESCAPED', fd, os.fstat(fd))
    except OSError: pass"
        ),
    );
}

#[test]
fn tracing_and_reading_other_processes() {
    let parent = std::process::id();
    // Call numbers: ptrace, process_vm_readv, process_vm_writev, kcmp, pidfd_getfd.
    let numbers =
        if cfg!(target_arch = "x86_64") { "101, 310, 311, 312, 438" } else { "117, 270, 271, 272, 438" };
    check_refused(
        &Case::new(),
        &format!(
            "import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *args):
    if libc.syscall(number, *args) == -1: raise OSError(ctypes.get_errno(), 'no')
    return number
for number in ({numbers}):
    attempt(call, number, 16, {parent}, 0, 0, 0, 0)"
        ),
    );
}

#[test]
fn sockets_of_every_family() {
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    tcp.set_nonblocking(true).unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    udp.set_nonblocking(true).unwrap();
    let case = Case::new();
    let unix = UnixListener::bind(case.outside().join("daemon.sock")).unwrap();
    unix.set_nonblocking(true).unwrap();
    let script = format!(
        "import socket
def tcp(address): return socket.create_connection(address, 2)
def udp(address): return socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', address)
def unix(path):
    s = socket.socket(socket.AF_UNIX); s.connect(path); return s
attempt(tcp, ('127.0.0.1', {tcp}))
attempt(tcp, ('127.0.0.1', 9001))
attempt(tcp, ('169.254.169.254', 80))
attempt(tcp, ('1.1.1.1', 443))
attempt(udp, ('127.0.0.1', {udp}))
attempt(udp, ('1.1.1.1', 53))
attempt(unix, '{unix}')
attempt(socket.getaddrinfo, 'example.com', 80)
for family in (socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET, 38, 40):
    attempt(socket.socket, family, socket.SOCK_RAW)
attempt(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))",
        tcp = tcp.local_addr().unwrap().port(),
        udp = udp.local_addr().unwrap().port(),
        unix = case.outside().join("daemon.sock").display(),
    );
    check_refused(&case, &script);
    assert!(tcp.accept().is_err() && unix.accept().is_err());
    assert!(udp.recv(&mut [0]).is_err());
}

#[test]
fn datagrams_named_in_a_message() {
    let case = Case::new();
    let log = UnixDatagram::bind(case.outside().join("log.sock")).unwrap();
    log.set_nonblocking(true).unwrap();
    check_refused(
        &case,
        &format!(
            "import socket
a, b = socket.socketpair()
attempt(a.sendto, b'x', '{0}')
attempt(a.sendmsg, [b'x'], [], 0, '{0}')",
            case.outside().join("log.sock").display()
        ),
    );
    assert!(log.recv(&mut [0]).is_err());
}

#[test]
fn writing_outside() {
    let case = Case::new();
    std::fs::write(case.outside().join("theirs"), "theirs").unwrap();
    let probe = case.python("");
    assert!(
        landlock(&probe),
        "this kernel has no Landlock, so writing outside cannot be prevented: {probe:?}"
    );
    let script = format!(
        "outside = '{}'
def write(path):
    with open(path, 'w') as file: return file.write('x')
for path in (outside + '/new', outside + '/theirs', '/tmp/quartet-hostile', '/dev/shm/quartet-hostile', '/etc/quartet-hostile',
             os.path.expanduser('~root/.quartet-hostile'), '../up'):
    attempt(write, path)
attempt(os.remove, outside + '/theirs')
attempt(os.rename, outside + '/theirs', 'mine')
attempt(os.link, outside + '/theirs', 'mine')
attempt(os.mkdir, outside + '/folder')
os.symlink(outside + '/theirs', 'link')
attempt(write, 'link')
attempt(os.truncate, outside + '/theirs', 0)
attempt(os.mknod, 'disk', 0o60600, os.makedev(8, 0))",
        case.outside().display()
    );
    check_refused(&case, &script);
    assert_eq!(std::fs::read_to_string(case.outside().join("theirs")).unwrap(), "theirs");
    assert_eq!(std::fs::read_dir(case.outside()).unwrap().count(), 2, "something new lies outside");
}

#[test]
fn reading_outside() {
    let case = Case::new();
    std::fs::write(case.outside().join("secret"), "secret").unwrap();
    let probe = case.python("");
    assert!(
        landlock(&probe),
        "this kernel has no Landlock, so reading outside cannot be prevented: {probe:?}"
    );
    check_refused(
        &case,
        &format!(
            "for path in ('{}/secret', '/etc/passwd', '/etc/shadow', '/etc/hosts', '/proc/1/cmdline', '/proc/net/tcp', '/proc/kallsyms', '/var/log/dpkg.log'):
    attempt(lambda: open(path).read())
attempt(os.listdir, '/')
attempt(os.listdir, '/home')
attempt(os.listdir, '/proc')
os.symlink('/etc/passwd', 'link')
attempt(lambda: open('link').read())",
            case.outside().display()
        ),
    );
}

#[test]
fn namespaces_mounts_and_the_kernel() {
    // unshare, setns, mount, umount2, chroot, pivot_root, bpf, perf_event_open, userfaultfd, io_uring_setup, keyctl,
    // add_key, memfd_create, shmget, init_module, kexec_load, reboot, swapon, clone3, and one that does not exist.
    let numbers = if cfg!(target_arch = "x86_64") {
        "272, 308, 165, 166, 161, 155, 321, 298, 323, 425, 250, 248, 319, 29, 175, 246, 169, 167, 435, 9999"
    } else {
        "97, 268, 40, 39, 51, 41, 280, 241, 282, 425, 219, 217, 279, 194, 105, 104, 142, 224, 435, 9999"
    };
    check_refused(
        &Case::new(),
        &format!(
            "import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *args):
    if libc.syscall(number, *args) == -1 and ctypes.get_errno() in (1, 38): raise OSError(1, 'no')
    return number
for number in ({numbers}):
    attempt(call, number, 0, 0, 0, 0, 0, 0)
def clone(flags):
    if libc.syscall({clone}, flags | 17, 0, 0, 0, 0) == -1 and ctypes.get_errno() == 1: raise OSError(1, 'no')
    return flags
for bit in (17, 25, 26, 27, 28, 29, 30):
    attempt(clone, 1 << bit)",
            clone = if cfg!(target_arch = "x86_64") { 56 } else { 220 }
        ),
    );
}

#[test]
#[cfg(target_arch = "x86_64")]
fn calls_by_another_convention() {
    // The x32 numbers of socket, and of ptrace in x32's own range.
    check_refused(
        &Case::new(),
        "import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *args):
    if libc.syscall(number, *args) == -1: raise OSError(ctypes.get_errno(), 'no')
    return number
attempt(call, 0x40000000 + 41, 2, 1, 0)
attempt(call, 0x40000000 + 521, 16, 1, 0, 0)",
    );
}

#[test]
fn privileges() {
    check_refused(
        &Case::new(),
        "status = dict(line.split(':', 1) for line in open('/proc/self/status'))
for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'):
    if int(status[name], 16) and (name != 'CapBnd' or os.getuid() == 0): print('ESCAPED', name, status[name])
if status['NoNewPrivs'].strip() != '1' or status['Seccomp'].strip() != '2': print('ESCAPED', status)
import resource
attempt(os.setuid, 12345)
attempt(os.chown, '.', 12345, 12345)
attempt(os.nice, -5)
try: resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1)); print('ESCAPED')
except ValueError: print('refused')
try: resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (0, 0)); print('ESCAPED')
except OSError: print('refused')",
    );
}

#[test]
fn signals_to_others() {
    let parent = std::process::id();
    let threads: Vec<_> =
        std::fs::read_dir("/proc/self/task").unwrap().map(|t| t.unwrap().file_name()).collect();
    check_refused(
        &Case::new(),
        &format!(
            "import signal
for pid in (1, -1, os.getppid(), -os.getppid(), {parent}, -{parent}, *map(int, {threads:?})):
    attempt(os.kill, pid, 0)
attempt(signal.pidfd_send_signal, os.pidfd_open({parent}) if hasattr(os, 'pidfd_open') else 0, 0)
attempt(os.setpriority, os.PRIO_PROCESS, {parent}, 19)
attempt(os.sched_setaffinity, {parent}, [0])"
        ),
    );
}

#[test]
fn a_fork_bomb() {
    let case = Case::new();
    let script = "while True:
    try: os.fork()
    except OSError: pass";
    check_stopped(&case, script, &Ending::TooManyProcesses);
}

#[test]
fn a_bomb_of_threads() {
    let mut case = Case::new();
    case.limits.wall = Duration::from_secs(3);
    let script = "import threading
try:
    while True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
except (RuntimeError, MemoryError): print('refused', flush=True); time.sleep(60)";
    let outcome = case.python(script);
    let stopped = [Ending::TimedOut, Ending::TooMuchMemory, Ending::Signalled(11)];
    assert!(stopped.contains(&outcome.ending), "{outcome:?}");
}

#[test]
fn detached_children() {
    let case = Case::new();
    let script = "import subprocess
for n in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            try: os.setpgid(0, 0)
            except OSError: pass
            for fd in range(3): os.close(fd)
            time.sleep(300)
        os._exit(0)
subprocess.Popen([sys.executable, '-I', '-c', '#quartet-hostile\\nimport time; time.sleep(300)'],
    start_new_session=True, stdin=-3, stdout=-3, stderr=-3)
time.sleep(0.3)";
    let outcome = check_stopped(&case, script, &Ending::Exited(0));
    assert!(outcome.left_behind);
}

#[test]
fn sleeping_for_ever() {
    let mut case = Case::new();
    case.limits.wall = Duration::from_secs(1);
    check_stopped(&case, "print('zzz', flush=True)\ntime.sleep(1e6)", &Ending::TimedOut);
    let deaf = "import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: time.sleep(1)";
    check_stopped(&case, deaf, &Ending::TimedOut);
    check_stopped(&case, "os.kill(0, 19)", &Ending::TimedOut);
}

#[test]
fn burning_processor_time() {
    let mut case = Case::new();
    case.limits.cpu = Duration::from_secs(1);
    let outcome = check_stopped(&case, "while True: pass", &Ending::Signalled(9));
    assert!(outcome.elapsed < Duration::from_secs(15));
}

#[test]
fn endless_output() {
    let case = Case::new();
    let outcome = check_stopped(&case, "while True: os.write(1, b'x' * 65536)", &Ending::TooMuchOutput);
    assert!(outcome.output_cut);
    assert_eq!(outcome.output.len(), case.limits.output_bytes);
}

#[test]
fn much_output_is_cut_and_not_stopped() {
    let mut case = Case::new();
    case.limits.output_bytes = 10;
    let outcome = check_stopped(&case, "print('0123456789' * 100000)", &Ending::Exited(0));
    assert_eq!((text(&outcome).as_str(), outcome.output_cut), ("0123456789", true));
}

#[test]
fn hoarding_memory() {
    let mut case = Case::new();
    case.limits.memory_bytes = 128 * 1024 * 1024;
    check_refused(&case, "attempt(lambda: len(bytearray(1 << 30)))");
    let together = "for n in range(8):
    if os.fork() == 0: break
hoard = bytearray(os.urandom(1)) * (64 << 20)
time.sleep(60)";
    check_stopped(&case, together, &Ending::TooMuchMemory);
    let shared = "import mmap
hoard = [mmap.mmap(-1, 64 << 20) for n in range(8)]
for part in hoard:
    for page in range(0, 64 << 20, 4096): part[page] = 1
time.sleep(60)";
    check_stopped(&case, shared, &Ending::TooMuchMemory);
}

#[test]
fn filling_the_disk() {
    let mut case = Case::new();
    case.limits.file_bytes = 4 * 1024 * 1024;
    case.limits.disk_bytes = 32 * 1024 * 1024;
    check_refused(
        &case,
        "file = open('big', 'wb')\nattempt(lambda: [file.write(b'x' * (1 << 20)) for n in range(64)])",
    );
    let many = "for n in range(100000):
    with open(f'file{n}', 'wb') as file: file.write(b'x' * (3 << 20))
    time.sleep(0.02)";
    check_stopped(&case, many, &Ending::TooMuchDisk);
}

#[test]
fn exhausting_descriptors() {
    let mut case = Case::new();
    case.limits.open_files = 64;
    check_refused(&case, "attempt(lambda: [os.pipe() for n in range(1000)])");
}

#[test]
fn crashing() {
    let case = Case::new();
    check_stopped(&case, "import ctypes; ctypes.string_at(0)", &Ending::Signalled(11));
    check_stopped(&case, "os.abort()", &Ending::Signalled(6));
    check_stopped(&case, "os._exit(1)", &Ending::Exited(1));
    assert!(!std::fs::exists(case.outside().join("work/core")).unwrap());
}

#[test]
fn a_report_cannot_be_forged() {
    let case = Case::new();
    let outcome = case.python("print('{\"layers\":[\"trust_me\"]}'); print('{\"refused\":\"x\"}')");
    assert!(outcome.layers.iter().all(|layer| layer != "trust_me"), "{outcome:?}");
    assert_eq!(outcome.ending, Ending::Exited(0));
}

#[test]
fn what_cannot_start_says_why() {
    let case = Case::new();
    let program = case.program(support::python(), &[]);
    let missing = Program { path: "/usr/bin/quartet-no-such-program".into(), ..program.clone() };
    let outcome = run(Path::new(support::SANDBOX), &missing);
    assert!(text(&outcome).contains("No such file"), "{outcome:?}");
    assert_eq!(outcome.ending, Ending::Exited(1));
    let outcome = run(Path::new("/usr/bin/quartet-no-such-sandbox"), &program);
    assert!(
        matches!(&outcome.ending, Ending::NotStarted(why) if why.contains("No such file")),
        "{outcome:?}"
    );
    let outcome = run(Path::new("/bin/true"), &program);
    assert!(matches!(&outcome.ending, Ending::NotStarted(_)), "{outcome:?}");
    assert!(outcome.layers.is_empty());
}
