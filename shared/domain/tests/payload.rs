//! The published payload: its schema is current, a good example passes, and each way of being wrong is named.

use quartet_domain::results::{FunctionFixed, PipelineComplete, schema};
use serde_json::{Value, json};

fn example() -> Value {
    let text = include_str!("../../../events/pipeline_complete.json");
    serde_json::from_str(text).expect("the example is JSON")
}

fn read(value: Value) -> PipelineComplete {
    serde_json::from_value(value).expect("the payload's types hold")
}

#[test]
fn the_published_schema_is_current() {
    let published = include_str!("../../../events/pipeline_complete.schema.json");
    let again = "run: cargo run -p quartet-domain --example schema > events/pipeline_complete.schema.json";
    assert!(published.trim_end() == schema(), "{again}");
}

#[test]
fn the_example_is_good_and_survives_a_round_trip() {
    let payload = read(example());
    assert_eq!(payload.check(), []);
    assert_eq!(serde_json::to_value(&payload).expect("serialises"), example());
}

/// Changes the example's value at `pointer` and expects a flaw at `at`.
#[track_caller]
fn check(pointer: &str, value: Value, at: &str) {
    let mut body = example();
    *body.pointer_mut(pointer).expect("the example has the field") = value;
    let flaws: Vec<_> = read(body).check().into_iter().map(|flaw| flaw.at).collect();
    assert!(flaws.iter().any(|flaw| flaw == at), "{pointer} -> {flaws:?}");
}

#[test]
fn each_rule_is_held() {
    check("/event_type", json!("pipeline"), "event_type");
    check("/version", json!("2.0"), "version");
    check("/results/repository_name", json!(""), "results.repository_name");
    check("/results/end_timestamp", json!("2020-01-01T00:00:00Z"), "results.end_timestamp");
    check("/results/total_duration", json!(-1.0), "results.total_duration");
    check("/results/success_rate", json!(101.0), "results.success_rate");
    check("/results/build_results/files_analyzed", json!(99), "results.build_results.files_analyzed");
    check("/results/analysis_results/total_issues", json!(7), "results.analysis_results.total_issues");
    check(
        "/results/analysis_results/severity_breakdown/low",
        json!(7),
        "results.analysis_results.severity_breakdown",
    );
    let first = "results.analysis_results.vulnerabilities[0]";
    let path = "/results/analysis_results/vulnerabilities/0";
    check(&format!("{path}/file_path"), json!("/etc/passwd"), &format!("{first}.file_path"));
    check(&format!("{path}/file_path"), json!("a/../../b"), &format!("{first}.file_path"));
    check(&format!("{path}/confidence_score"), json!(1.5), &format!("{first}.confidence_score"));
    check(&format!("{path}/line_number"), json!(0), &format!("{first}.line_number"));
    check("/results/fix_results/files_modified", json!(7), "results.fix_results.files_modified");
    check("/results/fix_results/total_lines_changed", json!(7), "results.fix_results.total_lines_changed");
    check("/results/fix_results/commit_message", json!(null), "results.fix_results.commit_message");
    check("/results/test_results/tests_executed", json!(7), "results.test_results.tests_executed");
    check(
        "/results/test_results/test_coverage_percentage",
        json!(101),
        "results.test_results.test_coverage_percentage",
    );
}

#[test]
fn numbers_that_are_none_are_refused() {
    let mut payload = read(example());
    payload.results.success_rate = f64::NAN;
    let fixes: &mut Vec<FunctionFixed> = &mut payload.results.fix_results.functions_fixed;
    fixes[0].confidence_score = f64::INFINITY;
    let flaws = payload.check();
    assert_eq!(flaws.len(), 2, "{flaws:?}");
}
