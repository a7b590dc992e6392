//! The Test agent's part: the repository's own tests, before and after the fixes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TestResults {
    /// Whether the stage did its work; failing tests are a result, not a failure of the stage.
    pub success: bool,
    /// Seconds.
    pub duration: f64,
    /// Functions in the changed files (in all files on a full run).
    pub functions_discovered: u64,
    /// Each test of the run with the fixes applied; generated tests among them.
    pub test_functions: Vec<TestFunction>,
    pub tests_generated: u64,
    /// `tests_passed` plus `tests_failed`.
    pub tests_executed: u64,
    pub tests_passed: u64,
    pub tests_failed: u64,
    /// Of all lines that the run could have covered, 0 to 100; 0 when nothing ran.
    pub test_coverage_percentage: f64,
    /// Of the changed lines, 0 to 100; absent when not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_lines_coverage_percentage: Option<f64>,
    /// Whether every test that passed before the fixes passes after them; absent when there was nothing to compare.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_worse: Option<bool>,
    /// What `not_worse` rests on, or why it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comparison: String,
    /// Of `functions_discovered`, those with a line that the change brings; 0 when that is not known.
    #[serde(default)]
    pub functions_changed: u64,
    /// Of `functions_discovered`, those of which a test ran at least one line.
    #[serde(default)]
    pub functions_reached: u64,
    /// One entry for each runner that was tried.
    #[serde(default)]
    pub suites: Vec<TestSuite>,
    /// Isolation that held while untrusted code ran, as `seccomp`, `rlimits`, `empty_environment`.
    #[serde(default)]
    pub sandbox_layers: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TestFunction {
    pub function_name: String,
    pub file_path: String,
    pub test_name: String,
    pub status: TestStatus,
    /// Seconds.
    pub execution_time: f64,
    pub error_message: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TestStatus {
    Passed,
    Failed,
    /// The test could not run; its message says why.
    Error,
    Skipped,
}

/// One run of one test runner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TestSuite {
    /// `pytest`, `node`, …
    pub runner: String,
    /// `passed`, `failed`, `skipped` or `error`.
    pub status: String,
    /// Why it was skipped or in error; empty otherwise.
    pub reason: String,
}
