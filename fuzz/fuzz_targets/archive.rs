//! Any bytes as an archive: it is read under its limits or refused, and what is read has safe names and one reading.

#![no_main]

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;
use quartet_engine::archive::{Limits, read_tar_gz, write_tar_gz};
use quartet_engine::tree::check_path;

fn limits() -> Limits {
    Limits {
        total_bytes: 1 << 20,
        file_bytes: 1 << 16,
        entries: 500,
        deadline: Duration::from_secs(5),
        ..Limits::default()
    }
}

fn check(bytes: &[u8]) {
    let Ok(unpacked) = read_tar_gz(bytes, &limits()) else { return };
    assert!(unpacked.tree.bytes() <= limits().total_bytes);
    assert!(unpacked.tree.len() as u64 <= limits().entries);
    for (path, content) in unpacked.tree.iter() {
        assert!(check_path(path).is_ok(), "{path:?}");
        assert!(content.len() as u64 <= limits().file_bytes, "{path:?}");
    }
    // What was taken can be packed, and is the same when it is read again.
    let again = read_tar_gz(write_tar_gz(&unpacked.tree).as_slice(), &Limits::default());
    let again = again.expect("what was written can be read");
    assert_eq!(again.tree, unpacked.tree);
}

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    // Few draws are a gzip stream with a right checksum: so the same bytes inside one as well.
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    if packed.write_all(bytes).is_ok()
        && let Ok(packed) = packed.finish()
    {
        check(&packed);
    }
});
