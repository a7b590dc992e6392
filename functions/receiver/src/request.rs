//! The HTTP request as API Gateway's payload format 2.0 hands it over, and what must hold of it before its signature is
//! looked at. Header names come in lower case.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quartet_domain::event::DEFAULT_CONNECTION;
use quartet_domain::repository::Provider;
use quartet_domain::webhook::RawWebhook;
use serde::Deserialize;

use crate::answer::Refusal;

/// Only the fields that are used; the rest of the event is skipped unread.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Request {
    headers: Headers,
    request_context: Context,
    body: String,
    is_base64_encoded: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Headers {
    content_type: String,
    #[serde(rename = "x-github-event")]
    event_type: String,
    #[serde(rename = "x-github-delivery")]
    delivery_id: String,
    #[serde(rename = "x-hub-signature-256")]
    signature: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Context {
    http: Http,
    request_id: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Http {
    method: String,
    path: String,
    source_ip: String,
}

/// The longest event name and delivery id that are taken; GitHub's are under 40 characters.
const LONGEST_HEADER: usize = 128;

impl Request {
    pub fn path(&self) -> &str {
        &self.request_context.http.path
    }

    /// Finds this request's trace and log lines.
    pub fn correlation_id(&self) -> &str {
        &self.request_context.request_id
    }

    pub fn source_ip(&self) -> &str {
        &self.request_context.http.source_ip
    }

    pub fn event_type(&self) -> &str {
        &self.headers.event_type
    }

    pub fn delivery_id(&self) -> &str {
        &self.headers.delivery_id
    }

    /// The body's raw bytes, if the method, the content type and the size allow looking at them.
    pub fn body(&self, most_bytes: usize) -> Result<Cow<'_, [u8]>, Refusal> {
        if self.request_context.http.method != "POST" {
            return Err(Refusal::Method);
        }
        let essence = self.headers.content_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Refusal::ContentType);
        }
        let most_text = if self.is_base64_encoded { most_bytes.div_ceil(3) * 4 } else { most_bytes };
        if self.body.len() > most_text {
            return Err(Refusal::TooLarge { most_bytes });
        }
        let bytes = if self.is_base64_encoded {
            Cow::Owned(STANDARD.decode(&self.body).map_err(|_| Refusal::Encoding)?)
        } else {
            Cow::Borrowed(self.body.as_bytes())
        };
        if bytes.len() > most_bytes { Err(Refusal::TooLarge { most_bytes }) } else { Ok(bytes) }
    }

    /// The webhook with `body`, if it names itself. The connection is decided by the path, never by the body.
    pub fn webhook<'a>(&'a self, body: &'a [u8]) -> Result<RawWebhook<'a>, Refusal> {
        let headers = &self.headers;
        for (name, value) in
            [("X-GitHub-Event", &headers.event_type), ("X-GitHub-Delivery", &headers.delivery_id)]
        {
            let fits =
                (1..=LONGEST_HEADER).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic());
            if !fits {
                return Err(Refusal::Header(name));
            }
        }
        if headers.signature.is_empty() {
            return Err(Refusal::Unsigned);
        }
        Ok(RawWebhook {
            provider: Provider::GitHub,
            connection: DEFAULT_CONNECTION,
            event_type: &headers.event_type,
            delivery_id: &headers.delivery_id,
            signature: &headers.signature,
            body,
        })
    }
}
