//! What may stand before an entry and change it: PAX records and GNU long names.
//!
//! Invariant: an extension counts for the next real entry, once, and may never move the entry's end. A second one of the
//! same kind, a size that differs from the header's, or two names at once is how archives are made to look different to
//! different readers; all are refused.

use super::ArchiveError;

/// Extensions larger than this serve no honest purpose; names are limited far below it.
pub(super) const MAX_EXTENSION_BYTES: u64 = 64 * 1024;

#[derive(Debug, Default)]
pub(super) struct Extension {
    pax: Option<Pax>,
    long_name: Option<Vec<u8>>,
    long_link: bool,
}

#[derive(Debug, Default)]
struct Pax {
    path: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
}

impl Extension {
    pub(super) fn is_empty(&self) -> bool {
        self.pax.is_none() && self.long_name.is_none() && !self.long_link
    }

    pub(super) fn add_pax(&mut self, body: &[u8]) -> Result<(), ArchiveError> {
        match self.pax.replace(read_pax(body)?) {
            None => Ok(()),
            Some(_) => Err(ArchiveError::corrupt("two PAX headers for one entry")),
        }
    }

    pub(super) fn add_long_name(&mut self, mut body: Vec<u8>) -> Result<(), ArchiveError> {
        // GNU ends the name with one NUL.
        if body.last() == Some(&0) {
            body.pop();
        }
        match self.long_name.replace(body) {
            None => Ok(()),
            Some(_) => Err(ArchiveError::corrupt("two long names for one entry")),
        }
    }

    pub(super) fn add_long_link(&mut self) -> Result<(), ArchiveError> {
        if std::mem::replace(&mut self.long_link, true) {
            return Err(ArchiveError::corrupt("two long link names for one entry"));
        }
        Ok(())
    }

    pub(super) fn is_sparse(&self) -> bool {
        self.pax.as_ref().is_some_and(|pax| pax.sparse)
    }

    /// The name that these extensions give, if any.
    pub(super) fn name(&self) -> Result<Option<&[u8]>, ArchiveError> {
        let pax = self.pax.as_ref().and_then(|pax| pax.path.as_deref());
        match (pax, self.long_name.as_deref()) {
            (Some(_), Some(_)) => Err(ArchiveError::corrupt("two names for one entry")),
            (pax, gnu) => Ok(pax.or(gnu)),
        }
    }

    pub(super) fn check_size(&self, header: u64) -> Result<(), ArchiveError> {
        match self.pax.as_ref().and_then(|pax| pax.size) {
            Some(size) if size != header => Err(ArchiveError::corrupt("two sizes for one entry")),
            _ => Ok(()),
        }
    }
}

/// A global header speaks for all entries to come; git's holds the commit as a comment.
pub(super) fn check_global(body: &[u8]) -> Result<(), ArchiveError> {
    let pax = read_pax(body)?;
    if pax.path.is_some() || pax.size.is_some() || pax.sparse {
        return Err(ArchiveError::corrupt("a global header that names or sizes entries"));
    }
    Ok(())
}

/// Records are `LENGTH KEY=VALUE\n`, where the length counts the whole record (POSIX `pax`, extended header).
fn read_pax(mut body: &[u8]) -> Result<Pax, ArchiveError> {
    let mut pax = Pax::default();
    while !body.is_empty() {
        let (key, value, rest) =
            split_record(body).ok_or_else(|| ArchiveError::corrupt("a bad PAX record"))?;
        match key {
            b"path" => pax.path = Some(value.to_vec()),
            b"size" => {
                let size = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
                pax.size = Some(size.ok_or_else(|| ArchiveError::corrupt("a bad PAX size"))?);
            }
            _ if key.starts_with(b"GNU.sparse.") => pax.sparse = true,
            _ => {}
        }
        body = rest;
    }
    Ok(pax)
}

fn split_record(body: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = body.iter().take(20).position(|byte| *byte == b' ')?;
    let digits = &body[..space];
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let length: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
    let record = body.get(space + 1..length)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    Some((&record[..equals], &record[equals + 1..], &body[length..]))
}
