//! The Build agent's part: what was downloaded and whether it parses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BuildResults {
    pub success: bool,
    /// Seconds.
    pub duration: f64,
    /// Regular files taken from the head's archive.
    pub files_downloaded: u64,
    /// Distinct extensions with their dot, sorted, as `.py`.
    pub file_types_processed: Vec<String>,
    /// Files that do not parse. They do not fail the stage: broken code is a result.
    pub build_errors: Vec<BuildError>,
    /// Files that a parser read.
    pub files_analyzed: u64,
    /// Entries of the archive that were left out (links, oversized or unsafe names), with the reason.
    #[serde(default)]
    pub files_skipped: Vec<SkippedFile>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BuildError {
    pub file_path: String,
    /// From 1.
    pub line_number: u64,
    /// From 1, in characters.
    pub column_number: u64,
    pub message: String,
    /// The parser that says so.
    pub parser: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SkippedFile {
    pub file_path: String,
    pub reason: String,
}
