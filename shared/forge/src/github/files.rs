//! Which files a change touches.
//!
//! GitHub shows at most 3,000 files of a pull request and 300 of a comparison, and does not say that it left some out:
//! at the limit the answer is [`ForgeError::TooLarge`], never a silent part.

use serde::Deserialize;

use crate::{ChangedFile, FileStatus, Forge, ForgeError};

const PER_PAGE: usize = 100;
const PULL_FILES: usize = 3000;
const COMPARE_FILES: usize = 300;

#[derive(Deserialize)]
struct FileWire {
    filename: String,
    status: String,
    previous_filename: Option<String>,
}

#[derive(Deserialize)]
struct Comparison {
    #[serde(default)]
    files: Vec<FileWire>,
}

impl From<FileWire> for ChangedFile {
    fn from(wire: FileWire) -> Self {
        let status = match wire.status.as_str() {
            "added" => FileStatus::Added,
            "removed" => FileStatus::Removed,
            "renamed" => FileStatus::Renamed,
            "copied" => FileStatus::Copied,
            "unchanged" | "changed" => FileStatus::Unchanged,
            _ => FileStatus::Modified,
        };
        Self { path: wire.filename, status, previous_path: wire.previous_filename }
    }
}

impl Forge {
    /// All files that a pull request touches. [`ForgeError::TooLarge`] from 3,000 on.
    pub async fn changed_files(&self, repo: &str, number: u64) -> Result<Vec<ChangedFile>, ForgeError> {
        let mut files: Vec<ChangedFile> = Vec::new();
        for page in 1..=PULL_FILES / PER_PAGE {
            let mut url = self.client.repo_url(repo, &["pulls", &number.to_string(), "files"])?;
            url.query_pairs_mut()
                .append_pair("per_page", &PER_PAGE.to_string())
                .append_pair("page", &page.to_string());
            let found: Vec<FileWire> = self.client.get(url, "changed files").await?;
            let last = found.len() < PER_PAGE;
            files.extend(found.into_iter().map(ChangedFile::from));
            if last {
                return Ok(files);
            }
        }
        Err(ForgeError::TooLarge { what: "a pull request of 3,000 files or more" })
    }

    /// The files that differ between the common ancestor of `base` and `head`, and `head` (names or SHAs).
    /// [`ForgeError::TooLarge`] from 300 on.
    pub async fn compare(&self, repo: &str, base: &str, head: &str) -> Result<Vec<ChangedFile>, ForgeError> {
        let url = self.client.repo_url(repo, &["compare", &format!("{base}...{head}")])?;
        let comparison: Comparison = self.client.get(url, "a comparison").await?;
        if comparison.files.len() >= COMPARE_FILES {
            return Err(ForgeError::TooLarge { what: "a comparison of 300 files or more" });
        }
        Ok(comparison.files.into_iter().map(ChangedFile::from).collect())
    }
}
