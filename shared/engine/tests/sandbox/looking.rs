//! Suites that look for what is not theirs: environments, files, memory, descriptors, other processes.

hostile! {
    the_environment_of_the_parent: refused => "
assert not [name for name in os.environ if name.startswith('CARGO')]
attempt(lambda: open('/proc/PARENT/environ', 'rb').read())
attempt(lambda: open(f'/proc/{os.getppid()}/environ', 'rb').read())";

    every_environment_there_is: refused => "
print('refused')
for pid in range(1, 40000):
    if pid == os.getpid(): continue
    try: environment = open(f'/proc/{pid}/environ', 'rb').read()
    except OSError: continue
    print('ESCAPED', pid, environment)";

    the_environment_seen_by_node: node_refused => "
const fs = require('node:fs');
if (Object.keys(process.env).some((name) => name.startsWith('CARGO'))) console.log('ESCAPED');
attempt(() => fs.readFileSync('/proc/PARENT/environ'));
attempt(() => fs.readFileSync(`/proc/${process.ppid}/environ`));";

    the_memory_of_the_parent: refused => "
attempt(lambda: open('/proc/PARENT/mem', 'rb').read(1))
attempt(lambda: open('/proc/PARENT/maps').read())
attempt(lambda: open('/proc/PARENT/root/etc/hostname').read())
attempt(os.readlink, '/proc/PARENT/cwd')";

    the_descriptors_of_the_parent: refused => "
attempt(lambda: os.listdir('/proc/PARENT/fd'))
for fd in range(3, 256):
    try: print('ESCAPED', fd, os.fstat(fd))
    except OSError: pass";

    the_list_of_processes: refused => "
attempt(os.listdir, '/proc')
attempt(lambda: open('/proc/1/cmdline').read())
attempt(lambda: open('/proc/1/status').read())";

    the_users_of_the_machine: refused => "
for path in ('/etc/passwd', '/etc/shadow', '/etc/hosts', '/etc/sudoers', '/var/log/dpkg.log', os.sep + 'root/.bashrc'):
    attempt(lambda: open(path).read())
attempt(os.listdir, '/home')
attempt(os.listdir, '/')";

    the_credentials_of_a_home: refused => "
home = os.sep + 'root'
for path in (home + '/.aws/credentials', home + '/.ssh/id_rsa', home + '/.netrc', '/var/run/secrets', '/run/docker.sock',
             '/var/task/bootstrap', '/opt/extensions'):
    attempt(lambda: open(path).read())";

    the_network_of_the_machine: refused => "
for path in ('/proc/net/tcp', '/proc/net/unix', '/proc/self/net/route', '/proc/self/mountinfo', '/sys/class/net'):
    attempt(lambda: os.listdir(path) if path.startswith('/sys') else open(path).read())";

    the_kernel: refused => "
for path in ('/proc/kallsyms', '/proc/kcore', '/dev/mem', '/dev/kmsg', '/sys/kernel/debug', '/proc/sys/kernel/core_pattern',
             '/sys/fs/cgroup/cgroup.procs'):
    attempt(lambda: os.listdir(path) if path == '/sys/kernel/debug' else open(path, 'rb').read(1))";

    a_link_that_leads_out: refused => "
os.symlink('/etc/passwd', 'link')
attempt(lambda: open('link').read())
os.symlink('OUTSIDE', 'folder')
attempt(os.listdir, 'folder')
attempt(lambda: open('../../../../../../../../etc/passwd').read())";

    a_link_of_procfs: refused => "
for link in ('root', 'cwd/..'):
    attempt(os.listdir, f'/proc/self/{link}')
attempt(lambda: os.listdir('/proc/thread-self/root/home'))";
}
