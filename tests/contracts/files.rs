//! The repository's files: no file tells of one machine.

use std::path::Path;
use std::process::Command;

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// Every file that git knows, below `root`.
pub(crate) fn tracked() -> Vec<String> {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let there = |path: &&str| !path.is_empty() && root().join(path).is_file();
    listed.split('\0').filter(there).map(str::to_owned).collect()
}

#[test]
fn no_file_tells_of_one_machine() {
    let homes = ["work", "root", "home", "Users"].map(|folder| format!("/{folder}/"));
    // A path of a machine starts where a word starts: not in the middle of a URL or of another path.
    let starts = |before: &str| {
        before.chars().next_back().is_none_or(|c| !(c.is_alphanumeric() || "})*.-_/".contains(c)))
    };
    let mut wrong = Vec::new();
    for path in tracked() {
        // What is not text holds no paths of ours.
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue };
        for (number, line) in text.lines().enumerate() {
            let names = |home: &String| line.match_indices(home.as_str()).any(|(at, _)| starts(&line[..at]));
            if homes.iter().any(names) {
                wrong.push(format!("{path}:{} {line}", number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
