//! Suites that take all there is: processes, threads, memory, disk, output, descriptors, time.

use std::time::Duration;

use quartet_engine::sandbox::Ending;

use crate::case::{Case, check_stopped};

const MIB: u64 = 1024 * 1024;

hostile! {
    a_fork_bomb: "stopped: over the limit of processes" => "
while True:
    try: os.fork()
    except OSError: pass";

    burning_processor_time: "ended by signal 9" with cpu = Duration::from_secs(1) => "while True: pass";

    endless_output: "stopped: over the limit of output" => "while True: os.write(1, b'x' * 65536)";

    endless_errors: "stopped: over the limit of output" => "while True: os.write(2, b'x' * 65536)";

    one_large_allocation: refused with memory_bytes = 128 * MIB => "attempt(lambda: len(bytearray(1 << 30)))";

    memory_of_many: "stopped: over the limit of memory" with memory_bytes = 128 * MIB => "
for n in range(8):
    if os.fork() == 0: break
hoard = bytearray(os.urandom(1)) * (64 << 20)
time.sleep(60)";

    memory_that_is_shared: "stopped: over the limit of memory" with memory_bytes = 128 * MIB => "
import mmap
hoard = [mmap.mmap(-1, 64 << 20) for n in range(8)]
for part in hoard:
    for page in range(0, 64 << 20, 4096): part[page] = 1
time.sleep(60)";

    one_large_file: refused with file_bytes = 4 * MIB => "
file = open('big', 'wb')
attempt(lambda: [file.write(b'x' * (1 << 20)) for n in range(64)])
attempt(os.truncate, 'big', 1 << 40)";

    many_files: "stopped: over the limit of disk space" with disk_bytes = 32 * MIB => "
for n in range(100000):
    with open(f'file{n}', 'wb') as file: file.write(b'x' * (3 << 20))
    time.sleep(0.02)";

    files_without_a_name: "stopped: over the limit of disk space" with disk_bytes = 32 * MIB => "
held = []
for n in range(100000):
    file = open('gone', 'wb'); os.remove('gone'); held.append(file)
    file.write(b'x' * (3 << 20)); file.flush()
    time.sleep(0.02)";

    descriptors: refused with open_files = 64 => "attempt(lambda: [os.pipe() for n in range(1000)])";

    watches_of_files: refused => "
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def watch():
    if libc.inotify_init1(0) == -1: raise OSError(ctypes.get_errno(), 'no')
attempt(lambda: [watch() for n in range(100000)])";

    timers: refused => "
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def timer():
    if libc.timerfd_create(1, 0) == -1: raise OSError(ctypes.get_errno(), 'no')
attempt(lambda: [timer() for n in range(100000)])";

    a_deep_folder: "exited with code 0" => "
for n in range(2000):
    os.mkdir('d'); os.chdir('d')";
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
fn a_bomb_of_workers_in_node() {
    let mut case = Case::new();
    case.limits.wall = Duration::from_secs(5);
    case.limits.memory_bytes = 256 * MIB;
    let outcome = case.node(
        "const { Worker } = require('node:worker_threads');
process.on('uncaughtException', () => {});
setInterval(() => new Worker('setInterval(() => {}, 1000)', { eval: true }).on('error', () => {}), 1);",
    );
    let stopped = [
        Ending::TimedOut,
        Ending::TooMuchMemory,
        Ending::Signalled(5),
        Ending::Signalled(6),
        Ending::Signalled(11),
    ];
    assert!(stopped.contains(&outcome.ending), "{outcome:?}");
}

#[test]
fn what_floods_is_kept_to_its_beginning() {
    let case = Case::new();
    let outcome = check_stopped(&case, "while True: os.write(1, b'x' * 65536)", &Ending::TooMuchOutput);
    assert!(outcome.output_cut);
    assert_eq!(outcome.output.len(), case.limits.output_bytes);
}
