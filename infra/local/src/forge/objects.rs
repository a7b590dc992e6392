//! Git objects made and read one by one, as the Git Data API does it.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{git::Git, state::Hub};

/// One line of a new tree. No `sha` takes the path away.
pub(super) struct Entry {
    pub(super) mode: String,
    pub(super) sha: Option<String>,
    pub(super) path: String,
}

/// Who and when, as git writes it.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) at: jiff::Timestamp,
}

/// What a commit object says.
pub(super) struct Commit {
    pub(super) sha: String,
    pub(super) tree: String,
    pub(super) parents: Vec<String>,
    pub(super) author: [String; 3],
    pub(super) committer: [String; 3],
    pub(super) message: String,
}

impl Git {
    pub(super) async fn write_blob(&self, repo: &str, content: &[u8]) -> Result<String> {
        self.feed(repo, &["hash-object", "-w", "--stdin"], content, None).await
    }

    /// A tree with the entries laid over `base`.
    pub(super) async fn write_tree(
        &self,
        repo: &str,
        base: Option<&str>,
        entries: &[Entry],
    ) -> Result<String> {
        let index = self.root().join(format!("index-{}", Hub::guid()));
        let tree = async {
            if let Some(base) = base {
                self.feed(repo, &["read-tree", base], b"", Some(&index)).await?;
            }
            let mut lines = Vec::new();
            for entry in entries {
                let (mode, sha) = match &entry.sha {
                    Some(sha) => (entry.mode.as_str(), sha.as_str()),
                    None => ("0", super::git::NO_COMMIT),
                };
                lines.extend_from_slice(format!("{mode} {sha}\t{}\0", entry.path).as_bytes());
            }
            self.feed(repo, &["update-index", "-z", "--index-info"], &lines, Some(&index)).await?;
            self.feed(repo, &["write-tree"], b"", Some(&index)).await
        };
        let tree = tree.await;
        let _ = std::fs::remove_file(&index);
        tree
    }

    pub(super) async fn write_commit(
        &self,
        repo: &str,
        tree: &str,
        parents: &[String],
        message: &str,
        [author, committer]: [&Signature; 2],
    ) -> Result<String> {
        let mut object = format!("tree {tree}\n");
        for parent in parents {
            object.push_str(&format!("parent {parent}\n"));
        }
        for (word, who) in [("author", author), ("committer", committer)] {
            let (name, email) = (clean(&who.name), clean(&who.email));
            object.push_str(&format!("{word} {name} <{email}> {} +0000\n", who.at.as_second()));
        }
        object.push('\n');
        object.push_str(message);
        self.feed(repo, &["hash-object", "-t", "commit", "-w", "--stdin"], object.as_bytes(), None).await
    }

    pub(super) async fn read_commit(&self, repo: &str, sha: &str) -> Result<Option<Commit>> {
        let Some(sha) = self.commit(repo, sha).await? else { return Ok(None) };
        let format = "--format=%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B";
        let output = self.run(repo, &["log", "-1", "--no-show-signature", format, &sha]).await?;
        let fields: Vec<&str> = output.splitn(9, '\0').collect();
        let [tree, parents, an, ae, at, cn, ce, ct, message] = fields[..] else {
            anyhow::bail!("git log says something else");
        };
        let owned = |parts: [&str; 3]| parts.map(str::to_owned);
        Ok(Some(Commit {
            sha,
            tree: tree.to_owned(),
            parents: parents.split_whitespace().map(str::to_owned).collect(),
            author: owned([an, ae, at]),
            committer: owned([cn, ce, ct]),
            message: message.trim_end_matches('\n').to_owned(),
        }))
    }

    /// The entries of a tree: mode, type, sha, size and path.
    pub(super) async fn list_tree(&self, repo: &str, sha: &str, flags: &[&str]) -> Result<Vec<Value>> {
        let args = [&["ls-tree", "-z", "--long"], flags, &["--end-of-options", sha]].concat();
        let output = self.run(repo, &args).await?;
        let mut entries = Vec::new();
        for line in output.split('\0').filter(|line| !line.is_empty()) {
            let (facts, path) = line.split_once('\t').context("git ls-tree says something else")?;
            let facts: Vec<&str> = facts.split_whitespace().collect();
            let [mode, kind, sha, size] = facts[..] else { anyhow::bail!("git ls-tree says something else") };
            let mut entry = json!({ "path": path, "mode": mode, "type": kind, "sha": sha });
            if let Ok(size) = size.parse::<u64>() {
                entry["size"] = size.into();
            }
            entries.push(entry);
        }
        Ok(entries)
    }
}

/// Without the characters that separate the parts of a signature.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '<' | '>' | '\n' | '\0')).collect::<String>().trim().to_owned()
}
