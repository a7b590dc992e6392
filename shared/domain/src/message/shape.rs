//! What of a body one subscription is sent: all of it, its ids, its ids and a link, or what its template makes of it.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::filter::{self, Wrong};
use crate::subscription::{PayloadMode, Settings};

/// Where the whole body can be read without credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub url: String,
    pub expires_at: Timestamp,
}

/// The bytes to send. A whole body is sent as it lies; `link` is needed where the payload mode is.
pub fn shape(settings: &Settings, body: Vec<u8>, link: Option<&Link>) -> Result<Vec<u8>, Wrong> {
    let parse = |body: &[u8]| {
        serde_json::from_slice::<Value>(body).map_err(|_| Wrong::Run("the body is not JSON".to_owned()))
    };
    if let Some(template) = &settings.template {
        return filter::render(template, &parse(&body)?).map(String::into_bytes);
    }
    let thin = match settings.payload {
        PayloadMode::Full => return Ok(body),
        PayloadMode::Thin => thin(&parse(&body)?),
        PayloadMode::Link => {
            let mut thin = thin(&parse(&body)?);
            thin["link"] = json!(link.map(|link| json!({ "url": link.url, "expires_at": link.expires_at })));
            thin
        }
    };
    Ok(thin.to_string().into_bytes())
}

/// An event's name, time and version, and of what it tells the ids alone.
fn thin(body: &Value) -> Value {
    let told = ["data", "results"].into_iter().find_map(|name| body.get(name)?.as_object());
    let ids: Map<String, Value> = told
        .into_iter()
        .flatten()
        .filter(|(name, _)| name.ends_with("_id"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    json!({
        "event_type": body["event_type"],
        "type": body["type"],
        "timestamp": body["timestamp"],
        "version": body["version"],
        "data": ids,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use crate::subscription::samples;

    #[track_caller]
    fn check(event: &str, change: impl FnOnce(&mut Settings), expected: &Value) {
        let mut settings = samples::settings();
        change(&mut settings);
        let body = catalogue::find(event).expect("an event").example.to_string().into_bytes();
        let link = Link { url: "https://example.com/x".to_owned(), expires_at: Timestamp::UNIX_EPOCH };
        let shaped = shape(&settings, body, Some(&link)).expect("a body");
        let shaped: Value = serde_json::from_slice(&shaped).expect("JSON");
        assert_eq!(&shaped, expected);
    }

    #[test]
    fn forms_of_a_body() {
        let query = &catalogue::find("query.created").expect("an event").example;
        check("query.created", |_| (), query);
        let ids = json!({
            "query_id": "qry_01kf0v3m9q8c7w2x5y6z4t1r0p",
            "session_id": "ses_01kf0v3m9q8c7w2x5y6z4t1r0p",
            "user_id": "test_user",
        });
        let mut thin = json!({
            "event_type": "query.created", "type": "query.created", "timestamp": query["timestamp"],
            "version": "1.0", "data": ids,
        });
        check("query.created", |s| s.payload = PayloadMode::Thin, &thin);
        thin["link"] = json!({ "url": "https://example.com/x", "expires_at": "1970-01-01T00:00:00Z" });
        check("query.created", |s| s.payload = PayloadMode::Link, &thin);
        let template = r#"{"text": {{ data.message|tojson }}}"#;
        let text = json!({ "text": "How do I reset my password?" });
        check("query.created", |s| s.template = Some(template.to_owned()), &text);
    }

    #[test]
    fn a_thin_body_of_results_has_their_ids() {
        let mut settings = samples::settings();
        settings.payload = PayloadMode::Thin;
        let example = &catalogue::find("pipeline_complete").expect("an event").example;
        let shaped = shape(&settings, example.to_string().into_bytes(), None).expect("a body");
        let shaped: Value = serde_json::from_slice(&shaped).expect("JSON");
        assert_eq!(shaped["data"]["run_id"], example["results"]["run_id"]);
        assert_eq!(shaped["data"].as_object().map(Map::len), Some(2));
    }
}
