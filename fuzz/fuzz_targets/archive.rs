//! Any bytes as an archive: it is read under its limits or refused, and what is read has safe names.

#![no_main]

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;
use quartet_engine::archive::{Limits, read_tar_gz};
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
    for (path, _) in unpacked.tree.iter() {
        assert!(check_path(path).is_ok(), "{path:?}");
    }
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
