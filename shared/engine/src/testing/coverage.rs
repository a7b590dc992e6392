//! Which of the lines that tests could run they did run. Test files do not count: they run themselves.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::places::Places;
use super::{node, pytest};

/// Of all files together; the numbers come from untrusted hands.
const MAX_LINES: usize = 2_000_000;

/// By file and line: whether it was run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Coverage {
    files: BTreeMap<String, BTreeMap<u32, bool>>,
    lines: usize,
}

impl Coverage {
    /// A line that one of several suites ran was run.
    pub(super) fn of_all<'c>(parts: impl Iterator<Item = &'c Self>) -> Self {
        let mut all = Self::default();
        for (path, lines) in parts.flat_map(|part| &part.files) {
            for (line, run) in lines {
                all.add(path, *line, *run);
            }
        }
        all
    }

    fn add(&mut self, path: &str, line: u32, run: bool) {
        if !self.files.contains_key(path) {
            self.files.insert(path.to_owned(), BTreeMap::new());
        }
        let Some(lines) = self.files.get_mut(path) else { return };
        if let Some(known) = lines.get_mut(&line) {
            *known |= run;
        } else if self.lines < MAX_LINES {
            self.lines += 1;
            lines.insert(line, run);
        }
    }

    /// 0 to 100; 0 when there was nothing to cover.
    pub(super) fn percentage(&self) -> f64 {
        percentage(self.files.values().flat_map(BTreeMap::values)).unwrap_or(0.0)
    }

    /// The same of these lines; absent when none of them could be run, or nothing is known of their files.
    pub(super) fn of_lines(&self, wanted: &BTreeMap<String, Vec<(u32, u32)>>) -> Option<f64> {
        let runs = wanted.iter().flat_map(|(path, stretches)| {
            let lines = self.files.get(path);
            stretches.iter().filter(|(first, last)| first <= last).flat_map(move |(first, last)| {
                lines.into_iter().flat_map(move |lines| lines.range(first..=last).map(|(_, run)| run))
            })
        });
        percentage(runs)
    }

    /// Whether one of these lines was run.
    pub(super) fn reaches(&self, path: &str, first: u32, last: u32) -> bool {
        let lines = self.files.get(path).filter(|_| first <= last);
        lines.is_some_and(|lines| lines.range(first..=last).any(|(_, run)| *run))
    }

    /// From coverage.py's JSON report.
    pub(super) fn of_python(report: &[u8]) -> Self {
        #[derive(Default, Deserialize)]
        struct Report {
            files: BTreeMap<String, File>,
        }
        #[derive(Deserialize)]
        struct File {
            executed_lines: Vec<u32>,
            missing_lines: Vec<u32>,
        }
        let report: Report = serde_json::from_slice(report).unwrap_or_default();
        let mut coverage = Self::default();
        for (path, file) in report.files.iter().filter(|(path, _)| !pytest::is_test_file(path)) {
            file.executed_lines.iter().for_each(|line| coverage.add(path, *line, true));
            file.missing_lines.iter().for_each(|line| coverage.add(path, *line, false));
        }
        coverage
    }

    /// From the `SF` and `DA` records of lcov.
    pub(super) fn of_lcov(report: &[u8], places: &Places) -> Self {
        let mut coverage = Self::default();
        let mut file = None;
        for line in String::from_utf8_lossy(report).lines() {
            if let Some(path) = line.strip_prefix("SF:") {
                let path = places.hide(path);
                let counts =
                    !node::is_test_file(&path) && !path.split('/').any(|part| part == "node_modules");
                file = counts.then_some(path);
            } else if let Some((number, hits)) =
                line.strip_prefix("DA:").and_then(|rest| rest.split_once(','))
                && let (Some(path), Ok(number)) = (&file, number.parse())
            {
                coverage.add(path, number, hits.trim() != "0");
            }
        }
        coverage
    }
}

fn percentage<'r>(runs: impl Iterator<Item = &'r bool>) -> Option<f64> {
    let (mut covered, mut lines) = (0_u64, 0_u64);
    for run in runs {
        lines += 1;
        covered += u64::from(*run);
    }
    // Two digits, and exact: fewer than 2^53 of them.
    let hundredths = (covered * 10_000).checked_div(lines)?;
    u32::try_from(hundredths).ok().map(|hundredths| f64::from(hundredths) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_one_suite_ran_was_run() {
        let one = Coverage::of_python(
            br#"{"files": {"a.py": {"executed_lines": [1, 2], "missing_lines": [3, 4]}, "tests/test_a.py": {"executed_lines": [1], "missing_lines": []}}}"#,
        );
        let other = Coverage::of_python(
            br#"{"files": {"a.py": {"executed_lines": [1, 3], "missing_lines": [2, 4]}}}"#,
        );
        assert_eq!((one.percentage(), other.percentage()), (50.0, 50.0));
        let both = Coverage::of_all([&one, &other].into_iter());
        assert_eq!(both.percentage(), 75.0);
        let lines = |stretches: &[(u32, u32)]| {
            both.of_lines(&BTreeMap::from([
                ("a.py".to_owned(), stretches.to_vec()),
                ("b.py".to_owned(), vec![(1, 9)]),
            ]))
        };
        assert_eq!(lines(&[(3, 4)]), Some(50.0));
        assert_eq!(lines(&[(1, 1), (4, 90)]), Some(50.0));
        assert_eq!(lines(&[(7, 3), (5, 9)]), None);
        assert!(both.reaches("a.py", 3, 4) && !both.reaches("a.py", 4, 9) && !both.reaches("b.py", 1, 9));
        assert_eq!(Coverage::of_python(b"{").percentage(), 0.0);
    }
}
