//! The blocks of a tar stream, read strictly: each header checked, each body read or skipped by the header's own size.

use std::io::{self, Read};

use tar::Header;

use super::extension::{Extension, MAX_EXTENSION_BYTES, check_global};
use super::shelf::Shelf;
use super::{ArchiveError, Limits};

const BLOCK_BYTES: usize = 512;
/// Set-user-id and set-group-id.
const PRIVILEGE_BITS: u32 = 0o6000;
/// Where a header's checksum stands; it counts as spaces in its own sum.
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// Hands every entry of the stream to the shelf.
pub(super) fn read(reader: impl Read, limits: &Limits, shelf: &mut Shelf<'_>) -> Result<(), ArchiveError> {
    let mut blocks = Blocks { reader };
    let mut extension = Extension::default();
    let mut count = 0;
    while let Some(header) = blocks.header()? {
        let size = header.entry_size().map_err(|_| ArchiveError::corrupt("a bad size"))?;
        match header.entry_type().as_byte() {
            b'g' => check_global(&blocks.extension(size)?)?,
            b'x' => extension.add_pax(&blocks.extension(size)?)?,
            b'L' => extension.add_long_name(blocks.extension(size)?)?,
            b'K' => {
                blocks.extension(size)?;
                extension.add_long_link()?;
            }
            kind => {
                count += 1;
                if count > limits.entries {
                    return Err(ArchiveError::TooManyEntries { limit: limits.entries });
                }
                let entry = Entry { kind, size, header: &header, extension: std::mem::take(&mut extension) };
                blocks.entry(&entry, limits, shelf)?;
            }
        }
    }
    if extension.is_empty() { Ok(()) } else { Err(ArchiveError::corrupt("an extension without an entry")) }
}

struct Entry<'a> {
    kind: u8,
    size: u64,
    header: &'a Header,
    extension: Extension,
}

struct Blocks<R> {
    reader: R,
}

impl<R: Read> Blocks<R> {
    /// The next header, or `None` at the end mark, after which only zeros may come.
    fn header(&mut self) -> Result<Option<Header>, ArchiveError> {
        let mut block = [0; BLOCK_BYTES];
        self.reader.read_exact(&mut block)?;
        if block.iter().all(|byte| *byte == 0) {
            self.only_zeros()?;
            return Ok(None);
        }
        let header = Header::from_byte_slice(&block).clone();
        let sum: u32 = block
            .iter()
            .enumerate()
            .map(|(at, byte)| if CHECKSUM.contains(&at) { u32::from(b' ') } else { u32::from(*byte) })
            .sum();
        match header.cksum() {
            Ok(stated) if stated == sum => Ok(Some(header)),
            _ => Err(ArchiveError::corrupt("a header's checksum is wrong")),
        }
    }

    fn entry(
        &mut self,
        entry: &Entry<'_>,
        limits: &Limits,
        shelf: &mut Shelf<'_>,
    ) -> Result<(), ArchiveError> {
        let (size, extension) = (entry.size, &entry.extension);
        extension.check_size(size)?;
        let own = entry.header.path_bytes();
        let name = extension.name()?.unwrap_or(&own);
        shelf.check_depth(name)?;
        let reason = match entry.kind {
            b'1'..=b'6' if size != 0 => {
                return Err(ArchiveError::corrupt("a body where no file is"));
            }
            b'0' | b'\0' | b'7' if name.ends_with(b"/") => return self.folder(name, size, shelf),
            b'0' | b'\0' | b'7' => file_reason(entry, limits)?,
            b'5' => return self.folder(name, size, shelf),
            b'1' | b'2' => {
                shelf.link(name, if entry.kind == b'1' { "hard link" } else { "symbolic link" });
                return Ok(());
            }
            b'3' | b'4' => Some("device".to_owned()),
            b'6' => Some("fifo".to_owned()),
            b'S' => {
                self.sparse_map(entry.header)?;
                Some("sparse file".to_owned())
            }
            _ => Some("unknown kind of entry".to_owned()),
        };
        let reason = reason.or_else(|| shelf.refusal(name));
        if let Some(reason) = reason {
            shelf.skip(name, &reason);
            return self.skip(size);
        }
        let body = self.body(size)?;
        shelf.file(name, body);
        Ok(())
    }

    fn folder(&mut self, name: &[u8], size: u64, shelf: &mut Shelf<'_>) -> Result<(), ArchiveError> {
        if size != 0 {
            return Err(ArchiveError::corrupt("a body where no file is"));
        }
        shelf.folder(name);
        Ok(())
    }

    /// Old GNU sparse files put further maps between header and body.
    fn sparse_map(&mut self, header: &Header) -> Result<(), ArchiveError> {
        const IS_EXTENDED: usize = 504;
        let mut extended = header.as_gnu().is_some_and(tar::GnuHeader::is_extended);
        let mut block = [0; BLOCK_BYTES];
        while extended {
            self.reader.read_exact(&mut block)?;
            extended = block[IS_EXTENDED] == 1;
        }
        Ok(())
    }

    fn extension(&mut self, size: u64) -> Result<Vec<u8>, ArchiveError> {
        if size > MAX_EXTENSION_BYTES {
            return Err(ArchiveError::corrupt("an extension header of unlikely size"));
        }
        self.body(size)
    }

    fn body(&mut self, size: u64) -> Result<Vec<u8>, ArchiveError> {
        // Not reserved from the size: that is a claim until the bytes have come.
        let mut body = Vec::new();
        (&mut self.reader).take(size).read_to_end(&mut body)?;
        if body.len() as u64 != size {
            return Err(ArchiveError::corrupt("it ends too early"));
        }
        self.skip_exactly(padding(size))?;
        body.shrink_to_fit();
        Ok(body)
    }

    fn skip(&mut self, size: u64) -> Result<(), ArchiveError> {
        self.skip_exactly(size)?;
        self.skip_exactly(padding(size))
    }

    fn skip_exactly(&mut self, size: u64) -> Result<(), ArchiveError> {
        let skipped = io::copy(&mut (&mut self.reader).take(size), &mut io::sink())?;
        if skipped == size { Ok(()) } else { Err(ArchiveError::corrupt("it ends too early")) }
    }

    fn only_zeros(&mut self) -> Result<(), ArchiveError> {
        let mut buffer = [0; 8 * 1024];
        loop {
            match self.reader.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) if buffer[..count].iter().all(|byte| *byte == 0) => {}
                Ok(_) => return Err(ArchiveError::corrupt("data after the end of the archive")),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Why a regular file is left out before its name is looked at.
fn file_reason(entry: &Entry<'_>, limits: &Limits) -> Result<Option<String>, ArchiveError> {
    let mode = entry.header.mode().map_err(|_| ArchiveError::corrupt("a bad mode"))?;
    Ok(if entry.extension.is_sparse() {
        Some("sparse file".to_owned())
    } else if mode & PRIVILEGE_BITS != 0 {
        Some("setuid or setgid bit".to_owned())
    } else if entry.size > limits.file_bytes {
        Some(format!("larger than {} bytes", limits.file_bytes))
    } else {
        None
    })
}

/// Bodies are filled up to whole blocks.
fn padding(size: u64) -> u64 {
    size.wrapping_neg() % BLOCK_BYTES as u64
}
