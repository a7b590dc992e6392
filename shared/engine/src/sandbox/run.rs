//! The trusted side: starts `quartet-sandbox`, watches, and leaves nothing running.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitOptions};

use super::confine::Report;
use super::output::Output;
use super::watch::Watch;
use super::{Ending, Outcome, Program, guard};

const POLL: Duration = Duration::from_millis(5);
/// For the kernel to take down what was killed.
const PATIENCE: Duration = Duration::from_secs(5);
/// The launcher's report comes before the program's output and does not count as such.
const REPORT_BYTES: usize = 4 * 1024;

/// Runs a program in the sandbox that `sandbox` (the `quartet-sandbox` binary) builds around itself, to its end.
///
/// Blocks; never longer than the wall limit and some seconds. That a sandbox cannot be built is an ending, too.
pub fn run(sandbox: &Path, program: &Program) -> Outcome {
    let started = Instant::now();
    match start(sandbox, program) {
        Ok((leader, output)) => watch(leader, &output, program),
        Err(error) => Outcome {
            ending: Ending::NotStarted(error.to_string()),
            output: Vec::new(),
            output_cut: false,
            left_behind: false,
            layers: Vec::new(),
            elapsed: started.elapsed(),
        },
    }
}

fn start(sandbox: &Path, program: &Program) -> io::Result<(Pid, Output)> {
    guard::protect_this_process()?;
    let (reader, writer) = io::pipe()?;
    let child = Command::new(sandbox)
        .arg(serde_json::to_string(program)?)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn()
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", sandbox.display())))?;
    let leader = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let leader = leader.ok_or_else(|| io::Error::other("a process without an id"))?;
    Ok((leader, Output::collect(reader, REPORT_BYTES + program.limits.output_bytes)))
}

fn watch(leader: Pid, output: &Output, program: &Program) -> Outcome {
    let mut watch = Watch::new(leader, &program.limits, output, &program.writable);
    let ending = loop {
        if let Some(ending) = ended(leader) {
            break ending;
        }
        if let Some(ending) = watch.verdict() {
            break ending;
        }
        thread::sleep(POLL);
    };
    let elapsed = watch.elapsed();
    let left_behind = end_all(leader);
    let (bytes, cut) = output.finish(PATIENCE);
    let (report, mut bytes) = split_report(bytes);
    let (ending, layers) = match report {
        Some(Report::Layers(mut layers)) => {
            layers.push("watched".to_owned());
            (ending, layers)
        }
        Some(Report::Refused(why)) => (Ending::NotStarted(why), Vec::new()),
        None => {
            (Ending::NotStarted(format!("the launcher said nothing and {}", ending.reason())), Vec::new())
        }
    };
    let output_cut = cut || bytes.len() > program.limits.output_bytes;
    bytes.truncate(program.limits.output_bytes);
    Outcome { ending, output: bytes, output_cut, left_behind, layers, elapsed }
}

/// How the leader ended, if it did. It stays a zombie, so that its id, which is the group's, is not given away.
fn ended(leader: Pid) -> Option<Ending> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    match rustix::process::waitid(WaitId::Pid(leader), options) {
        Ok(None) => None,
        Ok(Some(status)) => Some(match (status.exit_status(), status.terminating_signal()) {
            (Some(code), _) => Ending::Exited(code),
            (None, signal) => Ending::Signalled(signal.unwrap_or_default()),
        }),
        // Someone else reaped it: how it ended is lost, but it did.
        Err(_) => Some(Ending::Signalled(0)),
    }
}

/// Kills the whole group and reaps it. Nothing can leave the group, so nothing is missed. Answers whether there was
/// more than the leader, alive, at the end.
fn end_all(leader: Pid) -> bool {
    // Before the launcher has its own session there is no group yet; then it is alone.
    let _ = rustix::process::kill_process_group(leader, Signal::KILL);
    let _ = rustix::process::kill_process(leader, Signal::KILL);
    let started = Instant::now();
    let mut left_behind = false;
    while started.elapsed() < PATIENCE {
        match rustix::process::waitpgid(leader, WaitOptions::NOHANG) {
            Ok(Some((pid, status))) => left_behind |= pid != leader && status.signaled(),
            Ok(None) => thread::sleep(Duration::from_millis(1)),
            Err(_) => break,
        }
    }
    // The group may be empty already while the leader never joined one.
    let _ = rustix::process::waitpid(Some(leader), WaitOptions::NOHANG);
    left_behind
}

fn split_report(mut bytes: Vec<u8>) -> (Option<Report>, Vec<u8>) {
    let Some(end) = bytes.iter().take(REPORT_BYTES).position(|byte| *byte == b'\n') else {
        return (None, bytes);
    };
    let report = serde_json::from_slice(&bytes[..end]).ok();
    bytes.drain(..=end);
    (report, bytes)
}
