//! Programs whose words are more than data.

/// They run their words, their input or a file that they are told as code or as another program, here or on another
/// host; quotes around a word do not help there.
const RUNS: &str = "
    sh bash dash ash ksh mksh zsh csh tcsh fish rbash busybox toybox cmd command.com powershell pwsh wsl start call
    eval exec source . builtin command trap alias declare typeset local export readonly let set unset read mapfile wait
    test [ [[ coproc enable bind complete hash type function
    sudo doas su runuser pkexec chroot unshare nsenter setpriv capsh gosu sg newgrp
    env nohup time timeout nice ionice chrt taskset setsid stdbuf watch xargs parallel flock strace ltrace gdb lldb perf
    valgrind script scriptreplay screen tmux at batch crontab systemd-run start-stop-daemon daemonize expect unbuffer
    fakeroot proot firejail bwrap xvfb-run dbus-run-session entr inotifywait socat nc ncat netcat
    ssh autossh sshpass mosh rsh rlogin telnet slogin psexec winrs ansible salt fab pdsh
    docker podman nerdctl ctr crictl kubectl oc lxc lxd lxc-attach machinectl vagrant virsh helm
    python pypy ipython perl ruby irb node nodejs deno bun php lua luajit tclsh wish rscript r julia groovy scala java
    jshell osascript guile racket emacs vi vim nvim ed ex sed awk gawk mawk nawk m4 bc dc gnuplot octave
    find fd make gmake cmake ninja rake ant mvn gradle npm npx yarn pnpm pip pipx uv cargo go bundle gem composer
    psql mysql mariadb sqlite sqlite3 sqlplus mongo mongosh redis-cli
    if then else elif fi for while until do done case esac in select ! { } {{ }} mshta rundll32 regsvr32 wmic schtasks
    dir copy del move ren cls reg net taskkill tasklist
";

/// Some of their options run a program, so that a value must not be able to become one.
const RUN_BY_OPTION: &str = "
    git hg svn tar bsdtar rsync scp sftp zip unzip 7z cpio curl wget man less more sort split tcpdump nmap printf
    dpkg rpm apt apt-get yum dnf ffmpeg convert magick gs pdflatex latex tex gcc g++ cc clang ld openssl mail mailx
    sendmail exim patch diff diff3 dmesg date tee ip ifconfig journalctl systemctl service ldd rg ag ack
";

/// Shells have them built in, and there is no such program.
const BUILT_IN: &str =
    "cd pushd popd dirs exit return shift umask ulimit jobs fg bg history logout times break continue";

/// What is the matter with a program, by its file name without a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    BuiltIn,
    RunsByOption,
    Runs,
    /// No name that is known to be one.
    Unclear,
}

pub(super) fn kind(program: &str) -> Kind {
    let lower = program.to_ascii_lowercase();
    let file = lower.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = file.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    let is_in = |list: &str| list.split_whitespace().any(|known| known == file || known == name);
    let is_file = |extension: &str| file.ends_with(extension);
    if is_in(RUNS) || [".exe", ".bat", ".cmd", ".com", ".ps1"].into_iter().any(is_file) {
        return Kind::Runs;
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '+' | ' ');
    if file.is_empty() || !program.chars().all(is_plain) || program.starts_with('-') {
        return Kind::Unclear;
    }
    if is_in(BUILT_IN) {
        Kind::BuiltIn
    } else if is_in(RUN_BY_OPTION) {
        Kind::RunsByOption
    } else {
        Kind::Plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_known_by_their_file_names() {
        #[track_caller]
        fn check(program: &str, expected: Kind) {
            assert_eq!(kind(program), expected);
        }
        check("ls", Kind::Plain);
        check("/usr/local/bin/my-tool", Kind::Plain);
        check("/bin/bash", Kind::Runs);
        check("python3.11", Kind::Runs);
        check("CMD.exe", Kind::Runs);
        check("run.bat", Kind::Runs);
        check("[", Kind::Runs);
        check(".", Kind::Runs);
        check("cd", Kind::BuiltIn);
        check("git", Kind::RunsByOption);
        check("LANG=C", Kind::Unclear);
        check("$TOOL", Kind::Unclear);
        check("", Kind::Unclear);
    }
}
