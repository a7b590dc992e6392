//! `GET /api/v1/webhooks/event-types`.

use axum::Json;
use quartet_domain::catalogue;

use crate::wire::event_type::{EventTypeShown, EventTypes};

/// What can be subscribed to
///
/// Every event with its description, its JSON Schema and an example.
#[utoipa::path(
    get, path = "/api/v1/webhooks/event-types", tag = "events", operation_id = "listEventTypes",
    responses((status = 200, body = EventTypes))
)]
pub(crate) async fn list() -> Json<EventTypes> {
    Json(EventTypes { event_types: catalogue::all().iter().map(EventTypeShown::of).collect() })
}
