//! Programs that are run to their end: git, cargo, pip.
//!
//! Each runs in a process group of its own. Dropping the future that waits for it ends the whole group, so a cancelled
//! `cargo build` leaves no compiler behind.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Output, Stdio};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

use crate::Refusal;

/// Git reads these before its arguments; a command run from a hook would work on the wrong repository.
const GIT_PLACES: [&str; 6] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
];

/// What `cargo run` tells this program about its own package. Build scripts look at it (ring's does), and a cargo below
/// this one would build everything that depends on them anew, each time the two take turns.
const CARGO_ABOUT_US: [&str; 2] = ["CARGO_PKG_", "CARGO_MANIFEST_"];

/// One program with its arguments.
#[derive(Debug)]
pub struct Tool {
    name: String,
    command: Command,
}

impl Tool {
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        let mut command = Command::new(program);
        command.stdin(Stdio::null()).process_group(0).kill_on_drop(true);
        for place in GIT_PLACES {
            command.env_remove(place);
        }
        for (name, _) in std::env::vars_os() {
            if CARGO_ABOUT_US.iter().any(|about| name.as_encoded_bytes().starts_with(about.as_bytes())) {
                command.env_remove(name);
            }
        }
        command.env("GIT_TERMINAL_PROMPT", "0");
        let name = Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
        Self { name, command }
    }

    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    pub fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    pub fn dir(mut self, path: &Path) -> Self {
        self.command.current_dir(path);
        self
    }

    /// Runs to the end with its output shown, and answers whether it succeeded.
    pub async fn show(mut self) -> Result<bool> {
        let mut group = self.spawn()?;
        Ok(group.child.wait().await?.success())
    }

    /// Runs to the end and answers everything that it said; a failure of the program is an answer.
    pub async fn output(mut self) -> Result<Output> {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut group = self.spawn()?;
        let (stdout, stderr) = (group.child.stdout.take(), group.child.stderr.take());
        let (status, stdout, stderr) = tokio::join!(group.child.wait(), drain(stdout), drain(stderr));
        Ok(Output { status: status?, stdout: stdout?, stderr: stderr? })
    }

    /// Runs to the end and answers its standard output, trimmed; a failure of the program is an error with its words.
    pub async fn text(self) -> Result<String> {
        let name = self.name.clone();
        let output = self.output().await?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            bail!("{name} failed ({}): {}", output.status, words.trim());
        }
        String::from_utf8(output.stdout)
            .map(|text| text.trim_end().to_owned())
            .with_context(|| format!("{name} wrote text that is not UTF-8"))
    }

    /// Runs to the end and answers the names that it wrote with a NUL after each (git's `-z`). A name need not be UTF-8:
    /// what is not is replaced, so these are for counting and showing.
    pub async fn names(self) -> Result<Vec<String>> {
        let name = self.name.clone();
        let output = self.output().await?;
        if !output.status.success() {
            bail!("{name} failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
        }
        let names = output.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        Ok(names.map(|name| String::from_utf8_lossy(name).into_owned()).collect())
    }

    fn spawn(&mut self) -> Result<Group> {
        let child = self.command.spawn().map_err(|error| {
            if error.kind() == std::io::ErrorKind::NotFound {
                Refusal::new(format!("{0} is not installed: install {0} and run this again", self.name))
                    .into()
            } else {
                anyhow::Error::from(error).context(format!("cannot start {}", self.name))
            }
        })?;
        let leader = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        Ok(Group { child, leader })
    }
}

async fn drain(stream: Option<impl tokio::io::AsyncRead + Unpin>) -> std::io::Result<Vec<u8>> {
    use tokio::io::AsyncReadExt as _;
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        stream.read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// A child and everything below it. The group is signalled only while its leader is not yet waited for, so that the
/// number cannot have gone to somebody else.
struct Group {
    child: Child,
    leader: Option<Pid>,
}

impl Drop for Group {
    fn drop(&mut self) {
        if let (Some(_), Some(leader)) = (self.child.id(), self.leader) {
            // It may have ended by itself, which is what is wanted.
            let _ = kill_process_group(leader, Signal::TERM);
        }
    }
}
