//! The body of a `push` event.

use anyhow::Result;
use serde_json::{Value, json};

use super::{git::NO_COMMIT, objects::Commit, shape, state::Hub};

/// How many commits of a push are told; GitHub tells up to 2,048, nobody here needs them.
const COMMITS: &str = "-n20";

impl Hub {
    pub(super) async fn push_payload(
        &self,
        repo: &str,
        branch: &str,
        before: &str,
        after: &str,
        login: &str,
    ) -> Result<Value> {
        let range = match before {
            NO_COMMIT => vec!["-n1", after],
            _ => vec![COMMITS, "--reverse", after],
        };
        let not_before = format!("^{before}");
        let mut args = [&["rev-list"], range.as_slice()].concat();
        if before != NO_COMMIT {
            args.push(&not_before);
        }
        let shas = self.git.run(repo, &args).await?;
        let mut commits = Vec::new();
        for sha in shas.lines() {
            commits.push(self.commit_told(repo, sha).await?);
        }
        let forced = before != NO_COMMIT && !self.git.is_ancestor(repo, before, after).await?;
        let head = self.commit_told(repo, after).await?;
        let mut repository = self.repo_shape(repo);
        let owner = repository["owner"]["login"].clone();
        repository["owner"]["name"] = owner;
        Ok(json!({
            "ref": format!("refs/heads/{branch}"),
            "before": before,
            "after": after,
            "created": before == NO_COMMIT,
            "deleted": false,
            "forced": forced,
            "base_ref": null,
            "compare": format!("{}/{repo}/compare/{}...{}", self.url, short(before), short(after)),
            "commits": commits,
            "head_commit": head,
            "repository": repository,
            "pusher": { "name": login, "email": format!("{login}@example.com") },
            "sender": shape::user(&self.url, login),
        }))
    }

    async fn commit_told(&self, repo: &str, sha: &str) -> Result<Value> {
        let Some(commit) = self.git.read_commit(repo, sha).await? else { return Ok(Value::Null) };
        let args = ["diff-tree", "-r", "-z", "--root", "--no-commit-id", "--name-status", &commit.sha];
        let names = self.git.run(repo, &args).await?;
        let words: Vec<&str> = names.split('\0').collect();
        let paths = |letter: &str| -> Vec<&str> {
            words.chunks_exact(2).filter(|pair| pair[0] == letter).map(|pair| pair[1]).collect()
        };
        let Commit { sha, tree, author, committer, message, .. } = &commit;
        let person =
            |[name, email, _]: &[String; 3]| json!({ "name": name, "email": email, "username": name });
        Ok(json!({
            "id": sha,
            "tree_id": tree,
            "distinct": true,
            "message": message,
            "timestamp": committer[2],
            "url": format!("{}/{repo}/commit/{sha}", self.url),
            "author": person(author),
            "committer": person(committer),
            "added": paths("A"),
            "removed": paths("D"),
            "modified": paths("M"),
        }))
    }
}

fn short(sha: &str) -> &str {
    sha.get(..12).unwrap_or(sha)
}
