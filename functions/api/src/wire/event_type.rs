//! The catalogue as it is shown.

use quartet_domain::catalogue::EventType;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What can be subscribed to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventTypeShown {
    #[schema(example = "pipeline_complete")]
    name: &'static str,
    /// When it is sent.
    description: &'static str,
    /// JSON Schema 2020-12 of the body.
    #[schema(value_type = Object)]
    schema: &'static Value,
    /// A whole body.
    #[schema(value_type = Object)]
    example: &'static Value,
}

/// Every event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventTypes {
    pub(crate) event_types: Vec<EventTypeShown>,
}

impl EventTypeShown {
    pub(crate) fn of(event: &'static EventType) -> Self {
        Self {
            name: event.name,
            description: event.description,
            schema: &event.schema,
            example: &event.example,
        }
    }
}
