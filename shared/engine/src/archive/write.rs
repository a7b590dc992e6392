//! Trees as archives, between stages: the same tree gives the same bytes.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{EntryType, Header};

use crate::tree::Tree;

/// The folder that holds everything, as forges have one; reading takes it off again.
const TOP: &str = "tree";
const BLOCK_BYTES: usize = 512;
/// A longer name stands in an entry of its own before the file's.
const NAME_BYTES: usize = 100;

/// A gzipped tar of the tree, with no times, owners or modes in it.
pub fn write_tar_gz(tree: &Tree) -> Vec<u8> {
    // Fast: these archives live for one run, and source packs well at any level.
    let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
    write_all(tree, &mut gz).and_then(|()| gz.finish()).expect("a vector takes every write")
}

fn write_all(tree: &Tree, to: &mut impl Write) -> io::Result<()> {
    for (path, bytes) in tree.iter() {
        let name = format!("{TOP}/{path}").into_bytes();
        if name.len() > NAME_BYTES {
            let long = [&name[..], b"\0"].concat();
            write_entry(to, EntryType::GNULongName, b"././@LongLink", &long)?;
        }
        write_entry(to, EntryType::Regular, &name[..name.len().min(NAME_BYTES)], bytes)?;
    }
    to.write_all(&[0; 2 * BLOCK_BYTES])
}

fn write_entry(to: &mut impl Write, kind: EntryType, name: &[u8], body: &[u8]) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(body.len() as u64);
    header.set_cksum();
    to.write_all(header.as_bytes())?;
    to.write_all(body)?;
    to.write_all(&[0; BLOCK_BYTES][..body.len().wrapping_neg() % BLOCK_BYTES])
}
