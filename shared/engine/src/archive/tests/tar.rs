//! Builds archives byte by byte, honest or hostile; the defaults are honest.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

#[derive(Default)]
pub(super) struct Tar {
    pub(super) bytes: Vec<u8>,
}

pub(super) struct Head<'a> {
    pub(super) name: &'a [u8],
    pub(super) kind: u8,
    pub(super) mode: &'a [u8],
    pub(super) size: u64,
    pub(super) checksum_off_by: u32,
}

impl Default for Head<'_> {
    fn default() -> Self {
        Self { name: b"r-1/file", kind: b'0', mode: b"0000644", size: 0, checksum_off_by: 0 }
    }
}

impl Tar {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn head(mut self, head: &Head<'_>) -> Self {
        let mut block = [0; 512];
        block[..head.name.len()].copy_from_slice(head.name);
        block[100..100 + head.mode.len()].copy_from_slice(head.mode);
        match u32::try_from(head.size) {
            Ok(size) => block[124..135].copy_from_slice(format!("{size:011o}").as_bytes()),
            // Base 256, as GNU writes what octal digits cannot hold.
            Err(_) => {
                block[124] = 0x80;
                block[128..136].copy_from_slice(&head.size.to_be_bytes());
            }
        }
        block[156] = head.kind;
        block[257..265].copy_from_slice(b"ustar\x0000");
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum::<u32>() + head.checksum_off_by;
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.bytes.extend(block);
        self
    }

    pub(super) fn body(mut self, body: &[u8]) -> Self {
        self.bytes.extend(body);
        self.bytes.resize(self.bytes.len().next_multiple_of(512), 0);
        self
    }

    pub(super) fn entry(self, kind: u8, name: &[u8], body: &[u8]) -> Self {
        self.head(&Head { name, kind, size: body.len() as u64, ..Head::default() }).body(body)
    }

    pub(super) fn file(self, name: &str, body: &str) -> Self {
        self.entry(b'0', name.as_bytes(), body.as_bytes())
    }

    pub(super) fn link(mut self, kind: u8, name: &str, target: &str) -> Self {
        let at = self.bytes.len();
        self = self.entry(kind, name.as_bytes(), b"");
        self.bytes[at + 157..at + 157 + target.len()].copy_from_slice(target.as_bytes());
        let block = &mut self.bytes[at..at + 512];
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self
    }

    pub(super) fn pax(self, kind: u8, records: &[(&str, &str)]) -> Self {
        let body: String = records.iter().map(|(key, value)| pax_record(key, value)).collect();
        self.entry(kind, b"pax", body.as_bytes())
    }

    pub(super) fn end(mut self) -> Vec<u8> {
        self.bytes.extend([0; 1024]);
        self.bytes
    }

    pub(super) fn gz(self) -> Vec<u8> {
        gz(&self.end())
    }
}

fn pax_record(key: &str, value: &str) -> String {
    let rest = format!(" {key}={value}\n");
    let mut length = rest.len();
    while length != rest.len() + length.to_string().len() {
        length = rest.len() + length.to_string().len();
    }
    format!("{length}{rest}")
}

pub(super) fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
