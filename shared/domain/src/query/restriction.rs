//! What a question restricts its answer to, and whether something meets it.
//!
//! A restriction is of one dimension and may be negated. Of a dimension any one that is not negated must hold, and none
//! that is; all dimensions must hold together. That is the whole filter, for findings, runs and webhooks alike.

use std::collections::BTreeSet;

use super::weakness::Weakness;
use crate::results::Severity;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restriction {
    pub what: What,
    pub negated: bool,
    /// The words that say it, for whom it means nothing.
    pub words: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Severity(BTreeSet<Severity>),
    Kind(&'static Weakness),
    Cwe(u64),
    /// A path, or its end; a folder ends in a stroke.
    File(String),
    Line(u64),
    Function(String),
    /// As a finding's fix is.
    Fix(Fix),
    /// Brought by the change.
    Introduced,
    /// As a run ended.
    Outcome(Outcome),
    /// Of a webhook.
    Active,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fix {
    /// In a commit.
    Committed,
    /// There is a fix that was proved, in a commit or not.
    Verified,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Failed,
    Unfinished,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    Severity,
    Kind,
    File,
    Line,
    Function,
    Fix,
    Introduced,
    Outcome,
    Active,
}

impl Dimension {
    pub(super) const OF_FINDINGS: &'static [Self] =
        &[Self::Severity, Self::Kind, Self::File, Self::Line, Self::Function, Self::Fix, Self::Introduced];
}

impl What {
    pub fn dimension(&self) -> Dimension {
        match self {
            Self::Severity(_) => Dimension::Severity,
            Self::Kind(_) | Self::Cwe(_) => Dimension::Kind,
            Self::File(_) => Dimension::File,
            Self::Line(_) => Dimension::Line,
            Self::Function(_) => Dimension::Function,
            Self::Fix(_) => Dimension::Fix,
            Self::Introduced => Dimension::Introduced,
            Self::Outcome(_) => Dimension::Outcome,
            Self::Active => Dimension::Active,
        }
    }
}

/// Whether all restrictions of these dimensions hold together, of something of which `holds` says what does.
pub(super) fn all_hold(
    restrictions: &[Restriction],
    dimensions: &[Dimension],
    holds: impl Fn(&What) -> bool,
) -> bool {
    dimensions.iter().all(|dimension| {
        let mut of: Vec<_> = restrictions.iter().filter(|one| one.what.dimension() == *dimension).collect();
        if of.iter().any(|one| one.negated && holds(&one.what)) {
            return false;
        }
        of.retain(|one| !one.negated);
        of.is_empty() || of.iter().any(|one| holds(&one.what))
    })
}

/// Whether a word names a file: it has the ending of one that is read, or a folder and any ending.
pub(super) fn is_file(word: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "c", "cfg", "cjs", "conf", "cpp", "cs", "css", "env", "go", "h", "html", "ini", "ipynb", "java",
        "js", "json", "jsx", "kt", "lock", "md", "mjs", "php", "py", "pyi", "rb", "rs", "sh", "sql", "swift",
        "toml", "ts", "tsx", "txt", "vue", "xml", "yaml", "yml",
    ];
    let (stem, ending) = word.rsplit_once('.').unwrap_or(("", ""));
    let name = stem.rsplit('/').next().unwrap_or_default();
    !name.is_empty() && !word.contains("//") && ENDINGS.contains(&ending)
}
