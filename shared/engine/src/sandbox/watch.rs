//! What the kernel does not limit for a group of processes: looked at, again and again, until one limit is passed.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::Pid;

use super::output::Output;
use super::{Ending, Limits, processes};

/// Looking at `/proc` costs about a millisecond.
const USAGE_EVERY: Duration = Duration::from_millis(40);
const DISK_EVERY: Duration = Duration::from_millis(200);
/// As many files as fill the allowed space with one small block each, at the least.
const MAX_FILES: u64 = 100_000;

pub(super) struct Watch<'a> {
    group: Pid,
    limits: &'a Limits,
    output: &'a Output,
    folder: PathBuf,
    free_at_start: Option<Free>,
    started: Instant,
    usage_seen: Instant,
    disk_seen: Instant,
}

#[derive(Clone, Copy)]
struct Free {
    bytes: u64,
    files: u64,
}

impl<'a> Watch<'a> {
    pub(super) fn new(group: Pid, limits: &'a Limits, output: &'a Output, folder: &Path) -> Self {
        let now = Instant::now();
        Self {
            group,
            limits,
            output,
            folder: folder.to_owned(),
            free_at_start: free(folder),
            started: now,
            usage_seen: now,
            disk_seen: now,
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The limit that was passed, if one was.
    pub(super) fn verdict(&mut self) -> Option<Ending> {
        if self.started.elapsed() > self.limits.wall {
            return Some(Ending::TimedOut);
        }
        if self.output.total() > self.limits.output_flood_bytes {
            return Some(Ending::TooMuchOutput);
        }
        if self.usage_seen.elapsed() > USAGE_EVERY {
            self.usage_seen = Instant::now();
            let usage = processes::usage(self.group);
            if usage.processes > self.limits.processes {
                return Some(Ending::TooManyProcesses);
            }
            if usage.memory_bytes > self.limits.memory_bytes {
                return Some(Ending::TooMuchMemory);
            }
        }
        if self.disk_seen.elapsed() > DISK_EVERY {
            let full = self.disk_is_over();
            self.disk_seen = Instant::now();
            return full.then_some(Ending::TooMuchDisk);
        }
        None
    }

    /// The file system's free space is cheap to ask for but shared with others; when it has shrunk, the folder is
    /// measured. Files that were deleted while open are not in the folder, so twice the shrinkage decides alone.
    fn disk_is_over(&self) -> bool {
        let (Some(before), Some(now)) = (self.free_at_start, free(&self.folder)) else { return false };
        let (bytes, files) = (before.bytes.saturating_sub(now.bytes), before.files.saturating_sub(now.files));
        if bytes <= self.limits.disk_bytes && files <= MAX_FILES {
            return false;
        }
        bytes / 2 > self.limits.disk_bytes || files / 2 > MAX_FILES || {
            let (bytes, files) = measure(&self.folder);
            bytes > self.limits.disk_bytes || files > MAX_FILES
        }
    }
}

fn free(folder: &Path) -> Option<Free> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    Some(Free { bytes: stat.f_bavail.saturating_mul(stat.f_frsize), files: stat.f_ffree })
}

/// Space and number of files below the folder; what cannot be listed is not counted.
fn measure(folder: &Path) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    let (mut bytes, mut files) = (0, 0);
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            bytes += metadata.blocks() * 512;
            files += 1;
            if metadata.is_dir() {
                folders.push(entry.path());
            }
            if files > MAX_FILES {
                return (bytes, files);
            }
        }
    }
    (bytes, files)
}
