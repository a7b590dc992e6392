//! `quartet-scan` as its user meets it: what it prints, and its exit code.
#![cfg(feature = "cli")]

use std::process::{Command, Output};

fn scan(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_quartet-scan")).args(arguments).output().expect("cargo has built it")
}

#[track_caller]
fn check(arguments: &[&str], code: i32, expected: &str) {
    let output = scan(arguments);
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_file_or_a_folder_is_scanned() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.py");
    std::fs::write(&file, "import hashlib\nx = hashlib.md5(y)\n").unwrap();
    check(&[folder.path().to_str().unwrap()], 0, "a.py:2");
    check(&[file.to_str().unwrap()], 0, "python.weak-hash");
    check(&[file.to_str().unwrap(), "--json"], 0, "\"overall_risk_level\": \"MEDIUM\"");
}

#[test]
fn what_cannot_be_read_is_said_in_one_sentence() {
    check(&["/no/such/place"], 2, "quartet-scan: cannot read /no/such/place: ");
    check(&[], 2, "Usage: quartet-scan");
    check(&["--help"], 0, "Exit code 0");
}
