use std::io::ErrorKind;
use std::os::unix::fs::symlink;

use super::*;

#[track_caller]
fn check(path: &str, expected: Result<(), UnsafePath>) {
    assert_eq!(check_path(path), expected, "{path:?}");
    let root = tempfile::tempdir().unwrap();
    let tree = Tree::from_iter([(path, b"x".as_slice())]);
    let written = tree.write_dir(&root.path().join("in"));
    assert_eq!(written.is_ok(), expected.is_ok(), "{path:?}: {written:?}");
    let outside = std::fs::read_dir(root.path()).unwrap().filter(|e| e.as_ref().unwrap().file_name() != "in");
    assert_eq!(outside.count(), 0, "{path:?} was written outside");
}

#[test]
fn names_that_may_be_written() {
    check("a", Ok(()));
    check("src/a b/ü.py", Ok(()));
    check(".github/workflows/ci.yml", Ok(()));
    check("..a/b..", Ok(()));
    check("ab:c", Ok(()));
}

#[test]
fn names_that_may_not() {
    check("", Err(UnsafePath::Empty));
    check("/etc/passwd", Err(UnsafePath::Absolute));
    check("../x", Err(UnsafePath::Parent));
    check("a/../../x", Err(UnsafePath::Parent));
    check("a/./x", Err(UnsafePath::NotPlain));
    check("a//x", Err(UnsafePath::NotPlain));
    check("a/", Err(UnsafePath::NotPlain));
    check("C:/x", Err(UnsafePath::Windows));
    check("top/C:/x", Err(UnsafePath::Windows));
    check("a\\..\\x", Err(UnsafePath::Windows));
    check("a\0b", Err(UnsafePath::Control));
    check("a\nb", Err(UnsafePath::Control));
    check(".git/hooks/pre-commit", Err(UnsafePath::GitInternal));
    check("sub/.GIT/config", Err(UnsafePath::GitInternal));
    check(&"n".repeat(256), Err(UnsafePath::LongComponent));
}

#[test]
fn what_was_written_is_read_back() {
    let root = tempfile::tempdir().unwrap();
    let tree = Tree::from_iter([("b/c.py", b"1".as_slice()), ("a", b"".as_slice())]);
    tree.write_dir(root.path()).unwrap();
    assert_eq!(Tree::read_dir(root.path()).unwrap(), tree);
    assert_eq!((tree.len(), tree.bytes()), (2, 1));
    assert_eq!(tree.write_dir(root.path()).unwrap_err().kind(), ErrorKind::AlreadyExists);
}

#[test]
fn a_file_where_a_folder_is_needed_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    let tree = Tree::from_iter([("a", b"".as_slice()), ("a/b", b"".as_slice())]);
    assert!(tree.write_dir(root.path()).is_err());
}

#[test]
fn links_special_files_and_large_files_are_left_out_and_named() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    std::fs::create_dir_all(at("node_modules/x")).unwrap();
    std::fs::create_dir_all(at(".git")).unwrap();
    std::fs::write(at("node_modules/x/i.js"), "1").unwrap();
    std::fs::write(at(".git/config"), "1").unwrap();
    std::fs::write(at("kept.py"), "1").unwrap();
    std::fs::write(at("large.bin"), vec![0; 5 * 1024 * 1024 + 1]).unwrap();
    symlink("/etc/passwd", at("link")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();

    let (tree, skipped) = Tree::survey(root.path(), &|_, _| true).unwrap();
    assert_eq!(tree.iter().map(|(path, _)| path).collect::<Vec<_>>(), ["kept.py"]);
    let skipped: Vec<_> = skipped.iter().map(|s| format!("{}: {}", s.file_path, s.reason)).collect();
    assert_eq!(
        skipped,
        ["large.bin: over the limit of bytes per file", "link: symbolic link", "socket: special file"]
    );
}

#[test]
fn what_nobody_wants_is_not_read_on() {
    let root = tempfile::tempdir().unwrap();
    let large = vec![b'1'; 5 * 1024 * 1024 + 1];
    for (name, bytes) in [("a.py", &b"1"[..]), ("b.bin", b"\0"), ("c.bin", b"1"), ("large.bin", &large)] {
        std::fs::write(root.path().join(name), bytes).unwrap();
    }
    let wants = |path: &str, head: &[u8]| {
        assert!(head.len() <= HEAD_BYTES);
        path.ends_with(".py") || head == b"\0"
    };
    let (tree, skipped) = Tree::survey(root.path(), &wants).unwrap();
    assert_eq!(tree.iter().map(|(path, _)| path).collect::<Vec<_>>(), ["a.py", "b.bin"]);
    assert!(skipped.is_empty(), "{skipped:?}");
}
