//! `POST /api/v1/webhooks/{webhook_id}/test` and `…/dry-run`: a real message about nothing, and no message at all.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use quartet_domain::access::ApiKey;
use quartet_domain::catalogue::{self, Envelope, WEBHOOK_TEST};
use quartet_domain::delivery::TEMPLATE_FAILED;
use quartet_domain::filter::{check_filter, check_template, holds, render};
use quartet_domain::ids::{DeliveryId, MessageId, Seed};
use quartet_domain::message::Message;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{NO_EVENT, deliveries, find};
use crate::App;
use crate::body::{Form, MaybeObject, Object, read};
use crate::refusal::Refusal;
use crate::wire::delivery::{DryRun, Queued};

/// What to send.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestWish {
    /// The event whose example is sent; `webhook.test` by default.
    #[schema(example = "incident.opened")]
    event_type: Option<String>,
}

impl Form for TestWish {
    const FIELDS: &'static [(&'static str, &'static str)] = &[("event_type", "must be text")];
}

/// Test a webhook
///
/// Sends `webhook.test`, or the example of another event with `"test": true`, signed, logged and retried as any event is,
/// whatever the webhook has subscribed to and whatever its filter says.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook_id}/test", tag = "webhooks", operation_id = "testWebhook",
    request_body(content = Option<TestWish>),
    params(
        ("webhook_id" = String, Path)
    ),
    responses((status = 202, body = Queued))
)]
pub(crate) async fn test(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Extension(seed): Extension<Seed>,
    Path(id): Path<String>,
    MaybeObject(map): MaybeObject,
) -> Result<Response, Refusal> {
    let subscription = find(&app, &key, &id).await?;
    let wish = read::<TestWish>(map).map_err(Refusal::Invalid)?;
    let event_type = wish.event_type.unwrap_or_else(|| WEBHOOK_TEST.to_owned());
    let body = rehearsed(&event_type, subscription.id.as_str(), seed.at)?.to_string();
    let subscription = deliveries::sendable(subscription)?;
    let id = MessageId::made(seed);
    let body_key = id.object();
    let message = Message { id, owner: key.owner, event_type, body, body_key, created_at: seed.at };
    let delivery = app.publisher.publish_only_to(&message, &subscription).await?;
    Ok((StatusCode::ACCEPTED, Json(Queued::of(&delivery))).into_response())
}

/// A filter and a template to try; those of the webhook where they are left out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trial {
    #[schema(min_length = 1, max_length = 2048)]
    filter: Option<String>,
    #[schema(min_length = 1, max_length = 16384)]
    template: Option<String>,
    /// The event whose example is the body.
    #[schema(example = "pipeline_complete")]
    event_type: Option<String>,
    /// One of the webhook's deliveries, whose body it is.
    delivery_id: Option<String>,
}

impl Form for Trial {
    const FIELDS: &'static [(&'static str, &'static str)] = &[
        ("filter", "must be text"),
        ("template", "must be text"),
        ("event_type", "must be text"),
        ("delivery_id", "must be text"),
    ];
}

/// Try a filter and a template
///
/// Over a body that was sent before, or over an event's example. Nothing is sent.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook_id}/dry-run", tag = "webhooks", operation_id = "dryRun", request_body = Trial,
    params(("webhook_id" = String, Path)),
    responses((status = 200, body = DryRun))
)]
pub(crate) async fn dry_run(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Path(id): Path<String>,
    Object(map): Object,
) -> Result<Json<DryRun>, Refusal> {
    let subscription = find(&app, &key, &id).await?;
    let trial = read::<Trial>(map).map_err(Refusal::Invalid)?;
    let body = match (&trial.event_type, &trial.delivery_id) {
        (Some(name), None) => example(name)?,
        (None, Some(delivery)) => stored(&app, &key, &id, delivery).await?,
        _ => return Err(Refusal::field("event_type", "give either an event_type or a delivery_id")),
    };
    if let Some(Err(wrong)) = trial.filter.as_deref().map(check_filter) {
        return Err(Refusal::field("filter", wrong));
    }
    if let Some(Err(wrong)) = trial.template.as_deref().map(check_template) {
        return Err(Refusal::field("template", wrong));
    }
    let filter = trial.filter.or(subscription.settings.filter);
    let template = trial.template.or(subscription.settings.template);
    Ok(Json(attempt(filter.as_deref(), template.as_deref(), &body)))
}

