//! Counting on both sides of the decompressor, so that a limit ends the work at the byte that exceeds it.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;
use std::time::{Duration, Instant};

use flate2::read::MultiGzDecoder;

use super::{ArchiveError, Limits};

/// Below this many unpacked bytes the ratio says nothing: a small tar is mostly zeros.
const RATIO_FLOOR_BYTES: u64 = 4 * 1024 * 1024;

/// The unpacked stream of `reader`, metered.
pub(super) fn unpacked(reader: impl Read, limits: &Limits) -> impl Read {
    let taken = Rc::new(Cell::new(0));
    let packed = Packed { inner: reader, taken: Rc::clone(&taken), limit: limits.compressed_bytes };
    Unpacking {
        inner: MultiGzDecoder::new(packed),
        taken,
        given: 0,
        total_bytes: limits.total_bytes,
        ratio: limits.ratio,
        started: Instant::now(),
        deadline: limits.deadline,
    }
}

struct Packed<R> {
    inner: R,
    taken: Rc<Cell<u64>>,
    limit: u64,
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer).map_err(|error| {
            let again = error.kind() == io::ErrorKind::Interrupted;
            if again { error } else { io::Error::other(ArchiveError::Unreadable(error)) }
        })?;
        self.taken.set(self.taken.get() + count as u64);
        if self.taken.get() > self.limit {
            return Err(io::Error::other(ArchiveError::TooLarge { limit: self.limit }));
        }
        Ok(count)
    }
}

struct Unpacking<R> {
    inner: R,
    taken: Rc<Cell<u64>>,
    given: u64,
    total_bytes: u64,
    ratio: u64,
    started: Instant,
    deadline: Duration,
}

impl<R: Read> Read for Unpacking<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.given += count as u64;
        if self.given > self.total_bytes {
            return Err(io::Error::other(ArchiveError::TooLarge { limit: self.total_bytes }));
        }
        if self.given > RATIO_FLOOR_BYTES && self.given > self.taken.get().saturating_mul(self.ratio) {
            return Err(io::Error::other(ArchiveError::Ratio { limit: self.ratio }));
        }
        if self.started.elapsed() > self.deadline {
            return Err(io::Error::other(ArchiveError::TimedOut { limit: self.deadline }));
        }
        Ok(count)
    }
}
