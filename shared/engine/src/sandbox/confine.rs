//! What `quartet-sandbox` does to itself. The order matters: each step needs rights that a later one takes away.
//!
//! Its first line of output tells the parent which layers hold; all that follows is the program's. Nothing untrusted
//! has run before that line, so it cannot be forged.

use std::fs;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::{Resource, Rlimit, Signal};
use rustix::thread::CapabilitySet;
use serde::{Deserialize, Serialize};

use super::{Limits, Program, filter, paths, processes};

/// The first line of output.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Report {
    Layers(Vec<String>),
    Refused(String),
}

/// Why the program was not run.
#[derive(Debug)]
pub struct Refusal(String);

impl Refusal {
    /// Tells the parent, on standard output.
    pub fn report(self) {
        // A parent that is gone has no ears; there is no one else to tell.
        let _ = tell(&Report::Refused(self.0));
    }
}

/// Builds the sandbox around this process and becomes the program; returns only if that was refused.
pub fn confine_and_run(program: &str) -> Refusal {
    match serde_json::from_str(program) {
        Ok(program) => become_program(&program),
        Err(error) => Refusal(format!("the program is not described: {error}")),
    }
}

fn become_program(program: &Program) -> Refusal {
    let layers = match confine(program) {
        Ok(layers) => layers,
        Err(refusal) => return refusal,
    };
    if let Err(error) = tell(&Report::Layers(layers)) {
        return Refusal(format!("the parent does not listen: {error}"));
    }
    let error = Command::new(&program.path)
        .args(&program.arguments)
        .current_dir(&program.folder)
        .env_clear()
        .envs(&program.environment)
        .exec();
    Refusal(format!("{}: {error}", program.path.display()))
}

fn confine(program: &Program) -> Result<Vec<String>, Refusal> {
    let mut layers = vec!["empty_environment".to_owned()];
    // Descriptors that this process inherited by mistake must not reach the program.
    close_fds::set_fds_cloexec(3, &[]);
    rustix::process::setsid().map_err(|error| Refusal(format!("no session of its own: {error}")))?;
    layers.push("own_session".to_owned());
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|error| Refusal(format!("no bond with the parent: {error}")))?;
    limit_resources(&program.limits)?;
    layers.push("rlimits".to_owned());
    let outside = processes::outside();
    rustix::thread::set_no_new_privs(true)
        .map_err(|error| Refusal(format!("new privileges cannot be ruled out: {error}")))?;
    layers.push("no_new_privileges".to_owned());
    if let Some(layer) = paths::restrict(program).map_err(Refusal)? {
        layers.push(layer);
    }
    drop_capabilities()?;
    layers.push("no_capabilities".to_owned());
    filter::install(outside).map_err(|error| Refusal(format!("no seccomp filter: {error}")))?;
    layers.push("seccomp".to_owned());
    Ok(layers)
}

fn limit_resources(limits: &Limits) -> Result<(), Refusal> {
    let mut wanted = vec![
        (Resource::Core, 0),
        (Resource::Msgqueue, 0),
        (Resource::Rtprio, 0),
        (Resource::Cpu, limits.cpu.as_secs().max(1)),
        // Data and not address space: JavaScript engines reserve far more than they use.
        (Resource::Data, limits.memory_bytes),
        (Resource::Fsize, limits.file_bytes),
        (Resource::Nofile, limits.open_files),
    ];
    // The kernel counts the user's other processes too, and does not count root's at all.
    if !rustix::process::getuid().is_root() {
        wanted.push((Resource::Nproc, processes::of_this_user() + limits.processes));
    }
    for (resource, value) in wanted {
        let hard = rustix::process::getrlimit(resource).maximum.unwrap_or(u64::MAX);
        let value = Some(value.min(hard));
        rustix::process::setrlimit(resource, Rlimit { current: value, maximum: value })
            .map_err(|error| Refusal(format!("no limit for {resource:?}: {error}")))?;
    }
    Ok(())
}

/// Root without capabilities is a user like any other, who only happens to own many files.
fn drop_capabilities() -> Result<(), Refusal> {
    let last = fs::read_to_string("/proc/sys/kernel/cap_last_cap").ok();
    let last: u32 = last.and_then(|text| text.trim().parse().ok()).unwrap_or(40);
    for capability in (0..=last).filter_map(|bit| 1_u64.checked_shl(bit)) {
        // Refused to a user who has none to begin with; the sets below are what counts.
        let _ =
            rustix::thread::remove_capability_from_bounding_set(CapabilitySet::from_bits_retain(capability));
    }
    let none = rustix::thread::CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    rustix::thread::set_capabilities(None, none)
        .map_err(|error| Refusal(format!("capabilities cannot be dropped: {error}")))
}

fn tell(report: &Report) -> io::Result<()> {
    let mut line = serde_json::to_vec(report)?;
    line.push(b'\n');
    let mut out = io::stdout();
    out.write_all(&line)?;
    out.flush()
}
