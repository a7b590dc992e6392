//! The state machine against the code that it calls.

use quartet_domain::failure::RETRIED;
use quartet_domain::run::Stage;
use serde_json::Value;

use crate::files::read;
use crate::template;

/// They end a run: nothing is left to report to.
const REPORTING: [&str; 2] = ["Report", "ReportFailure"];

fn machine() -> Value {
    serde_json::from_str(&read("infra/pipeline.asl.json")).unwrap()
}

/// Every task state with its name.
fn tasks(machine: &Value) -> Vec<(&String, &Value)> {
    let states = machine["States"].as_object().unwrap();
    states.iter().filter(|(_, state)| state["Type"] == "Task").collect()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn errors_have_names_that_exist() {
    let machine = machine();
    let mut seen = Vec::new();
    for (state, task) in tasks(&machine) {
        for rule in list(task, "Retry").iter().chain(list(task, "Catch")) {
            for name in list(rule, "ErrorEquals").iter().map(|name| name.as_str().unwrap()) {
                let known =
                    name.starts_with("States.") || name.starts_with("Lambda.") || RETRIED.contains(&name);
                assert!(known, "{state} speaks of {name}, which no function says");
                seen.push(name.to_owned());
            }
        }
    }
    for name in RETRIED {
        assert!(seen.iter().any(|one| one == name), "nobody tries again after {name}");
    }
}

#[test]
fn every_task_ends_and_is_tried_again() {
    let machine = machine();
    assert!(machine["TimeoutSeconds"].as_u64().is_some_and(|seconds| seconds <= 3600));
    assert_eq!(tasks(&machine).len(), 7);
    for (state, task) in tasks(&machine) {
        let function = task["Arguments"]["FunctionName"].as_str().unwrap();
        let function = function.trim_start_matches("${").trim_end_matches("Arn}");
        let own = template::time_out(function);
        assert!(task["TimeoutSeconds"].as_u64().unwrap() > own, "{state} is cut off before {function}");
        assert!(!list(task, "Retry").is_empty(), "{state} is never tried again");
        for rule in list(task, "Retry") {
            assert_eq!(rule["JitterStrategy"], "FULL", "{state}");
            assert!(rule["MaxDelaySeconds"].is_u64() && rule["MaxAttempts"].is_u64(), "{state}");
        }
    }
}

#[test]
fn whatever_fails_is_reported() {
    let machine = machine();
    for (state, task) in tasks(&machine) {
        if REPORTING.contains(&state.as_str()) {
            assert!(list(task, "Catch").is_empty(), "{state}");
            continue;
        }
        let all = list(task, "Catch").last().unwrap();
        assert_eq!(
            (&all["ErrorEquals"][0], &all["Next"]),
            (&"States.ALL".into(), &"ReportFailure".into()),
            "{state}"
        );
        let stage = state.to_lowercase();
        assert!(
            all["Assign"]["failure"].as_str().unwrap().contains(&format!("'stage': '{stage}'")),
            "{state}"
        );
        let known: Result<Stage, _> = serde_json::from_value(stage.into());
        assert!(known.is_ok(), "no stage is called as {state}");
    }
}

/// Standard workflows cost by the transition.
#[test]
fn a_run_takes_nine_transitions_at_most() {
    let machine = machine();
    let mut state = machine["StartAt"].as_str();
    // The start counts as one.
    let mut transitions = 1;
    while let Some(name) = state {
        transitions += 1;
        state = machine["States"][name]["Next"].as_str();
    }
    assert!(transitions <= 9, "{transitions} transitions");
}
