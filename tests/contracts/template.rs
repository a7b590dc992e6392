//! `template.yaml` as data, and its functions: a log, a role and no more for each.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;

use crate::files::read;

/// Tags are dropped: `!Ref Table` reads as `Table`, `!GetAtt Table.Arn` as `Table.Arn`.
static TEMPLATE: LazyLock<Value> = LazyLock::new(|| serde_saphyr::from_str(&read("template.yaml")).unwrap());

pub(crate) fn template() -> &'static Value {
    &TEMPLATE
}

/// The properties of every resource of a type, by name.
pub(crate) fn resources(kind: &str) -> Vec<(&'static str, &'static Value)> {
    let all = template()["Resources"].as_object().unwrap();
    let of_kind = all.iter().filter(|(_, resource)| resource["Type"] == kind);
    let found: Vec<_> = of_kind.map(|(name, resource)| (name.as_str(), &resource["Properties"])).collect();
    assert!(!found.is_empty(), "the template has no {kind}");
    found
}

pub(crate) fn resource(name: &str) -> &'static Value {
    let found = &template()["Resources"][name]["Properties"];
    assert!(found.is_object(), "the template has no {name}");
    found
}

pub(crate) fn functions() -> Vec<(&'static str, &'static Value)> {
    resources("AWS::Serverless::Function")
}

/// Seconds that a function has.
pub(crate) fn time_out(function: &str) -> u64 {
    let own = resource(function)["Timeout"].as_u64();
    own.or(template()["Globals"]["Function"]["Timeout"].as_u64()).unwrap()
}

fn statements(role: &str) -> impl Iterator<Item = &'static Value> {
    let policies = resource(role)["Policies"].as_array().unwrap().iter();
    policies.flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap())
}

/// The words of a list, or the one word that stands in its place.
fn words(value: &'static Value) -> impl Iterator<Item = &'static str> {
    let all = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    all.iter().map(|word| word.as_str().unwrap())
}

/// The actions that a role allows.
fn actions(role: &str) -> Vec<&'static str> {
    statements(role).flat_map(|statement| words(&statement["Action"])).collect()
}

#[test]
fn every_function_has_a_log_and_a_role_of_its_own() {
    assert_eq!(functions().len(), 11);
    for (name, function) in functions() {
        assert_eq!(function["Role"], format!("{name}Role.Arn"));
        let log = format!("{name}Logs");
        assert_eq!(function["LoggingConfig"]["LogGroup"], log);
        assert_eq!(resource(&log)["RetentionInDays"], "LogRetentionDays");
        let allowed = actions(&format!("{name}Role"));
        assert!(allowed.contains(&"logs:PutLogEvents"), "{name} cannot log");
        assert!(allowed.iter().all(|action| !action.contains('*')), "{name} may too much: {allowed:?}");
    }
}

/// It runs code that anybody may have written.
#[test]
fn the_test_stage_can_do_nothing_but_log() {
    assert!(actions("TestRole").iter().all(|action| action.starts_with("logs:")));
    let test = resource("Test");
    assert_eq!(test["Tracing"], Value::Null);
    let names: Vec<_> = test["Environment"]["Variables"].as_object().unwrap().keys().cloned().collect();
    let tools = ["PYTHON", "NODE", "TEST_SECONDS", "SANDBOX"];
    assert!(names.iter().all(|name| tools.contains(&name.as_str())), "the test stage is told {names:?}");
}

/// The token that writes is read by the stages that need it, and the branch is written by one of them.
#[test]
fn few_may_read_a_secret() {
    let reads = |(name, _): &(&str, &Value)| {
        actions(&format!("{name}Role")).contains(&"secretsmanager:GetSecretValue")
    };
    let readers: Vec<_> = functions().into_iter().filter(reads).map(|(name, _)| name).collect();
    assert_eq!(readers.len(), 6, "{readers:?}");
    for none in ["Router", "Analyze", "Fix", "Test", "Report"] {
        assert!(!readers.contains(&none), "{none} reads a secret");
    }
}

/// S3 says "forbidden" of an object that is not there, to whoever may not list its folder; those who go on without it may.
#[test]
fn who_does_without_an_object_is_told_that_there_is_none() {
    for role in ["ReportRole", "DispatcherRole", "ManageRole"] {
        let of = |action: &str, field: fn(&'static Value) -> &'static Value| -> BTreeSet<&str> {
            let allowing =
                statements(role).filter(move |one| words(&one["Action"]).any(|word| word == action));
            allowing.flat_map(move |one| words(field(one))).collect()
        };
        let read = of("s3:GetObject", |one| &one["Resource"]);
        let listed = of("s3:ListBucket", |one| &one["Condition"]["StringLike"]["s3:prefix"]);
        assert!(!read.is_empty());
        for objects in read {
            let folder = objects.strip_prefix("${Bucket.Arn}/").unwrap();
            assert!(listed.contains(folder), "{role} may not list {folder}");
        }
    }
}
