//! Archives as forges serve them (`.tar.gz`), read into a [`Tree`] with every limit and every oddity decided.
//!
//! Invariants: nothing is written to disk, only regular files under names that [`check_path`] accepts are taken, memory
//! and time are bounded by [`Limits`] whatever the bytes are, and where two tar readers could disagree about what an
//! archive holds, it is refused. So no helper that unpacks is called; of the `tar` crate only the header's layout is
//! used, because its iterator reads extension headers of any size and lets them count for the wrong entry.
//!
//! | oddity | outcome |
//! |---|---|
//! | link, device, fifo, sparse file, setuid or setgid bit, unknown kind | left out, with the reason |
//! | unsafe, non-UTF-8 or too long name; clash in case or in Unicode form; second entry of a name | left out (the first stays) |
//! | larger than a file may be | left out |
//! | total size, ratio, entries, depth, time over the limit | the whole archive refused, by name |
//! | truncated, bad checksum, no end mark, data after it, sizes or names that contradict each other | refused as corrupt |
//! | several gzip members | read as one stream, as gzip does |

mod entries;
mod error;
mod extension;
mod meter;
mod shelf;
mod write;

use std::io::Read;
use std::time::Duration;

use quartet_domain::results::SkippedFile;

pub use self::error::ArchiveError;
pub use self::write::write_tar_gz;
use crate::tree::Tree;
#[cfg(doc)]
use crate::tree::check_path;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of the archive as it is read.
    pub compressed_bytes: u64,
    /// Of the unpacked stream, headers and left-out files among them.
    pub total_bytes: u64,
    /// Unpacked bytes for each compressed one; a small archive may exceed it.
    pub ratio: u64,
    /// Files, folders and links together.
    pub entries: u64,
    /// Components of a name.
    pub depth: usize,
    /// Of one name; a longer one is left out.
    pub path_bytes: usize,
    /// Of one file; a larger one is left out.
    pub file_bytes: u64,
    /// For the whole archive. A reader that blocks needs a time-out of its own.
    pub deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            compressed_bytes: 64 * 1024 * 1024,
            total_bytes: 200 * 1024 * 1024,
            ratio: 200,
            entries: 50_000,
            depth: 64,
            path_bytes: 1024,
            file_bytes: 5 * 1024 * 1024,
            deadline: Duration::from_secs(60),
        }
    }
}

/// What an archive held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unpacked {
    pub tree: Tree,
    /// What was left out and why, in the archive's order; the last one speaks for the rest when there are very many.
    pub skipped: Vec<SkippedFile>,
}

/// Reads a gzipped tar. A folder that holds everything (`owner-repo-sha/`, which forges add, as does [`write_tar_gz`])
/// is taken off the names.
///
/// # Errors
/// [`ArchiveError`]: a limit that is exceeded, a stream that is not one archive, or a reader that fails.
pub fn read_tar_gz(reader: impl Read, limits: &Limits) -> Result<Unpacked, ArchiveError> {
    let mut shelf = shelf::Shelf::new(limits);
    entries::read(meter::unpacked(reader, limits), limits, &mut shelf)?;
    Ok(shelf.finish())
}

#[cfg(test)]
mod tests;
