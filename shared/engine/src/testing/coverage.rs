//! How many of the lines that tests could run they did run. Test files do not count: they run themselves.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{node, pytest};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Coverage {
    covered: u64,
    lines: u64,
}

impl Coverage {
    pub(super) fn add(&mut self, other: &Self) {
        // The numbers come from untrusted hands.
        self.covered = self.covered.saturating_add(other.covered);
        self.lines = self.lines.saturating_add(other.lines);
    }

    /// 0 to 100; 0 when there was nothing to cover.
    pub(super) fn percentage(&self) -> f64 {
        if self.lines == 0 {
            return 0.0;
        }
        let hundredths = self.covered.min(self.lines).saturating_mul(10_000) / self.lines;
        // Two digits, and exact: fewer than 2^53 of them.
        u32::try_from(hundredths).map_or(0.0, |hundredths| f64::from(hundredths) / 100.0)
    }

    /// From coverage.py's JSON report.
    pub(super) fn of_python(report: &[u8]) -> Self {
        #[derive(Default, Deserialize)]
        struct Report {
            files: BTreeMap<String, File>,
        }
        #[derive(Deserialize)]
        struct File {
            summary: Summary,
        }
        #[derive(Deserialize)]
        struct Summary {
            covered_lines: u64,
            num_statements: u64,
        }
        let report: Report = serde_json::from_slice(report).unwrap_or_default();
        let mut coverage = Self::default();
        for (_, file) in report.files.iter().filter(|(path, _)| !pytest::is_test_file(path)) {
            let summary = &file.summary;
            coverage.add(&Self { covered: summary.covered_lines, lines: summary.num_statements });
        }
        coverage
    }

    /// From the `SF` and `DA` records of lcov.
    pub(super) fn of_lcov(report: &[u8]) -> Self {
        let mut coverage = Self::default();
        let mut counts = false;
        for line in String::from_utf8_lossy(report).lines() {
            if let Some(path) = line.strip_prefix("SF:") {
                counts = !node::is_test_file(path) && !path.split('/').any(|part| part == "node_modules");
            } else if let Some((_, hits)) = line.strip_prefix("DA:").and_then(|rest| rest.split_once(',')) {
                let covered = hits.trim() != "0";
                if counts {
                    coverage.add(&Self { covered: u64::from(covered), lines: 1 });
                }
            }
        }
        coverage
    }
}
