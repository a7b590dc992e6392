//! A commit to be made, and which paths a commit of ours may touch.
//!
//! Invariant: the rules here hold whatever the caller checked before. A fix that reaches a workflow file or a git
//! control file is an attack or an error, never a fix.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// One commit on top of `parent`. The same value always gives the same commit, so making it twice is harmless.
#[derive(Clone, Debug)]
pub struct NewCommit {
    /// The full SHA of the parent.
    pub parent: String,
    /// New content by path. Files that exist keep their mode; the others become ordinary files.
    pub files: BTreeMap<String, Vec<u8>>,
    pub message: String,
    pub author: Author,
    /// Author and committer date, to the second.
    pub at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Author {
    pub name: String,
    pub email: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathRefusal {
    #[error("it is not a plain relative path")]
    Shape,
    #[error("it steers the forge or git itself")]
    Control,
    #[error("it is a symbolic link")]
    SymbolicLink,
    #[error("it is another repository")]
    Submodule,
    #[error("it is a directory")]
    Directory,
    #[error("a file stands where it needs a directory")]
    UnderFile,
}

/// Judges a path by its words alone. Every component that begins with `.git` is refused, in any case and with the
/// characters that some file systems ignore: it covers `.git`, workflows, `.gitmodules` and `.gitattributes`.
pub(crate) fn judge(path: &str) -> Result<(), PathRefusal> {
    if path.is_empty()
        || path.len() > 4096
        || path.contains(['\\', ':'])
        || path.chars().any(char::is_control)
    {
        return Err(PathRefusal::Shape);
    }
    for part in path.split('/') {
        if matches!(part, "" | "." | "..") || part.ends_with(['.', ' ']) {
            return Err(PathRefusal::Shape);
        }
        let plain: String = part.chars().filter(|c| !ignored(*c)).flat_map(char::to_lowercase).collect();
        if plain.starts_with(".git") || plain.starts_with("git~") {
            return Err(PathRefusal::Control);
        }
    }
    Ok(())
}

/// Characters that HFS+ drops from names, so that `.g\u{200c}it` opens `.git` (the list of git's own `utf8.c`).
fn ignored(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Result<(), PathRefusal>) {
        assert_eq!(judge(path), expected, "{path:?}");
    }

    #[test]
    fn takes_source_files() {
        for path in
            ["a.py", "src/app/main.js", "docs/.hidden/x", "src/git.rs", "a b/c d.py", "ünï/çode.py", "..a/b"]
        {
            check(path, Ok(()));
        }
    }

    #[test]
    fn refuses_paths_outside() {
        for path in
            ["", "/etc/passwd", "../x", "a/../../x", "a/./b", "a//b", "a/", "a\\b", "C:/x", "a\0b", "a\nb"]
        {
            check(path, Err(PathRefusal::Shape));
        }
        check("a./b", Err(PathRefusal::Shape));
        check(&"a/".repeat(3000), Err(PathRefusal::Shape));
    }

    #[test]
    fn refuses_control_files() {
        for path in [
            ".git/config",
            "sub/.git/hooks/post-checkout",
            ".GIT/config",
            ".github/workflows/ci.yml",
            ".GitHub/Workflows/ci.yml",
            ".gitmodules",
            "x/.gitattributes",
            ".g\u{200c}it/config",
            "git~1/config",
        ] {
            check(path, Err(PathRefusal::Control));
        }
    }
}
