//! Build: downloads the head (and the base to compare with) by SHA, and says what is there and whether it parses.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Seek, SeekFrom, Write};
use std::time::Instant;

use jiff::Timestamp;
use quartet_aws::announcer::Announcer;
use quartet_aws::secrets::Secret;
use quartet_domain::failure::{ARCHIVE_REFUSED, BROKEN_STATE, FORGE_REFUSED, Failed, TRANSIENT};
use quartet_domain::message::Outcome;
use quartet_domain::results::{BuildResults, SkippedFile};
use quartet_domain::run::{Changed, Ending, Record, Run, Stage};
use quartet_engine::archive::{Limits, Unpacked, read_tar_gz, write_tar_gz};
use quartet_engine::testing::changed_lines;
use quartet_forge::{ChangedFile, FileStatus, Forge, ForgeError, Settings};

use crate::source::{BASE, CHANGED, HEAD, lines};

/// What outlives a run.
#[derive(Debug)]
pub struct Build {
    pub announcer: Announcer,
    pub token: Secret,
    pub forge_url: String,
    /// A host of archives besides the usual ones.
    pub archive_host: Option<String>,
    pub limits: Limits,
}

/// Of what the archive's reader left out, the code. What a link leads to is read where it lies.
fn unread(skipped: &[SkippedFile]) -> Vec<SkippedFile> {
    let is_code = |file: &&SkippedFile| {
        quartet_engine::analyze::reads(&file.file_path, b"\0") && !file.reason.ends_with(" link")
    };
    skipped.iter().filter(is_code).cloned().collect()
}

pub async fn handle(app: &Build, input: Ending, clock: fn() -> Timestamp) -> Result<Ending, Failed> {
    let start = Instant::now();
    let objects = &app.announcer.objects;
    let run = &input.run;
    let mut settings = Settings::new(&app.forge_url, app.token.current().await?);
    settings.archive_hosts.extend(app.archive_host.clone());
    let forge = Forge::new(settings).map_err(|e| Failed::new(FORGE_REFUSED, e.to_string()))?;
    let files = changed(&forge, run).await?;
    let head = download(&forge, run, &run.head_sha, &app.limits).await?;
    let base = match &run.base_sha {
        Some(sha) if files.is_some() => Some(download(&forge, run, sha, &app.limits).await?),
        _ => None,
    };
    let mut results = BuildResults { success: true, ..quartet_engine::build::inspect(&head.tree) };
    results.files_skipped.extend(head.skipped);
    objects.put(&run.object(HEAD), write_tar_gz(&head.tree), "application/gzip").await?;
    if let Some(base) = &base {
        objects.put(&run.object(BASE), write_tar_gz(&base.tree), "application/gzip").await?;
    }
    let brought = match (&base, &files) {
        (Some(base), Some(files)) => changed_lines(&base.tree, &head.tree, files),
        _ => BTreeMap::new(),
    };
    let unread = unread(&results.files_skipped);
    let changed = Changed { files, base: base.is_some(), lines: brought, unread };
    objects.put_json(&run.object(CHANGED), &changed).await?;
    results.duration = crate::seconds(start);
    let outcome = Outcome::good(results.duration);
    let record =
        Record { results, api_calls: forge.calls(), bytes: head.tree.bytes(), lines: lines(&head.tree) };
    objects.put_json(&run.object("build.json"), &record).await?;
    app.announcer.ended(run, Stage::Build, outcome, clock()).await?;
    Ok(input)
}

/// The files that the change touches; `None` where there is nothing to compare with, so that all count.
async fn changed(forge: &Forge, run: &Run) -> Result<Option<BTreeSet<String>>, Failed> {
    let repo = &run.repository.full_name;
    let listed = match (&run.pull, &run.base_sha) {
        (Some(pull), _) => forge.changed_files(repo, pull.number).await,
        (None, Some(base)) => forge.compare(repo, base, &run.head_sha).await,
        (None, None) => return Ok(None),
    };
    let listed = match listed {
        // More than the forge lists: a change of that size is as good as the whole tree.
        Err(ForgeError::TooLarge { .. }) => return Ok(None),
        listed => listed?,
    };
    let there = |file: &ChangedFile| file.status != FileStatus::Removed;
    Ok(Some(listed.into_iter().filter(there).map(|file| file.path).collect()))
}

/// Streams one commit's archive to a file of limited size, then reads it under every other limit.
async fn download(forge: &Forge, run: &Run, sha: &str, limits: &Limits) -> Result<Unpacked, Failed> {
    let mut archive = forge.archive(&run.repository.full_name, sha).await?;
    let too_large =
        || Failed::new(ARCHIVE_REFUSED, format!("the archive is over {} bytes", limits.compressed_bytes));
    if archive.claimed_bytes().is_some_and(|bytes| bytes > limits.compressed_bytes) {
        return Err(too_large());
    }
    let disk = |e: std::io::Error| Failed::new(TRANSIENT, format!("the function's disk: {e}"));
    let mut file = tempfile::tempfile().map_err(disk)?;
    let mut bytes = 0;
    while let Some(chunk) = archive.chunk().await? {
        bytes += chunk.len() as u64;
        if bytes > limits.compressed_bytes {
            return Err(too_large());
        }
        file.write_all(&chunk).map_err(disk)?;
    }
    file.seek(SeekFrom::Start(0)).map_err(disk)?;
    let limits = limits.clone();
    let unpacked =
        tokio::task::spawn_blocking(move || read_tar_gz(std::io::BufReader::new(file), &limits)).await;
    unpacked
        .map_err(|e| Failed::new(BROKEN_STATE, e.to_string()))?
        .map_err(|e| Failed::new(ARCHIVE_REFUSED, format!("{}: {e}", e.name())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_that_was_left_out_is_named_and_links_are_not() {
        let files = [
            ("odd\\nname.py", "control character in path"),
            ("l.py", "symbolic link"),
            ("a.bin", "too large"),
        ];
        let skipped =
            files.map(|(path, reason)| SkippedFile { file_path: path.to_owned(), reason: reason.to_owned() });
        assert_eq!(unread(&skipped), skipped[..1]);
    }
}
