"""Runs the local AWS and lets nothing that it started outlive it.

Two processes. The upper one does nothing but watch; the lower one is MiniStack, whose children are the functions, whose
children may be other people's tests. The upper one ends them all, at any depth, when its standard input closes (the
caller is gone, however it went), on SIGINT, SIGTERM or SIGHUP, or when MiniStack ends by itself. It is a "subreaper", so
that a process whose parent died hangs on it and is still found. If the watcher itself is killed, the kernel ends MiniStack.

Linux only, as the function binaries are.
"""

import ctypes
import os
import select
import signal
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
# MiniStack needs a moment to write its state, where it keeps any.
GRACE_SECONDS = 1.0
LAST_SECONDS = 5.0


def prctl(option, value):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(%d) failed" % option)


def main():
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    below = os.fork()
    if below == 0:
        serve()
    code = watch(below, wake_read)
    end_all(below)
    return code


def serve():
    """The lower process: never returns."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    import unhurried

    code = 1
    try:
        code = unhurried.run() or 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stderr.flush()
        os._exit(code)


def watch(below, wake_read):
    """Waits for a reason to stop and answers the exit code."""
    while True:
        ready, _, _ = select.select([0, wake_read], [], [])
        if 0 in ready and not os.read(0, 4096):
            return 0
        if wake_read in ready:
            numbers = os.read(wake_read, 4096)
            if any(n != signal.SIGCHLD for n in numbers):
                return 0
            for pid, status in reap():
                if pid == below:
                    return os.waitstatus_to_exitcode(status) or 1


def reap():
    """Collects what has ended."""
    ended = []
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended.append((pid, status))


def end_all(below):
    """Asks MiniStack to stop, then ends every descendant until there is none."""
    send(below, signal.SIGTERM)
    until(lambda: below not in descendants(), GRACE_SECONDS)

    empty = 0

    def none_left():
        # A look is not atomic: it may miss a process whose parent ends meanwhile. The next look finds it below us.
        nonlocal empty
        left = descendants()
        for pid in left:
            send(pid, signal.SIGKILL)
        empty = 0 if left else empty + 1
        return empty > 2

    until(none_left, LAST_SECONDS)


def until(done, seconds):
    limit = time.monotonic() + seconds
    while not done() and time.monotonic() < limit:
        reap()
        time.sleep(0.01)


def descendants():
    """Every living process below this one, by the parent that /proc names. Zombies are not living."""
    parent, ended = {}, set()
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % name) as stat:
                # The command name may hold spaces and brackets: the fields start after the last one.
                state, ppid = stat.read().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        parent[int(name)] = int(ppid)
        if state in "ZX":
            ended.add(int(name))
    found = set()
    layer = {os.getpid()}
    while layer:
        layer = {pid for pid, above in parent.items() if above in layer and pid not in found}
        found |= layer
    return found - ended


def send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


if __name__ == "__main__":
    sys.exit(main())
