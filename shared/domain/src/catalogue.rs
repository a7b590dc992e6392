//! The events that can be subscribed to: a name, what it tells, its JSON Schema and an example of each.
//!
//! Invariant: a schema and an example come from the type that is sent, so that none can differ from it. Names never
//! change and never leave; a body of version `1.0` may gain fields.

mod payload;

use std::sync::LazyLock;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::payload::{
    EndpointDisabled, Incident, PipelineFailed, PipelineStarted, Query, RepositoryConnection, StageEnded,
    Test,
};
use crate::results::{self, VERSION};
use crate::run::Stage;

/// What can be subscribed to.
#[derive(Clone, Debug)]
pub struct EventType {
    pub name: &'static str,
    /// When it is sent, in one sentence.
    pub description: &'static str,
    /// JSON Schema 2020-12 of the whole body.
    pub schema: Value,
    /// A whole body.
    pub example: Value,
}

/// The body of every event but `pipeline_complete`, whose shape is a contract of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Envelope<T> {
    /// The event's name.
    pub event_type: String,
    /// The same name, where Standard Webhooks receivers look for it.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened.
    pub timestamp: Timestamp,
    /// The version of the body's shape.
    pub version: String,
    pub data: T,
}

impl<T> Envelope<T> {
    pub fn of(name: &str, timestamp: Timestamp, data: T) -> Self {
        Self {
            event_type: name.to_owned(),
            kind: name.to_owned(),
            timestamp,
            version: VERSION.to_owned(),
            data,
        }
    }
}

pub const WEBHOOK_TEST: &str = "webhook.test";
pub const ENDPOINT_DISABLED: &str = "endpoint.disabled";
pub const QUERY_CREATED: &str = "query.created";
pub const QUERY_ESCALATED: &str = "query.escalated";
pub const PIPELINE_STARTED: &str = "pipeline.started";
pub const PIPELINE_FAILED: &str = "pipeline.failed";
pub const INCIDENT_OPENED: &str = "incident.opened";
pub const INCIDENT_RESOLVED: &str = "incident.resolved";
pub const REPOSITORY_CONNECTED: &str = "repository.connected";
pub const REPOSITORY_DISCONNECTED: &str = "repository.disconnected";

/// The event that tells of a stage's end; the last one is told by `pipeline_complete` itself.
pub fn stage_event(stage: Stage) -> Option<&'static str> {
    match stage {
        Stage::Build => Some("pipeline.build"),
        Stage::Analyze => Some("pipeline.analyze"),
        Stage::Fix => Some("pipeline.fix"),
        Stage::Test => Some("pipeline.test"),
        Stage::Commit => Some("pipeline.commit"),
        Stage::Report => None,
    }
}

/// All of them, in the order in which they are shown.
pub fn all() -> &'static [EventType] {
    static ALL: LazyLock<Vec<EventType>> = LazyLock::new(list);
    &ALL
}

pub fn find(name: &str) -> Option<&'static EventType> {
    all().iter().find(|event| event.name == name)
}

fn list() -> Vec<EventType> {
    let mut list = vec![
        complete(),
        entry(PIPELINE_STARTED, "A run of the pipeline began.", PipelineStarted::example()),
        entry(
            PIPELINE_FAILED,
            "A run of the pipeline ended early; its results follow all the same.",
            PipelineFailed::example(),
        ),
    ];
    for (stage, description) in [
        (Stage::Build, "The code was downloaded and read."),
        (Stage::Analyze, "The change was searched for weaknesses."),
        (Stage::Fix, "Fixes were made and verified."),
        (Stage::Test, "The repository's own tests were run."),
        (Stage::Commit, "Fixes and the verdict were written to the forge."),
    ] {
        list.extend(stage_event(stage).map(|name| entry(name, description, StageEnded::example(stage))));
    }
    list.extend([
        entry(INCIDENT_OPENED, "A check on the default branch began to fail.", Incident::example(false)),
        entry(INCIDENT_RESOLVED, "The check of an open incident passes again.", Incident::example(true)),
        entry(
            REPOSITORY_CONNECTED,
            "A repository sends its events from now on.",
            RepositoryConnection::example(),
        ),
        entry(
            REPOSITORY_DISCONNECTED,
            "A repository sends its events no longer.",
            RepositoryConnection::example(),
        ),
        entry(QUERY_CREATED, "A question was asked and answered.", Query::example(false)),
        entry(QUERY_ESCALATED, "A question needs a person.", Query::example(true)),
        entry(WEBHOOK_TEST, "Somebody asked for a test of this subscription.", Test::example()),
        entry(ENDPOINT_DISABLED, "An endpoint is sent nothing any more.", EndpointDisabled::example()),
    ]);
    list
}

fn entry<T: JsonSchema + Serialize>(name: &'static str, description: &'static str, example: T) -> EventType {
    let body = Envelope::of(name, payload::at(0), example);
    EventType {
        name,
        description,
        schema: schemars::schema_for!(Envelope<T>).to_value(),
        example: serde_json::to_value(body).unwrap_or_default(),
    }
}

fn complete() -> EventType {
    EventType {
        name: results::EVENT_TYPE,
        description: "A run of the pipeline ended, well or badly: everything that came of it.",
        schema: schemars::schema_for!(results::PipelineComplete).to_value(),
        // The sample that the repository shows; a test holds it against the type.
        example: serde_json::from_str(include_str!("../../../events/pipeline_complete.json"))
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_described_and_has_an_example_of_itself() {
        let mut names: Vec<_> = all().iter().map(|event| event.name).collect();
        assert_eq!(names.len(), 16);
        for event in all() {
            assert_eq!(event.example["event_type"], event.name);
            assert_eq!(event.example["type"], event.name);
            assert!(event.description.ends_with('.'), "{}", event.name);
            let properties = event.schema["properties"].as_object().expect("an object's schema");
            for field in event.example.as_object().expect("an object").keys() {
                assert!(properties.contains_key(field), "{}: {field}", event.name);
            }
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all().len());
    }

    #[test]
    fn the_example_of_the_results_is_one() {
        let example = find("pipeline_complete").expect("the event").example.clone();
        let payload: results::PipelineComplete = serde_json::from_value(example).expect("a payload");
        assert_eq!(payload.check(), []);
    }
}
