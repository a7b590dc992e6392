//! Queues, who takes from them, and where what nobody can work on goes.

use serde_json::{Value, json};

use crate::files::{read, tracked};
use crate::template::{functions, resource, resources, time_out};

/// Every SQS event source: the function's name and the source's properties.
fn sources() -> Vec<(&'static str, &'static Value)> {
    let all =
        functions().into_iter().filter_map(|(name, function)| Some((name, function["Events"].as_object()?)));
    let sources = all.flat_map(|(name, events)| events.values().map(move |event| (name, event)));
    sources
        .filter(|(_, event)| event["Type"] == "SQS")
        .map(|(name, event)| (name, &event["Properties"]))
        .collect()
}

/// The resource that an attribute like `EventsQueue.Arn` is of.
fn of(attribute: &Value) -> &str {
    attribute.as_str().unwrap().split('.').next().unwrap()
}

#[test]
fn one_bad_message_fails_alone() {
    assert_eq!(sources().len(), 2);
    for (function, source) in sources() {
        assert_eq!(source["FunctionResponseTypes"][0], "ReportBatchItemFailures", "{function}");
        let queue = resource(of(&source["Queue"]));
        let visible = queue["VisibilityTimeout"].as_u64().unwrap();
        assert!(
            visible >= 6 * time_out(function),
            "{function}: a message is seen again while it is worked on"
        );
        assert!(resource(of(&queue["RedrivePolicy"]["deadLetterTargetArn"])).is_object());
        if let Some(most) = resource(function)["Environment"]["Variables"].get("MAX_RECEIVES") {
            let redrive = &queue["RedrivePolicy"]["maxReceiveCount"];
            assert_eq!(most.as_str().map(str::to_owned), Some(redrive.to_string()), "{function}");
        }
    }
}

#[test]
fn every_queue_that_is_worked_on_has_dead_letters_and_every_dead_letter_an_alarm() {
    let (worked, dead): (Vec<_>, Vec<_>) =
        resources("AWS::SQS::Queue").into_iter().partition(|(_, queue)| queue["RedrivePolicy"].is_object());
    assert_eq!((worked.len(), dead.len()), (2, 2));
    let alarms = resources("AWS::CloudWatch::Alarm");
    let watched = |queue: &str, metric: &str| {
        let of_queue =
            |alarm: &Value| of(&alarm["Dimensions"][0]["Value"]) == queue && alarm["MetricName"] == metric;
        alarms.iter().any(|(_, alarm)| alarm["Dimensions"].is_array() && of_queue(alarm))
    };
    for (name, _) in dead {
        assert!(watched(name, "ApproximateNumberOfMessagesVisible"), "nobody hears of {name}");
    }
    for (name, _) in worked {
        assert!(watched(name, "ApproximateAgeOfOldestMessage"), "nobody hears that {name} is slow");
    }
    for (name, queue) in resources("AWS::SQS::Queue") {
        assert_eq!(queue["SqsManagedSseEnabled"], true, "{name}");
        assert_eq!(queue["MessageRetentionPeriod"], 14 * 24 * 3600, "{name}");
    }
}

/// The words that the filter looks for are those that the dispatcher logs, and the alarm looks at what it counts: one of
/// them is enough. That the line is printed so, once, is in the story `promised::three_retries_that_back_off`.
#[test]
fn what_is_given_up_has_an_alarm() {
    let filters = resources("AWS::Logs::MetricFilter");
    let (_, filter) = filters.iter().find(|(name, _)| *name == "GivenUp").unwrap();
    let pattern = filter["FilterPattern"].as_str().unwrap();
    let words = pattern.strip_prefix("{ $.message = ").and_then(|rest| rest.strip_suffix(" }")).unwrap();
    assert!(
        read("functions/dispatcher/src/deliver.rs").contains(&format!("{words}\n")),
        "nobody says {words}"
    );
    assert_eq!(filter["LogGroupName"], "DispatcherLogs");
    let counted = &filter["MetricTransformations"][0];
    // A dimension would make it another metric, and a default would be counted as a line.
    let expected = ["MetricName", "MetricNamespace", "MetricValue"];
    let mut names: Vec<_> = counted.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!((names, &counted["MetricValue"]), (expected.to_vec(), &json!("1")));
    let alarm = resource("GivenUpAlarm");
    assert_eq!(
        (&alarm["MetricName"], &alarm["Namespace"]),
        (&counted["MetricName"], &counted["MetricNamespace"])
    );
    assert_eq!(alarm["Dimensions"], Value::Null);
    assert_eq!(
        (&alarm["Statistic"], &alarm["ComparisonOperator"]),
        (&json!("Sum"), &json!("GreaterThanThreshold"))
    );
    assert_eq!((&alarm["Threshold"], &alarm["EvaluationPeriods"]), (&json!(0), &json!(1)), "one is enough");
    assert_eq!(
        (&alarm["DatapointsToAlarm"], &alarm["TreatMissingData"]),
        (&Value::Null, &json!("notBreaching"))
    );
    // Of lines that come now and then the seconds are counted together.
    assert!(alarm["Period"].as_u64().unwrap() >= 60);
    assert!(alarm["AlarmActions"].is_array() || alarm["AlarmActions"].is_string(), "nobody is told");
}

/// A field called `message` would be printed beside the text of the same name: what reads the line takes the last one, and
/// a filter that looks for the text finds nothing.
#[test]
fn no_field_of_a_log_line_takes_the_text_s_place() {
    let sources: Vec<_> = tracked().into_iter().filter(|path| path.ends_with(".rs")).collect();
    let ours = sources.iter().filter(|path| path.starts_with("functions/") || path.starts_with("shared/"));
    for path in ours {
        let source = read(path);
        for (place, _) in source.match_indices("tracing::") {
            let call = source[place..].split(';').next().unwrap_or_default();
            let fields = call.split(['(', ',']).map(str::trim);
            let is_text = |field: &str| {
                ["message", "%message", "?message"]
                    .contains(&field.split('=').next().unwrap_or_default().trim())
            };
            assert!(!fields.into_iter().any(is_text), "{path}: {call}");
        }
    }
}
