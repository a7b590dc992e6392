//! What changed between two commits, and what a pull request weighs.

use std::collections::HashMap;

use anyhow::Result;
use serde_json::{Value, json};

use super::{git::Git, shape::Weight};

/// One changed file.
pub(super) struct Changed {
    pub(super) path: String,
    pub(super) status: &'static str,
    pub(super) previous: Option<String>,
    pub(super) additions: u64,
    pub(super) deletions: u64,
}

impl Changed {
    pub(super) fn shape(&self) -> Value {
        let mut value = json!({
            "filename": self.path,
            "status": self.status,
            "additions": self.additions,
            "deletions": self.deletions,
            "changes": self.additions + self.deletions,
        });
        if let Some(previous) = &self.previous {
            value["previous_filename"] = previous.as_str().into();
        }
        value
    }
}

impl Git {
    pub(super) async fn changed(&self, repo: &str, base: &str, head: &str) -> Result<Vec<Changed>> {
        let names = self.run(repo, &["diff-tree", "-r", "-z", "-M", "--name-status", base, head]).await?;
        let counts = self.run(repo, &["diff-tree", "-r", "-z", "-M", "--numstat", base, head]).await?;
        let counts = numbers(&counts);
        let mut files = Vec::new();
        let mut words = names.split('\0');
        while let Some(letter) = words.next().filter(|word| !word.is_empty()) {
            let Some(first) = words.next() else { break };
            let (status, previous, path) = match letter.as_bytes().first() {
                Some(b'A') => ("added", None, first),
                Some(b'D') => ("removed", None, first),
                Some(b'R') => ("renamed", Some(first.to_owned()), words.next().unwrap_or(first)),
                Some(b'C') => ("copied", Some(first.to_owned()), words.next().unwrap_or(first)),
                _ => ("modified", None, first),
            };
            let (additions, deletions) = counts.get(path).copied().unwrap_or_default();
            files.push(Changed { path: path.to_owned(), status, previous, additions, deletions });
        }
        Ok(files)
    }

    /// The files between the common ancestor and `head`, as a pull request shows them.
    pub(super) async fn changed_since(&self, repo: &str, base: &str, head: &str) -> Result<Vec<Changed>> {
        let from = self.merge_base(repo, base, head).await?;
        self.changed(repo, from.as_deref().unwrap_or(base), head).await
    }

    pub(super) async fn weigh(&self, repo: &str, base: &str, head: &str) -> Result<Weight> {
        let files = self.changed_since(repo, base, head).await?;
        Ok(Weight {
            commits: self.count(repo, base, head).await?,
            additions: files.iter().map(|file| file.additions).sum(),
            deletions: files.iter().map(|file| file.deletions).sum(),
            changed_files: files.len(),
        })
    }

    /// How many commits `head` has that `base` has not.
    pub(super) async fn count(&self, repo: &str, base: &str, head: &str) -> Result<u64> {
        Ok(self.run(repo, &["rev-list", "--count", &format!("{base}..{head}")]).await?.parse()?)
    }
}

/// Lines added and removed, by the path now. A binary file has none.
fn numbers(output: &str) -> HashMap<String, (u64, u64)> {
    let mut counts = HashMap::new();
    let mut words = output.split('\0');
    while let Some(word) = words.next().filter(|word| !word.is_empty()) {
        let mut fields = word.splitn(3, '\t');
        let mut count = || fields.next().and_then(|field| field.parse().ok()).unwrap_or(0);
        let pair = (count(), count());
        // A renamed file has an empty path here, then the old one and the new one.
        let path = match fields.next() {
            Some("") => words.nth(1),
            path => path,
        };
        counts.insert(path.unwrap_or_default().to_owned(), pair);
    }
    counts
}
