//! A verified patch on its way to a commit: what it may touch, judged again where the write token is.
//!
//! Invariant: nothing here reads prose. A patch is paths and whole new contents; it may change files that fixes name, and
//! nothing that steers a build, a forge or a package manager.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::results::FixResults;

/// Whole new contents by path, as base64.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    pub files: BTreeMap<String, String>,
}

/// Why a patch is not committed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchRefusal {
    #[error("it touches {MOST_FILES} files or more")]
    TooManyFiles,
    #[error("it changes more than {MOST_LINES} lines")]
    TooManyLines,
    #[error("{0} is larger than {MOST_BYTES} bytes")]
    TooLarge(String),
    #[error("no fix names {0}")]
    Unnamed(String),
    #[error("{0} steers a build, the forge or a package manager")]
    Control(String),
    #[error("{0} is not the text that it claims to be")]
    Encoding(String),
}

const MOST_FILES: usize = 50;
const MOST_LINES: u64 = 2000;
const MOST_BYTES: usize = 2 * 1024 * 1024;

impl Patch {
    /// Without the files whose fixes were all rejected after the patch was made. A file that no fix ever named stays, to be
    /// refused.
    #[must_use]
    pub fn without_rejected(mut self, fixes: &FixResults) -> Self {
        self.files.retain(|path, _| {
            fixes.functions_fixed.iter().any(|fix| fix.file_path == *path)
                || !fixes.rejected.iter().any(|fix| fix.file_path == *path)
        });
        self
    }

    /// The contents, if `fixes` account for all of them.
    pub fn judged(&self, fixes: &FixResults) -> Result<BTreeMap<String, Vec<u8>>, PatchRefusal> {
        if self.files.len() >= MOST_FILES {
            return Err(PatchRefusal::TooManyFiles);
        }
        if fixes.total_lines_changed > MOST_LINES {
            return Err(PatchRefusal::TooManyLines);
        }
        let mut contents = BTreeMap::new();
        for (path, text) in &self.files {
            if !fixes.functions_fixed.iter().any(|fix| fix.file_path == *path) {
                return Err(PatchRefusal::Unnamed(path.clone()));
            }
            if steers(path) {
                return Err(PatchRefusal::Control(path.clone()));
            }
            let bytes = STANDARD.decode(text).map_err(|_| PatchRefusal::Encoding(path.clone()))?;
            if bytes.len() > MOST_BYTES {
                return Err(PatchRefusal::TooLarge(path.clone()));
            }
            contents.insert(path.clone(), bytes);
        }
        Ok(contents)
    }
}

/// Whether a path is one that a fix never has a reason to touch. What git and the forge read is refused once more by the
/// forge crate, whatever is said here.
fn steers(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or_default();
    let folder = |wanted: &str| lower.split('/').rev().skip(1).any(|part| part == wanted);
    [".circleci", ".github", ".gitlab", ".buildkite"].into_iter().any(folder)
        || name.starts_with(".git")
        || name.ends_with(".lock")
        || matches!(
            name,
            "jenkinsfile"
                | "azure-pipelines.yml"
                | "package-lock.json"
                | "npm-shrinkwrap.json"
                | "yarn.lock"
                | "pnpm-lock.yaml"
                | "go.sum"
                | ".travis.yml"
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{FunctionFixed, RejectedFix};

    fn fixes(path: &str, lines: u64) -> FixResults {
        let fix = FunctionFixed {
            function_name: String::new(),
            file_path: path.to_owned(),
            fix_type: String::new(),
            description: String::new(),
            confidence_score: 1.0,
            lines_changed: lines,
            line_number: 1,
            fingerprint: String::new(),
            rule_id: String::new(),
            diff: String::new(),
            verification: Vec::new(),
        };
        FixResults { functions_fixed: vec![fix], total_lines_changed: lines, ..FixResults::default() }
    }

    #[track_caller]
    fn check(path: &str, text: &str, lines: u64, refusal: Option<PatchRefusal>) {
        let patch = Patch { files: BTreeMap::from([(path.to_owned(), text.to_owned())]) };
        assert_eq!(patch.judged(&fixes(path, lines)).err(), refusal, "{path}");
    }

    #[test]
    fn only_what_a_fix_may_touch_passes() {
        check("src/a.py", "eA==", 2, None);
        check("src/a.py", "?", 2, Some(PatchRefusal::Encoding("src/a.py".to_owned())));
        check("src/a.py", "eA==", 2001, Some(PatchRefusal::TooManyLines));
        for path in [
            ".github/workflows/ci.yml",
            "x/.GitHub/a",
            ".gitlab-ci.yml",
            ".circleci/config.yml",
            "Jenkinsfile",
            "Cargo.lock",
            "web/package-lock.json",
            "poetry.lock",
        ] {
            check(path, "eA==", 2, Some(PatchRefusal::Control(path.to_owned())));
        }
        let stray = Patch { files: BTreeMap::from([("b.py".to_owned(), String::new())]) };
        assert_eq!(stray.judged(&fixes("a.py", 1)), Err(PatchRefusal::Unnamed("b.py".to_owned())));
        assert_eq!(stray.clone().without_rejected(&fixes("a.py", 1)), stray);
    }

    #[test]
    fn rejected_fixes_take_their_files_along() {
        let patch = Patch { files: ["a.py", "b.py"].map(|path| (path.to_owned(), String::new())).into() };
        let rejected = RejectedFix {
            file_path: "b.py".to_owned(),
            line_number: 1,
            rule_id: String::new(),
            fingerprint: String::new(),
            reason: String::new(),
            verification: Vec::new(),
        };
        let fixes = FixResults { rejected: vec![rejected], ..fixes("a.py", 1) };
        let left = patch.without_rejected(&fixes);
        assert_eq!(left.files.keys().collect::<Vec<_>>(), ["a.py"]);
    }
}
