//! What stands at a path now, so that a commit keeps a file's mode and never writes through a link.
//!
//! Only the directories on the way are read: a recursive listing of a large repository is megabytes, and GitHub cuts it.

use std::collections::HashMap;

use serde::Deserialize;

use crate::{Forge, ForgeError, PathRefusal};

const FILE: &str = "100644";
const EXECUTABLE: &str = "100755";

#[derive(Deserialize)]
struct TreeWire {
    tree: Vec<EntryWire>,
    #[serde(default)]
    truncated: bool,
}

#[derive(Clone, Deserialize)]
struct EntryWire {
    path: String,
    mode: String,
    sha: String,
}

/// A directory's entries by name.
type Directory = HashMap<String, EntryWire>;

impl Forge {
    /// The mode for each path in the tree `root`: the present one, or an ordinary file's.
    pub(super) async fn modes(
        &self,
        repo: &str,
        root: &str,
        paths: impl Iterator<Item = &String>,
    ) -> Result<Vec<&'static str>, ForgeError> {
        let mut read: HashMap<String, Directory> = HashMap::new();
        let mut modes = Vec::new();
        for path in paths {
            let refuse = |reason| ForgeError::PathRefused { path: path.clone(), reason };
            let mut at = Some(root.to_owned());
            let mut mode = FILE;
            let depth = path.split('/').count();
            for (level, name) in path.split('/').enumerate() {
                let Some(sha) = at.take() else { break };
                if !read.contains_key(&sha) {
                    let directory = self.directory(repo, &sha).await?;
                    read.insert(sha.clone(), directory);
                }
                let entry = read.get(&sha).and_then(|directory| directory.get(name));
                match step(entry.map(|entry| entry.mode.as_str()), level + 1 == depth).map_err(refuse)? {
                    Step::Into => at = entry.map(|entry| entry.sha.clone()),
                    Step::End(found) => mode = found,
                }
            }
            modes.push(mode);
        }
        Ok(modes)
    }

    async fn directory(&self, repo: &str, sha: &str) -> Result<Directory, ForgeError> {
        let url = self.client.repo_url(repo, &["git", "trees", sha])?;
        let wire: TreeWire = self.client.get(url, "a tree").await?;
        if wire.truncated {
            return Err(ForgeError::TooLarge { what: "a directory" });
        }
        Ok(wire.tree.into_iter().map(|entry| (entry.path.clone(), entry)).collect())
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Into,
    End(&'static str),
}

fn step(mode: Option<&str>, last: bool) -> Result<Step, PathRefusal> {
    match (mode, last) {
        (None, _) => Ok(Step::End(FILE)),
        (Some("120000"), _) => Err(PathRefusal::SymbolicLink),
        (Some("160000"), _) => Err(PathRefusal::Submodule),
        (Some("040000"), false) => Ok(Step::Into),
        (Some("040000"), true) => Err(PathRefusal::Directory),
        (Some(_), false) => Err(PathRefusal::UnderFile),
        (Some(EXECUTABLE), true) => Ok(Step::End(EXECUTABLE)),
        (Some(_), true) => Ok(Step::End(FILE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_through_directories_only() {
        #[track_caller]
        fn check(mode: Option<&str>, last: bool, expected: Result<Step, PathRefusal>) {
            assert_eq!(step(mode, last), expected);
        }
        check(None, false, Ok(Step::End(FILE)));
        check(None, true, Ok(Step::End(FILE)));
        check(Some("040000"), false, Ok(Step::Into));
        check(Some("040000"), true, Err(PathRefusal::Directory));
        check(Some("100644"), true, Ok(Step::End(FILE)));
        check(Some("100755"), true, Ok(Step::End(EXECUTABLE)));
        check(Some("100644"), false, Err(PathRefusal::UnderFile));
        check(Some("120000"), true, Err(PathRefusal::SymbolicLink));
        check(Some("120000"), false, Err(PathRefusal::SymbolicLink));
        check(Some("160000"), true, Err(PathRefusal::Submodule));
        check(Some("160000"), false, Err(PathRefusal::Submodule));
    }
}
