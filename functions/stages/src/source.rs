//! The source trees and the list of changed files that build leaves for the stages after it.

use std::collections::BTreeSet;

use quartet_aws::objects::Objects;
use quartet_domain::failure::{BROKEN_STATE, Failed};
use quartet_domain::results::SkippedFile;
use quartet_domain::run::{Changed, Run};
use quartet_engine::archive::{Limits, read_tar_gz};
use quartet_engine::tree::Tree;

/// The head's files.
pub(crate) const HEAD: &str = "head.tar.gz";
/// The base's files, where there is a base.
pub(crate) const BASE: &str = "base.tar.gz";
/// The list of changed files.
pub(crate) const CHANGED: &str = "changed.json";

/// Everything that the analysis is given.
pub(crate) struct Source {
    pub(crate) head: Tree,
    pub(crate) base: Option<Tree>,
    pub(crate) changed: Option<BTreeSet<String>>,
    /// Code that the head has and that is not among its files.
    pub(crate) unread: Vec<SkippedFile>,
}

impl Source {
    pub(crate) async fn read(objects: &Objects, run: &Run) -> Result<Self, Failed> {
        let changed: Changed =
            objects.get_json(&run.object(CHANGED)).await?.ok_or_else(|| Failed::missing(CHANGED))?;
        let head = tree(objects, run, HEAD).await?;
        let base = if changed.base { Some(tree(objects, run, BASE).await?) } else { None };
        Ok(Self { head, base, changed: changed.files, unread: changed.unread })
    }
}

async fn tree(objects: &Objects, run: &Run, file: &str) -> Result<Tree, Failed> {
    let bytes = objects.get(&run.object(file)).await?.ok_or_else(|| Failed::missing(file))?;
    unpack(&bytes)
}

/// Reads an archive that we packed ourselves: it has no folder at its top.
pub(crate) fn unpack(bytes: &[u8]) -> Result<Tree, Failed> {
    // Our own archive was within every limit when it was packed, but may pack better than a stranger may claim.
    let unpacked = read_tar_gz(bytes, &Limits { ratio: u64::MAX, ..Limits::default() });
    Ok(unpacked.map_err(|e| Failed::new(BROKEN_STATE, e.to_string()))?.tree)
}

/// Lines of source, for the metrics.
pub(crate) fn lines(tree: &Tree) -> u64 {
    tree.iter().map(|(_, bytes)| bytes.iter().filter(|&&b| b == b'\n').count() as u64).sum()
}
