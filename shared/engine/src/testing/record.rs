//! What our reporters write: one JSON object a line, as tests end.
//!
//! | line | meaning |
//! |---|---|
//! | `{"file", "function", "name", "status", "seconds", "message"}` | a test, or one of its phases |
//! | `{"missing": reason}` | the runner itself is not there |
//! | `{"end": true}` | the run came to its end |
//!
//! A line that is not one of these is left out: the file was in untrusted hands.

use std::collections::BTreeMap;

use quartet_domain::results::{TestFunction, TestStatus};
use serde::Deserialize;

use super::places::Places;
use crate::tree::check_path;

const MAX_TESTS: usize = 100_000;
const MAX_NAME_CHARS: usize = 300;
const MAX_MESSAGE_CHARS: usize = 2_000;
const MAX_PATH_BYTES: usize = 1_024;
/// Longer than any run.
const MAX_SECONDS: f64 = 86_400.0;

#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) tests: Vec<TestFunction>,
    pub(super) missing: Option<String>,
    pub(super) ended: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Test(Test),
    Missing { missing: String },
    End { end: bool },
}

#[derive(Deserialize)]
struct Test {
    file: String,
    function: String,
    name: String,
    status: TestStatus,
    seconds: f64,
    message: Option<String>,
}

impl Record {
    pub(super) fn has_passes(&self) -> bool {
        self.tests.iter().any(|test| test.status == TestStatus::Passed)
    }

    pub(super) fn has_failures(&self) -> bool {
        self.tests.iter().any(|test| matches!(test.status, TestStatus::Failed | TestStatus::Error))
    }

    pub(super) fn failure_reason(&self) -> String {
        let count = |status| self.tests.iter().filter(|test| test.status == status).count();
        match (count(TestStatus::Failed), count(TestStatus::Error)) {
            (failed, 0) => format!("{failed} failed"),
            (0, errors) => format!("{errors} could not run"),
            (failed, errors) => format!("{failed} failed, {errors} could not run"),
        }
    }
}

/// Reads the record of a run in these places.
pub(super) fn read(bytes: &[u8], places: &Places) -> Record {
    let mut record = Record::default();
    let mut tests: BTreeMap<(String, String), TestFunction> = BTreeMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        match serde_json::from_slice(line) {
            Ok(Line::Test(test)) if tests.len() < MAX_TESTS => add(&mut tests, test, places),
            Ok(Line::Missing { missing }) => record.missing = Some(cut(&missing, MAX_MESSAGE_CHARS)),
            Ok(Line::End { end }) => record.ended = end,
            Ok(Line::Test(_)) | Err(_) => {}
        }
    }
    record.tests = tests.into_values().collect();
    record
}

/// Phases of one test are one test: their times add up, and the worst of them counts.
fn add(tests: &mut BTreeMap<(String, String), TestFunction>, test: Test, places: &Places) {
    let file = places.hide(&test.file);
    let plain = check_path(&file).is_ok() && file.len() <= MAX_PATH_BYTES;
    let file_path = if plain { file } else { String::new() };
    let seconds = if test.seconds.is_nan() { 0.0 } else { test.seconds.clamp(0.0, MAX_SECONDS) };
    let message =
        test.message.filter(|text| !text.is_empty()).map(|text| cut(&places.hide(&text), MAX_MESSAGE_CHARS));
    let new = TestFunction {
        function_name: cut(&test.function, MAX_NAME_CHARS),
        file_path,
        test_name: cut(&places.hide(&test.name), MAX_NAME_CHARS),
        status: test.status,
        execution_time: seconds,
        error_message: message,
    };
    let known = tests.entry((new.file_path.clone(), new.test_name.clone()));
    known
        .and_modify(|old| {
            old.execution_time = (old.execution_time + seconds).min(MAX_SECONDS);
            if severity(new.status) > severity(old.status) {
                old.status = new.status;
                old.error_message.clone_from(&new.error_message);
            }
        })
        .or_insert(new);
}

fn severity(status: TestStatus) -> u8 {
    match status {
        TestStatus::Passed => 0,
        TestStatus::Skipped => 1,
        TestStatus::Failed => 2,
        TestStatus::Error => 3,
    }
}

/// The beginning, which names the thing, or for long text the beginning and the end, where the error is.
fn cut(text: &str, max: usize) -> String {
    let text = text.trim();
    let count = text.chars().count();
    if count <= max {
        return text.to_owned();
    }
    let head: String = text.chars().take(max / 4).collect();
    let tail: String = text.chars().skip(count - (max - max / 4)).collect();
    format!("{head} … {tail}")
}
