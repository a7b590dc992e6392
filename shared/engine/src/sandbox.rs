//! Runs a program that nobody trusts, with no root, no containers and no user namespaces: a Lambda has none of them.
//!
//! ```text
//! this process ── spawns ──▶ quartet-sandbox ── takes its own rights away, then becomes ──▶ the program
//!      └─ watches time, memory, processes, output and disk of the whole session, and ends all of it
//! ```
//!
//! Invariants. The program sees an environment that was written for it and no other; it has no sockets, no
//! capabilities, no way to trace or signal what was there before it, and no way out of its process group, so that one
//! signal ends everything it started. Every run ends with a named [`Ending`]. [`Outcome::layers`] lists what really
//! held; seccomp is never done without, Landlock is (a kernel may lack it), and then only file permissions keep the
//! program from files of the same user.
//!
//! Absent: protection from a kernel bug, and a limit on what the program says about itself; its report is its own.

mod confine;
mod filter;
mod guard;
mod output;
mod paths;
mod processes;
mod run;
mod watch;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::confine::{Refusal, confine_and_run};
pub use self::run::run;

/// What to run and what it may touch. Paths are absolute.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Program {
    pub path: PathBuf,
    pub arguments: Vec<String>,
    /// Where it starts.
    pub folder: PathBuf,
    /// The one folder it may write to, and all below.
    pub writable: PathBuf,
    /// What it may read and execute besides the system's own libraries.
    pub readable: Vec<PathBuf>,
    /// Its whole environment.
    pub environment: BTreeMap<String, String>,
    pub limits: Limits,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Until everything is killed.
    pub wall: Duration,
    /// Processor time of one process.
    pub cpu: Duration,
    /// Of one process by the kernel, of all together by watching.
    pub memory_bytes: u64,
    /// Of one file.
    pub file_bytes: u64,
    /// Of all that was written, by watching.
    pub disk_bytes: u64,
    /// Of one process.
    pub open_files: u64,
    /// Of all together, by watching; also by the kernel unless the user is root.
    pub processes: u64,
    /// Of the output that is kept: its beginning.
    pub output_bytes: usize,
    /// Of the output that is read before the program is stopped.
    pub output_flood_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wall: Duration::from_secs(120),
            cpu: Duration::from_secs(120),
            memory_bytes: 1024 * 1024 * 1024,
            file_bytes: 64 * 1024 * 1024,
            disk_bytes: 256 * 1024 * 1024,
            open_files: 1024,
            processes: 128,
            output_bytes: 256 * 1024,
            output_flood_bytes: 64 * 1024 * 1024,
        }
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It came to its own end with this code.
    Exited(i32),
    /// A signal ended it, and not ours.
    Signalled(i32),
    TimedOut,
    TooMuchMemory,
    TooManyProcesses,
    TooMuchOutput,
    TooMuchDisk,
    /// The sandbox could not be built, so nothing ran.
    NotStarted(String),
}

impl Ending {
    /// A sentence for the results.
    pub fn reason(&self) -> String {
        const CPU_TIME: i32 = 24;
        const FORBIDDEN_CALL: i32 = 31;
        match self {
            Self::Exited(code) => format!("exited with code {code}"),
            Self::Signalled(CPU_TIME) => "stopped: over the limit of processor time".to_owned(),
            Self::Signalled(FORBIDDEN_CALL) => "stopped: forbidden system call".to_owned(),
            Self::Signalled(signal) => format!("ended by signal {signal}"),
            Self::TimedOut => "stopped: over the limit of time".to_owned(),
            Self::TooMuchMemory => "stopped: over the limit of memory".to_owned(),
            Self::TooManyProcesses => "stopped: over the limit of processes".to_owned(),
            Self::TooMuchOutput => "stopped: over the limit of output".to_owned(),
            Self::TooMuchDisk => "stopped: over the limit of disk space".to_owned(),
            Self::NotStarted(why) => format!("not started: {why}"),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Outcome {
    pub ending: Ending,
    /// The beginning of what it wrote to its output and error output, in the order it came.
    pub output: Vec<u8>,
    /// Whether there was more than [`Limits::output_bytes`].
    pub output_cut: bool,
    /// Whether it left processes behind; they were killed.
    pub left_behind: bool,
    /// What held, as `seccomp`, `landlock`, `rlimits`, `empty_environment`.
    pub layers: Vec<String>,
    pub elapsed: Duration,
}