/// What would become of the message. A filter that fails holds nothing back, here as there.
fn attempt(filter: Option<&str>, template: Option<&str>, body: &Value) -> DryRun {
    let passes = filter.map_or(Ok(true), |text| holds(text, body));
    if passes == Ok(false) {
        return DryRun { matches: false, body: None, error: None };
    }
    let failed = passes.err().map(|wrong| format!("the filter {wrong}: it holds nothing back"));
    match template.map_or_else(|| Ok(body.to_string()), |text| render(text, body)) {
        Ok(text) => DryRun { matches: true, body: Some(text), error: failed },
        Err(wrong) => {
            let unwritten = format!("{TEMPLATE_FAILED}: the template {wrong}");
            let all: Vec<_> = failed.into_iter().chain([unwritten]).collect();
            DryRun { matches: true, body: None, error: Some(all.join("; ")) }
        }
    }
}

/// The body of a test: of an event that did not happen, and says so.
fn rehearsed(event: &str, webhook: &str, at: Timestamp) -> Result<Value, Refusal> {
    if event == WEBHOOK_TEST {
        let body = Envelope::of(WEBHOOK_TEST, at, catalogue::Test::of(webhook));
        return serde_json::to_value(body).map_err(|_| Refusal::Unavailable);
    }
    let mut body = example(event)?;
    body["test"] = true.into();
    body["timestamp"] = at.to_string().into();
    Ok(body)
}

fn example(name: &str) -> Result<Value, Refusal> {
    let event = catalogue::find(name);
    let wrong = || Refusal::field("event_type", NO_EVENT);
    event.map(|event| event.example.clone()).ok_or_else(wrong)
}

async fn stored(app: &App, key: &ApiKey, webhook: &str, delivery: &str) -> Result<Value, Refusal> {
    let wrong = || Refusal::field("delivery_id", "is none of this webhook's deliveries");
    DeliveryId::parse(delivery).ok_or_else(wrong)?;
    let found = deliveries::find(app, key, webhook, delivery).await;
    let delivery =
        found.map_err(|refusal| if matches!(refusal, Refusal::Absent(_)) { wrong() } else { refusal })?;
    let gone = || Refusal::field("delivery_id", "the body of this delivery is kept no longer");
    let bytes = app.publisher.objects.get(&delivery.body_key).await?.ok_or_else(gone)?;
    serde_json::from_slice(&bytes).map_err(|_| gone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_would_become_of_a_message_is_said() {
        #[track_caller]
        fn check(filter: &str, template: Option<&str>, expected: (bool, Option<&str>, Option<&str>)) {
            let run = attempt(Some(filter), template, &json!({ "n": 1 }));
            assert_eq!((run.matches, run.body.as_deref(), run.error.as_deref()), expected, "{filter}");
        }
        let whole = r#"{"n":1}"#;
        check("n == 1", None, (true, Some(whole), None));
        check("n == 2", None, (false, None, None));
        check("n == 1", Some("n: {{ n }}"), (true, Some("n: 1"), None));
        let failed = "the filter cannot be worked out: tried to use + operator on unsupported types number and string: it holds nothing back";
        check("n + 'a'", None, (true, Some(whole), Some(failed)));
        check("n + 'a'", Some("n: {{ n }}"), (true, Some("n: 1"), Some(failed)));
        let unwritten = "template_failed: the template cannot be worked out: tried to use + operator on unsupported types number and string";
        check("n == 1", Some("{{ n + 'a' }}"), (true, None, Some(unwritten)));
        check("n + 'a'", Some("{{ n + 'a' }}"), (true, None, Some(&format!("{failed}; {unwritten}"))));
    }
}
