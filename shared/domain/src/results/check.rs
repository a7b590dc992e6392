//! What must hold of a payload before it is sent, beyond its types: sums, ranges and paths.

use super::{EVENT_TYPE, PipelineComplete, SeverityBreakdown, VERSION};

/// One thing wrong with a payload: where, and what should hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {rule}")]
pub struct Flaw {
    /// A path of field names, as `results.test_results.tests_executed`.
    pub at: String,
    pub rule: String,
}

impl PipelineComplete {
    /// Every flaw of this payload; an empty list means that it may be sent.
    pub fn check(&self) -> Vec<Flaw> {
        let mut check = Check::default();
        let r = &self.results;
        check.that(
            self.event_type == EVENT_TYPE && self.kind == EVENT_TYPE,
            "event_type",
            "must be pipeline_complete",
        );
        check.that(self.version == VERSION, "version", "must be 1.0");
        check.that(!r.repository_name.is_empty(), "results.repository_name", "must not be empty");
        check.that(
            r.end_timestamp >= r.start_timestamp,
            "results.end_timestamp",
            "must not precede start_timestamp",
        );
        check.range(r.total_duration, f64::MAX, "results.total_duration");
        check.range(r.success_rate, 100.0, "results.success_rate");
        check.build(self);
        check.analysis(self);
        check.fix(self);
        check.test(self);
        check.flaws
    }
}

#[derive(Default)]
struct Check {
    flaws: Vec<Flaw>,
}

impl Check {
    fn that(&mut self, holds: bool, at: &str, rule: &str) {
        if !holds {
            self.flaws.push(Flaw { at: at.to_owned(), rule: rule.to_owned() });
        }
    }

    fn range(&mut self, value: f64, max: f64, at: &str) {
        self.that((0.0..=max).contains(&value), at, &format!("must lie between 0 and {max}"));
    }

    fn path(&mut self, path: &str, at: &str) {
        let inside = !path.is_empty() && !path.starts_with('/') && path.split('/').all(|part| part != "..");
        self.that(inside, at, "must be relative to the repository's root");
    }

    fn build(&mut self, body: &PipelineComplete) {
        let b = &body.results.build_results;
        self.range(b.duration, f64::MAX, "results.build_results.duration");
        self.that(
            b.files_analyzed <= b.files_downloaded,
            "results.build_results.files_analyzed",
            "must not exceed files_downloaded",
        );
        for (i, e) in b.build_errors.iter().enumerate() {
            self.path(&e.file_path, &format!("results.build_results.build_errors[{i}].file_path"));
        }
    }

    fn analysis(&mut self, body: &PipelineComplete) {
        let a = &body.results.analysis_results;
        self.range(a.duration, f64::MAX, "results.analysis_results.duration");
        self.range(a.ai_confidence_score, 1.0, "results.analysis_results.ai_confidence_score");
        self.that(
            a.total_issues == a.vulnerabilities.len() as u64,
            "results.analysis_results.total_issues",
            "must be the number of vulnerabilities",
        );
        self.that(
            a.severity_breakdown == SeverityBreakdown::of(&a.vulnerabilities),
            "results.analysis_results.severity_breakdown",
            "must count the vulnerabilities by severity",
        );
        self.that(
            a.suppressed_by_rule.values().sum::<u64>() == a.suppressed_issues
                || a.suppressed_by_rule.is_empty(),
            "results.analysis_results.suppressed_by_rule",
            "must add up to suppressed_issues",
        );
        for (i, v) in a.vulnerabilities.iter().enumerate() {
            let at = format!("results.analysis_results.vulnerabilities[{i}]");
            self.path(&v.file_path, &format!("{at}.file_path"));
            self.range(v.confidence_score, 1.0, &format!("{at}.confidence_score"));
            self.that(v.line_number >= 1, &format!("{at}.line_number"), "must count from 1");
        }
    }

    fn fix(&mut self, body: &PipelineComplete) {
        let f = &body.results.fix_results;
        self.range(f.duration, f64::MAX, "results.fix_results.duration");
        self.range(f.fix_confidence_average, 1.0, "results.fix_results.fix_confidence_average");
        self.that(
            f.total_lines_changed == f.functions_fixed.iter().map(|x| x.lines_changed).sum::<u64>(),
            "results.fix_results.total_lines_changed",
            "must be the sum of lines_changed",
        );
        let files: std::collections::BTreeSet<_> = f.functions_fixed.iter().map(|x| &x.file_path).collect();
        self.that(
            f.files_modified == files.len() as u64,
            "results.fix_results.files_modified",
            "must count the files of functions_fixed",
        );
        self.that(
            f.commit_sha.is_some() == f.commit_message.is_some(),
            "results.fix_results.commit_message",
            "must stand with commit_sha",
        );
        for (i, x) in f.functions_fixed.iter().enumerate() {
            let at = format!("results.fix_results.functions_fixed[{i}]");
            self.path(&x.file_path, &format!("{at}.file_path"));
            self.range(x.confidence_score, 1.0, &format!("{at}.confidence_score"));
        }
    }

    fn test(&mut self, body: &PipelineComplete) {
        let t = &body.results.test_results;
        self.range(t.duration, f64::MAX, "results.test_results.duration");
        self.range(t.test_coverage_percentage, 100.0, "results.test_results.test_coverage_percentage");
        self.that(
            t.tests_executed == t.tests_passed + t.tests_failed,
            "results.test_results.tests_executed",
            "must be tests_passed plus tests_failed",
        );
    }
}
