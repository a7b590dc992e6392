//! A small repository: one module with one weakness and no tests, so that a run of it takes a second.

use std::path::{Path, PathBuf};

use quartet_local::{Tool, sample};

/// The branch with a weakness in it, of the small repository.
pub(crate) const BRANCH: &str = "search";
/// The file with the weakness.
pub(crate) const FILE: &str = "notes/store.py";
const CLEAN: &str = "\"\"\"Notes in SQLite.\"\"\"\n\nimport sqlite3\n\n\n\
    def open_store(path):\n    return sqlite3.connect(path)\n";
/// What follows it on the branch.
const WEAK: &str = "\n\ndef find_user(connection, name):\n    \
        row = connection.execute(f\"SELECT id FROM users WHERE name = '{name}'\").fetchone()\n    \
        return row[0] if row else None\n";
/// Another weakness, for another head.
pub(crate) const WEAK_HASH: &str =
    "import hashlib\n\n\ndef etag(text):\n    return hashlib.md5(text.encode()).hexdigest()\n";

/// The small repository, to be imported under many names.
pub(crate) async fn build(at: &Path) -> PathBuf {
    let git = |arguments: &[&str]| sample::signed(Tool::new("git").arg("-C").arg(at).args(arguments)).text();
    std::fs::create_dir_all(at.join("notes")).unwrap();
    git(&["init", "--quiet", "--template=", "--initial-branch=main"]).await.unwrap();
    for (branch, content) in [("main", CLEAN.to_owned()), (BRANCH, format!("{CLEAN}{WEAK}"))] {
        git(&["checkout", "--quiet", "-B", branch]).await.unwrap();
        std::fs::write(at.join(FILE), content).unwrap();
        git(&["add", "--all"]).await.unwrap();
        git(&["commit", "--quiet", "--message", branch]).await.unwrap();
    }
    at.to_owned()
}
