//! Suites that want to stay: detached children, deafness, hanging on what never comes, stopping, crashing.

use std::time::Duration;

use crate::case::{Case, check_stopped};

const SECOND: Duration = Duration::from_secs(1);

hostile! {
    sleeping_for_ever: "stopped: over the limit of time" with wall = SECOND => "time.sleep(1e6)";

    deaf_to_signals: "stopped: over the limit of time" with wall = SECOND => "
import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: time.sleep(1)";

    stopping_itself: "stopped: over the limit of time" with wall = SECOND => "os.kill(0, 19)";

    a_pipe_that_nobody_writes: "stopped: over the limit of time" with wall = SECOND => "
os.mkfifo('fifo')
open('fifo').read()";

    a_lock_that_is_never_free: "stopped: over the limit of time" with wall = SECOND => "
import fcntl
if os.fork() == 0:
    with open('lock', 'w') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        time.sleep(1e6)
time.sleep(0.2)
with open('lock', 'w') as file: fcntl.flock(file, fcntl.LOCK_EX)";

    input_that_never_comes: "exited with code 0" => "assert sys.stdin.read() == ''";

    a_new_session: "exited with code 0" => "
import subprocess
subprocess.Popen([sys.executable, '-I', '-c', f'#{mark}\\nimport time; time.sleep(300)'],
    start_new_session=True, stdin=-3, stdout=-3, stderr=-3)
time.sleep(0.3)";

    a_daemon: "exited with code 0" => "
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        try: os.setpgid(0, 0)
        except OSError: pass
        for fd in range(3): os.close(fd)
        time.sleep(300)
    os._exit(0)
time.sleep(0.3)";

    a_child_that_holds_the_output: "exited with code 0" => "
if os.fork() == 0: time.sleep(300)
print('done', flush=True)
os._exit(0)";

    zombies: "stopped: over the limit of processes" => "
while True:
    try:
        if os.fork() == 0: os._exit(0)
    except OSError: pass";

    ending_its_own_group: "ended by signal 9" => "os.kill(0, 9)";

    a_crash: "ended by signal 11" => "import ctypes; ctypes.string_at(0)";

    an_abort: "ended by signal 6" => "os.abort()";

    an_end_in_the_middle: "exited with code 1" => "os._exit(1)";
}

#[test]
fn children_that_stay_are_counted_and_ended() {
    let case = Case::new();
    let script = "for n in range(3):
    if os.fork() == 0: time.sleep(300)
time.sleep(0.3)";
    let outcome = check_stopped(&case, script, &quartet_engine::sandbox::Ending::Exited(0));
    assert!(outcome.left_behind);
}

#[test]
fn a_crash_leaves_no_core() {
    let case = Case::new();
    check_stopped(&case, "os.abort()", &quartet_engine::sandbox::Ending::Signalled(6));
    assert!(!std::fs::exists(case.outside().join("work/core")).unwrap());
}
