//! Ways out that somebody outside would notice: listeners, files, threads of the parent.

use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener};

use crate::case::{Case, check_refused, landlock};

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
