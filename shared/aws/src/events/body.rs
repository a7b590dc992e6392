//! Webhook bodies as an item holds them: deflated, without a header.

use std::io::Read as _;
use std::sync::{Mutex, PoisonError};

use flate2::{Compress, Compression, FlushCompress, Status};

/// Where more effort stops paying: a 25 KB pull request comes to 2 to 3 KB, and the next level saves less than a write unit.
const LEVEL: u32 = 2;

/// Some 300 KB of window and tables, cleared by each event instead of allocated anew.
#[derive(Debug)]
pub(super) struct Deflater(Mutex<Compress>);

impl Default for Deflater {
    fn default() -> Self {
        Self(Mutex::new(Compress::new(Compression::new(LEVEL), false)))
    }
}

impl Deflater {
    pub(super) fn deflate(&self, body: &[u8]) -> Vec<u8> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.reset();
        let mut out = Vec::with_capacity(body.len() / 6 + 64);
        loop {
            let from = usize::try_from(state.total_in()).unwrap_or(usize::MAX);
            let rest = body.get(from..).unwrap_or_default();
            // A compressor that is asked to finish never fails: it ends, or wants more room.
            match state.compress_vec(rest, &mut out, FlushCompress::Finish) {
                Ok(Status::Ok | Status::BufError) => out.reserve(out.len().max(1024)),
                Ok(Status::StreamEnd) | Err(_) => return out,
            }
        }
    }
}

pub(super) fn inflate(deflated: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    flate2::read::DeflateDecoder::new(deflated).read_to_end(&mut body)?;
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_come_back_as_they_went() {
        let mut seed = 7_u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed.to_be_bytes()[0]
        })
        .take(300_000)
        .collect();
        let deflater = Deflater::default();
        for body in [&b""[..], b"{}", &[b'x'; 100_000], &noise, b"{}"] {
            assert!(inflate(&deflater.deflate(body)).expect("inflates") == body, "{} bytes", body.len());
        }
    }
}
