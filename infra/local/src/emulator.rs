//! The local AWS as a process: MiniStack under a watcher that ends all of its children.
//!
//! Its environment is written from nothing: no setting of the caller's reaches a function, and without
//! `AWS_ENDPOINT_URL` a function would call the real AWS. Docker is pointed at nothing, so that it never tidies the
//! user's containers.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::aws::{ACCESS_KEY, Aws, REGION, SECRET_KEY};
use crate::python::scripts;
use crate::{Python, Refusal, Workspace};

const START_DEADLINE: Duration = Duration::from_secs(20);
/// More than the watcher's own two deadlines.
const STOP_DEADLINE: Duration = Duration::from_secs(8);
/// Another process may take the port between our look and the emulator's start.
const ATTEMPTS: usize = 3;
/// What it writes, in its folder.
pub(crate) const LOG: &str = "aws.log";
/// What nothing reads once the emulator has ended: unpacked functions above all, some hundreds of megabytes.
const SCRATCH: [&str; 3] = ["tmp", "state", "s3"];
/// Of the log, in a message.
const LINES_SHOWN: usize = 12;

/// A running local AWS; dropping it ends it and everything below it.
#[derive(Debug)]
pub(crate) struct Emulator {
    watcher: Child,
    /// Open as long as this value lives: its end is the watcher's sign to stop.
    life: Option<ChildStdin>,
    endpoint: String,
    folder: PathBuf,
    log: PathBuf,
}

impl Emulator {
    /// Starts it on a free loopback port with all of its files below `folder`, and waits until it answers. Functions call
    /// AWS at `functions_call`, which leads there, or straight.
    pub(crate) async fn start(
        workspace: &Workspace,
        python: &Python,
        folder: &Path,
        functions_call: Option<&str>,
    ) -> Result<Self> {
        std::fs::create_dir_all(folder.join("tmp")).context("cannot make the local AWS's folder")?;
        for _ in 1..ATTEMPTS {
            if let Some(emulator) = Self::attempt(workspace, python, folder, functions_call).await? {
                return Ok(emulator);
            }
        }
        Self::attempt(workspace, python, folder, functions_call).await?.ok_or_else(|| {
            Refusal::new("the local AWS finds its port taken again and again: end the program that takes loopback ports").into()
        })
    }

    /// Nothing if the port was taken in the meantime.
    async fn attempt(
        workspace: &Workspace,
        python: &Python,
        folder: &Path,
        functions_call: Option<&str>,
    ) -> Result<Option<Self>> {
        let port = free_port()?;
        let mut emulator = Self::spawn(workspace, python, folder, port, functions_call)?;
        let aws = Aws::new(emulator.endpoint.clone());
        let limit = Instant::now() + START_DEADLINE;
        while !aws.is_up().await {
            if let Some(status) = emulator.watcher.try_wait()? {
                let log = emulator.log_end();
                if log.contains("already in use") {
                    return Ok(None);
                }
                bail!(
                    "the local AWS ended at its start ({status}); the end of {}:\n{log}",
                    emulator.log.display()
                );
            }
            if Instant::now() > limit {
                bail!(
                    "the local AWS does not answer after {START_DEADLINE:?}; its log is {}",
                    emulator.log.display()
                );
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Some(emulator))
    }

    fn spawn(
        workspace: &Workspace,
        python: &Python,
        folder: &Path,
        port: u16,
        functions_call: Option<&str>,
    ) -> Result<Self> {
        let endpoint = format!("http://127.0.0.1:{port}");
        let log = folder.join(LOG);
        let written =
            std::fs::File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut command = Command::new(python.program());
        command
            .arg("-u")
            .arg(scripts(workspace).join("supervise.py"))
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("LANG", "C.UTF-8")
            .env("HOME", folder)
            .env("TMPDIR", folder.join("tmp"))
            .env("STATE_DIR", folder.join("state"))
            .env("S3_DATA_DIR", folder.join("s3"))
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("AWS_ENDPOINT_URL", functions_call.unwrap_or(&endpoint))
            .env("AWS_DEFAULT_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // The functions' roles are enforced: a permission that is missing is missing here too.
            .env("AUTH", "true")
            .env("DOCKER_HOST", "unix:///nonexistent")
            // Doors of other services, which it would open to the whole network.
            .env("IOT_MTLS_ENABLED", "0")
            .env("SFTP_ENABLED", "0")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(written.try_clone()?)
            .stderr(written);
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut watcher = command.spawn().context("cannot start the local AWS")?;
        let life = watcher.stdin.take();
        Ok(Self { watcher, life, endpoint, folder: folder.to_owned(), log })
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// The watcher, whose child is MiniStack.
    pub(crate) fn watcher_pid(&self) -> u32 {
        self.watcher.id()
    }

    /// Ends everything below. Blocks for as long as that takes, at most [`STOP_DEADLINE`].
    fn stop(&mut self) {
        drop(self.life.take());
        let limit = Instant::now() + STOP_DEADLINE;
        while Instant::now() < limit {
            if !matches!(self.watcher.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        if let Some(leader) = i32::try_from(self.watcher.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(leader, Signal::KILL);
        }
        let _ = self.watcher.wait();
    }

    /// The errors of one part in the log, the last ones.
    pub(crate) fn complaints(&self, part: &str) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> =
            text.lines().filter(|line| line.contains("ERROR") && line.contains(part)).collect();
        if lines.is_empty() { "nothing".to_owned() } else { last(&lines).join("\n") }
    }

    fn log_end(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        last(&text.lines().collect::<Vec<_>>()).join("\n")
    }
}

fn last<'a, 'b>(lines: &'b [&'a str]) -> &'b [&'a str] {
    &lines[lines.len().saturating_sub(LINES_SHOWN)..]
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.stop();
        clear(&self.folder);
    }
}

/// Leaves of an emulator that has ended its log alone. What cannot be removed stays: it is only space.
pub(crate) fn clear(folder: &Path) {
    for name in SCRATCH {
        let _ = std::fs::remove_dir_all(folder.join(name));
    }
}

/// A loopback port that is free now. MiniStack cannot choose one itself.
fn free_port() -> Result<u16> {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no loopback port is free")?;
    Ok(socket.local_addr()?.port())
}
