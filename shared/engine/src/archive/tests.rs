mod tar;

use std::io::{self, Read};

use self::tar::{Head, Tar, gz};
use super::*;

/// Small enough to exceed in a test.
fn limits() -> Limits {
    Limits { entries: 100, depth: 8, path_bytes: 200, file_bytes: 1000, ..Limits::default() }
}

/// `Ok(files taken, "name: reason" of those left out)`, or the name of the error.
type Expected<'a> = Result<(&'a [&'a str], &'a [&'a str]), &'a str>;

#[track_caller]
fn check_with(case: &str, limits: &Limits, archive: &[u8], expected: Expected<'_>) {
    let actual = read_tar_gz(archive, limits);
    let actual = actual.as_ref().map_err(ArchiveError::name).map(|unpacked| {
        let files: Vec<_> = unpacked.tree.iter().map(|(path, _)| path).collect();
        let skipped: Vec<_> =
            unpacked.skipped.iter().map(|s| format!("{}: {}", s.file_path, s.reason)).collect();
        (files, skipped)
    });
    let actual = actual
        .as_ref()
        .map_err(|name| *name)
        .map(|(files, skipped)| (files.clone(), skipped.iter().map(String::as_str).collect::<Vec<_>>()));
    assert_eq!(actual, expected.map(|(files, skipped)| (files.to_vec(), skipped.to_vec())), "{case}");
    if let Ok(unpacked) = read_tar_gz(archive, limits) {
        // Whatever was taken can be written out, below the folder and nowhere else.
        let root = tempfile::tempdir().unwrap();
        unpacked.tree.write_dir(&root.path().join("in")).unwrap();
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 1, "{case}: written outside");
    }
}

#[track_caller]
fn check(case: &str, archive: &[u8], expected: Expected<'_>) {
    check_with(case, &limits(), archive, expected);
}

/// One honest file stands after the hostile entry: it must come out whole.
#[track_caller]
fn left_out(case: &str, tar: Tar, expected: &str) {
    check(case, &tar.file("r-1/after", "x").gz(), Ok((&["after"], &[expected])));
}

#[track_caller]
fn refused(case: &str, archive: &[u8], name: &str) {
    check(case, archive, Err(name));
}

#[test]
fn what_forges_send() {
    let github = Tar::new()
        .pax(b'g', &[("comment", "c0ffee")])
        .entry(b'5', b"owner-repo-c0ffee/", b"")
        .file("owner-repo-c0ffee/README.md", "hi")
        .entry(b'5', b"owner-repo-c0ffee/src/", b"")
        .file("owner-repo-c0ffee/src/a.py", "");
    check("as GitHub", &github.gz(), Ok((&["README.md", "src/a.py"], &[])));
    check("no top folder", &Tar::new().file("a", "").file("b/c", "").gz(), Ok((&["a", "b/c"], &[])));
    check("two top folders", &Tar::new().file("a/x", "").file("b/x", "").gz(), Ok((&["a/x", "b/x"], &[])));
    check("empty", &Tar::new().gz(), Ok((&[], &[])));
    check("only a folder", &Tar::new().entry(b'5', b"r-1/", b"").gz(), Ok((&[], &[])));
    check("old kind", &Tar::new().entry(b'\0', b"r/a", b"1").gz(), Ok((&["a"], &[])));
    check("contiguous kind", &Tar::new().entry(b'7', b"r/a", b"1").gz(), Ok((&["a"], &[])));
    check("old folder", &Tar::new().entry(b'\0', b"r/a/", b"").file("r/b", "").gz(), Ok((&["b"], &[])));
    let nested = Tar::new().entry(b'0', b"r/bomb.tar.gz", &Tar::new().file("x", "y").gz());
    check("an archive inside stays closed", &nested.gz(), Ok((&["bomb.tar.gz"], &[])));
}

#[test]
fn names_that_lead_elsewhere() {
    let file = |name: &str| Tar::new().file(name, "x");
    left_out("parent", file("r-1/../../x"), "../../x: path leaves the repository");
    left_out("parent first", file("../x"), "../x: path leaves the repository");
    left_out("absolute", file("/etc/cron.d/x"), "/etc/cron.d/x: absolute path");
    left_out("drive", file("C:\\x"), "C:\\x: drive letter or backslash in path");
    left_out("drive below", file("r-1/C:/x"), "C:/x: drive letter or backslash in path");
    left_out("backslash", file("r-1\\..\\x"), "r-1\\..\\x: drive letter or backslash in path");
    left_out("dot", file("r-1/./x"), "./x: path is not in its plain form");
    left_out("double slash", file("r-1//x"), "/x: path is not in its plain form");
    left_out("git", file("r-1/.git/hooks/post-checkout"), ".git/hooks/post-checkout: inside .git");
    left_out("git in capitals", file("r-1/.GIT/config"), ".GIT/config: inside .git");
    left_out("new line", file("r-1/a\nb"), "a\nb: control character in path");
    left_out("no name", file(""), ": empty name");
    left_out("folder", Tar::new().entry(b'5', b"../up/", b""), "../up/: path leaves the repository");
    let latin = Tar::new().entry(b'0', b"r-1/\xe9.py", b"x");
    left_out("not UTF-8", latin, "\u{fffd}.py: name is not UTF-8");
}

#[test]
fn names_that_clash() {
    let two = |a: &str, b: &str| Tar::new().file(a, "1").file(b, "2").gz();
    let clash = "differs from another name only in case or Unicode form";
    check("case", &two("r/A.py", "r/a.py"), Ok((&["A.py"], &[&format!("a.py: {clash}")])));
    let forms = two("r/\u{e9}.py", "r/e\u{301}.py");
    check("NFC and NFD", &forms, Ok((&["\u{e9}.py"], &[&format!("e\u{301}.py: {clash}")])));
    check("twice", &two("r/a", "r/a"), Ok((&["a"], &["a: second entry of the same name"])));
    check("below a file", &two("r/a", "r/a/b"), Ok((&["a"], &["a/b: path goes through a file"])));
    check("over a folder", &two("r/a/b", "r/a"), Ok((&["a/b"], &["a: a folder has this name"])));
}

#[test]
fn entries_that_are_no_files() {
    left_out("symlink", Tar::new().link(b'2', "r-1/l", "/etc/passwd"), "l: symbolic link");
    left_out("hard link", Tar::new().link(b'1', "r-1/l", "../../etc/passwd"), "l: hard link");
    left_out("character device", Tar::new().entry(b'3', b"r-1/d", b""), "d: device");
    left_out("block device", Tar::new().entry(b'4', b"r-1/d", b""), "d: device");
    left_out("fifo", Tar::new().entry(b'6', b"r-1/f", b""), "f: fifo");
    left_out("unknown kind", Tar::new().entry(b'Z', b"r-1/z", b"body"), "z: unknown kind of entry");
    left_out("sparse", Tar::new().entry(b'S', b"r-1/s", b"body"), "s: sparse file");
    let pax_sparse =
        Tar::new().pax(b'x', &[("GNU.sparse.major", "1"), ("GNU.sparse.realsize", "8796093022208")]);
    left_out("PAX sparse", pax_sparse.file("r-1/s", "body"), "s: sparse file");
    let setuid = Head { name: b"r-1/s", mode: b"0004755", ..Head::default() };
    left_out("setuid", Tar::new().head(&setuid), "s: setuid or setgid bit");
    let setgid = Head { name: b"r-1/s", mode: b"0002755", ..Head::default() };
    left_out("setgid", Tar::new().head(&setgid), "s: setuid or setgid bit");

    let through = Tar::new().link(b'2', "r/l", "/etc").file("r/l/cron", "x").file("r/after", "x");
    let expected = ["l: symbolic link", "l/cron: path goes through a link"];
    check("through a link", &through.gz(), Ok((&["after"], &expected)));
    let replaced = Tar::new().link(b'2', "r/l", "/etc/passwd").file("r/l", "x").file("r/after", "x");
    let expected = ["l: symbolic link", "l: second entry of the same name"];
    check("in place of a link", &replaced.gz(), Ok((&["after"], &expected)));
    let loops = Tar::new().link(b'2', "r/a", "b").link(b'2', "r/b", "a").file("r/after", "x");
    check("a loop of links", &loops.gz(), Ok((&["after"], &["a: symbolic link", "b: symbolic link"])));
}

#[test]
fn old_sparse_maps_stand_between_header_and_body() {
    let mut tar = Tar::new().entry(b'S', b"r-1/s", b"");
    // GNU's magic, the mark that a map follows, then the map itself: what it holds must not be read as a header.
    let at = tar.bytes.len() - 512;
    tar.bytes[at + 257..at + 265].copy_from_slice(b"ustar  \0");
    tar.bytes[at + 482] = 1;
    tar.bytes[at + 148..at + 156].fill(b' ');
    let sum: u32 = tar.bytes[at..].iter().map(|byte| u32::from(*byte)).sum();
    tar.bytes[at + 148..at + 156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    tar.bytes.extend([7; 504]);
    tar.bytes.extend([0; 8]);
    left_out("sparse with a map", tar, "s: sparse file");
}

#[test]
fn extensions_that_rename() {
    let long = format!("r-1/{}", "d/".repeat(4) + &"n".repeat(120));
    let pax = |path: &str| Tar::new().pax(b'x', &[("path", path)]).file("r-1/short", "x");
    let gnu = |path: &str| Tar::new().entry(b'L', b"././@LongLink", path.as_bytes()).file("r-1/short", "x");
    check("PAX path", &pax(&long).gz(), Ok((&[&long[4..]], &[])));
    check("GNU long name", &gnu(&format!("{long}\0")).gz(), Ok((&[&long[4..]], &[])));
    left_out("PAX path out", pax("../../x"), "../../x: path leaves the repository");
    left_out("GNU name out", gnu("/etc/x"), "/etc/x: absolute path");
    left_out("NUL in a PAX path", pax("r-1/a\0b"), "a\0b: control character in path");
    let too_long = "n".repeat(300);
    left_out("too long", pax(&too_long), &format!("{too_long}: name is longer than 200 bytes"));
    let long_target = Tar::new().entry(b'K', b"././@LongLink", b"/etc/shadow\0").link(b'2', "r-1/l", "x");
    left_out("GNU long link", long_target, "l: symbolic link");
}

#[test]
fn extensions_that_contradict() {
    let corrupt = |case: &str, tar: Tar| refused(case, &tar.file("r-1/after", "x").gz(), "ArchiveCorrupt");
    let pax_size = |size: &str| Tar::new().pax(b'x', &[("size", size)]).file("r-1/a", "body");
    check("equal sizes", &pax_size("4").gz(), Ok((&["a"], &[])));
    corrupt("PAX size smaller", pax_size("0"));
    corrupt("PAX size larger", pax_size("1024"));
    corrupt("PAX size not a number", pax_size("-1"));
    corrupt("PAX size of exabytes", pax_size("99999999999999999999"));
    corrupt("two PAX headers", Tar::new().pax(b'x', &[("path", "r/a")]).pax(b'x', &[("path", "r/b")]));
    corrupt("two long names", Tar::new().entry(b'L', b"l", b"r/a\0").entry(b'L', b"l", b"r/b\0"));
    corrupt("two long links", Tar::new().entry(b'K', b"l", b"a\0").entry(b'K', b"l", b"b\0"));
    corrupt("PAX path and long name", Tar::new().pax(b'x', &[("path", "r/a")]).entry(b'L', b"l", b"r/b\0"));
    corrupt("global path", Tar::new().pax(b'g', &[("path", "r/a")]));
    corrupt("global size", Tar::new().pax(b'g', &[("size", "0")]));
    corrupt("bad record", Tar::new().entry(b'x', b"pax", b"9999 path=x\n"));
    corrupt("record without a length", Tar::new().entry(b'x', b"pax", b" path=x\n"));
    corrupt("record of length 0", Tar::new().entry(b'x', b"pax", b"0 path=x\n"));
    corrupt("huge extension", Tar::new().entry(b'L', b"l", &[b'a'; 70_000]));
    corrupt("symlink with a body", Tar::new().entry(b'2', b"r-1/l", b"body"));
    corrupt("folder with a body", Tar::new().entry(b'5', b"r-1/d", b"body"));
    refused("extension at the end", &Tar::new().pax(b'x', &[("path", "r/a")]).gz(), "ArchiveCorrupt");
}

#[test]
fn streams_that_are_damaged() {
    let corrupt = |case: &str, archive: &[u8]| refused(case, archive, "ArchiveCorrupt");
    let good = Tar::new().file("r/a", "body").file("r/b", &"x".repeat(900)).end();
    corrupt("nothing", b"");
    corrupt("not gzip", b"PK\x03\x04 this is a zip");
    corrupt("a page of HTML", b"<html>404</html>");
    corrupt("gzip of nothing", &gz(b""));
    corrupt("gzip of noise", &gz(&[b'x'; 2048]));
    let packed = gz(&good);
    for cut in [1, 12, packed.len() / 2, packed.len() - 9, packed.len() - 1] {
        corrupt(&format!("gzip cut at {cut}"), &packed[..cut]);
    }
    for cut in [100, 512, 1024, 1500] {
        corrupt(&format!("tar cut at {cut}"), &gz(&good[..cut]));
    }
    corrupt("no end mark", &gz(&good[..good.len() - 1024]));
    let mut flipped = packed.clone();
    let crc = flipped.len() - 6;
    flipped[crc] ^= 1;
    corrupt("gzip checksum", &flipped);
    corrupt("header checksum", &Tar::new().head(&Head { checksum_off_by: 1, ..Head::default() }).gz());
    corrupt("mode is no number", &Tar::new().head(&Head { mode: b"rw-r--r", ..Head::default() }).gz());
    let mut with_data = good.clone();
    with_data.extend(Tar::new().file("r/hidden", "x").end());
    corrupt("a second archive after the end", &gz(&with_data));
    corrupt("garbage after gzip", &[&packed[..], b"garbage"].concat());

    let (front, back) = good.split_at(700);
    check("two gzip members", &[gz(front), gz(back)].concat(), Ok((&["a", "b"], &[])));
    let padded = [&good[..], &[0; 9000]].concat();
    check("zeros after the end", &gz(&padded), Ok((&["a", "b"], &[])));
}

#[test]
fn sizes_beyond_the_limits() {
    left_out("large file", Tar::new().file("r-1/big", &"x".repeat(1001)), "big: larger than 1000 bytes");
    let claim = |size| Tar::new().head(&Head { size, ..Head::default() }).gz();
    refused("8 TB that never come", &claim(8 << 40), "ArchiveCorrupt");
    refused("every byte there is", &claim(u64::MAX - 511), "ArchiveCorrupt");

    let bomb = gz(&vec![0; 16 * 1024 * 1024]);
    refused("zeros 1:1000", &bomb, "ArchiveRatio");
    let bomb = Tar::new().entry(b'0', b"r/zeros", &vec![0; 16 * 1024 * 1024]).gz();
    refused("file of zeros 1:1000", &bomb, "ArchiveRatio");
    let total = Limits { total_bytes: 100_000, ..limits() };
    let big = Tar::new().entry(b'0', b"r/zeros", &vec![0; 200_000]).gz();
    check_with("total", &total, &big, Err("ArchiveTooLarge"));
    let packed = Limits { compressed_bytes: 100, ..limits() };
    check_with("packed", &packed, &big, Err("ArchiveTooLarge"));
    check_with("time", &Limits { deadline: Duration::ZERO, ..limits() }, &big, Err("ArchiveTimedOut"));

    let many = |count: usize| (0..count).fold(Tar::new(), |tar, n| tar.file(&format!("r/{n}"), ""));
    refused("entries", &many(101).gz(), "ArchiveTooManyEntries");
    refused("depth", &Tar::new().file(&("d/".repeat(9) + "x"), "").gz(), "ArchiveTooDeep");
    let pax_deep = Tar::new().pax(b'x', &[("path", &"d/".repeat(20_000))]).file("r/a", "");
    refused("depth by PAX", &pax_deep.gz(), "ArchiveTooDeep");
}

#[test]
fn the_report_of_what_was_left_out_is_bounded() {
    let tar = (0..700).fold(Tar::new(), |tar, n| tar.link(b'2', &format!("r/{n}"), "x"));
    let unpacked = read_tar_gz(&tar.gz()[..], &Limits::default()).unwrap();
    assert_eq!(unpacked.skipped.len(), 501);
    assert_eq!(unpacked.skipped[500].reason, "200 more were left out");
}

#[test]
fn a_failing_reader_is_not_a_bad_archive() {
    struct Cut<R>(R);
    impl<R: Read> Read for Cut<R> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
                count => Ok(count),
            }
        }
    }
    let archive = Tar::new().file("r/a", "body").gz();
    let error = read_tar_gz(Cut(&archive[..30]), &limits()).unwrap_err();
    assert_eq!(error.name(), "ArchiveUnreadable");
}

#[test]
fn a_tree_comes_back_as_it_went() {
    let long = "d/".repeat(30) + &"n".repeat(100);
    let tree = Tree::from_iter([
        ("src/only/folder.py", b"print()\n".as_slice()),
        ("src/empty", b"".as_slice()),
        (&long, &[0xff; 700]),
        ("src/\u{e9}", &[1; 512]),
    ]);
    let archive = write_tar_gz(&tree);
    assert_eq!(archive, write_tar_gz(&tree.clone()), "deterministic");
    let unpacked = read_tar_gz(&archive[..], &Limits::default()).unwrap();
    assert_eq!(unpacked, Unpacked { tree, skipped: vec![] });
}
