//! What an owner chooses about a subscription, as it is sent to us.
//!
//! The three forms have the same fields: all of them to register (with what signs, once) and to replace, any of them to
//! patch, where null means the default.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use quartet_domain::address::{Allow, Destination};
use quartet_domain::delivery::Schedule;
use quartet_domain::subscription::{FieldFlaw, MOST_EVENTS, Pattern, PayloadMode, Settings};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::payload::Payload;
use super::retry::Retry;
use super::signing::{KeyWish, Signing};
use crate::body::{Form, read_around};
use crate::routes::NO_EVENT;

/// Seconds that an endpoint has to answer, unless its owner says otherwise.
const DEFAULT_TIMEOUT: u32 = 15;
/// The same with the `seed` schedule, as its contract has it.
const SEED_TIMEOUT: u32 = 10;

macro_rules! form {
    ($(#[$about:meta])* $name:ident { $(#[$needed:meta])* } $($extra:ident: $extra_type:ty = #[$extra_doc:meta];)*) => {
        $(#[$about])*
        #[derive(Debug, Default, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            /// Where events are sent: https:// or http://, a public host, no user name, no fragment.
            #[schema(value_type = String, format = "uri", pattern = "^https?://", max_length = 2048, example = "https://example.com/hooks")]
            $(#[$needed])*
            pub(crate) url: Option<String>,
            /// Names of events, or families as `query.*` and `*`.
            #[schema(value_type = Vec<String>, min_items = 1, max_items = 50, example = json!(["pipeline_complete", "query.*"]))]
            $(#[$needed])*
            pub(crate) events: Option<Vec<Value>>,
            /// One line for people.
            #[schema(max_length = 512)]
            pub(crate) description: Option<String>,
            /// Whether it is sent anything. A new one is, by default.
            pub(crate) active: Option<bool>,
            /// A minijinja expression over the body; only what it holds for is sent. Where it cannot be worked out for a body, that
            /// is sent, and its delivery says why.
            #[schema(min_length = 1, max_length = 2048, example = "results.analysis_results.severity_breakdown.critical > 0")]
            pub(crate) filter: Option<String>,
            /// A minijinja template of the body that is sent, over the whole event whatever `payload` says. It should make
            /// JSON: that is the content type.
            #[schema(min_length = 1, max_length = 16384)]
            pub(crate) template: Option<String>,
            /// Headers of every request, besides those of the sender. At most 20.
            pub(crate) headers: Option<BTreeMap<String, String>>,
            /// The default is `standard`.
            pub(crate) retry: Option<Retry>,
            /// Seconds for each attempt. The default is 15, and 10 with the `seed` schedule.
            #[schema(minimum = 1, maximum = 30)]
            pub(crate) timeout_seconds: Option<u32>,
            /// Attempts a minute, a tenth of them at once. The default is no limit.
            #[schema(minimum = 1, maximum = 60000)]
            pub(crate) rate_per_minute: Option<u32>,
            /// The default is `full`.
            pub(crate) payload: Option<Payload>,
            $(#[$extra_doc] pub(crate) $extra: Option<$extra_type>,)*
        }

        impl Form for $name {
            const FIELDS: &'static [(&'static str, &'static str)] = &[
                ("url", "must be text"),
                ("events", "must be a list of names"),
                ("description", "must be text"),
                ("active", "must be true or false"),
                ("filter", "must be text"),
                ("template", "must be text"),
                ("headers", "must be an object of texts"),
                ("retry", super::retry::MUST),
                ("timeout_seconds", "must be a whole number, 1 to 30"),
                ("rate_per_minute", "must be a whole number, 1 to 60000"),
                ("payload", "must be \"full\", \"thin\" or \"link\""),
                $((stringify!($extra), "must be text"),)*
            ];
            const INSIDE: &'static [(&'static str, &'static str)] =
                &[("headers.*", "must be text"), ("retry.gaps_seconds[]", super::retry::GAP)];
        }
    };
}

form! {
    /// A subscription to register.
    #[expect(dead_code, reason = "it is read as a replacement and a wish for a key; this is how it is described")]
    NewWebhook { #[schema(required)] }
    secret: String = #[doc = "A signing secret of your own, `whsec_` and base64 of 24 to 64 bytes. Made for you where you have none."];
    signing: Signing = #[doc = "The default is `hmac`."];
}
form! {
    /// Everything that is chosen about a subscription; what is left out gets its default.
    WebhookReplacement { #[schema(required)] }
}
form! {
    /// What changes; what is left out stays, null means the default.
    #[expect(dead_code, reason = "it is merged and read as a replacement; this is how it is described")]
    WebhookPatch { #[schema(required = false)] }
}

/// What a form says, checked.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    pub(crate) settings: Settings,
    /// As it was, or active, where nothing is said of it.
    pub(crate) active: Option<bool>,
}

impl Chosen {
    /// Reads and checks the fields of a replacement. All that is wrong is named.
    pub(crate) fn read(map: Map<String, Value>, allow: &Allow) -> Result<Self, Vec<FieldFlaw>> {
        let (form, mut flaws) = read_around::<WebhookReplacement>(map);
        match form.map(|form| form.choose(allow)) {
            Some(Ok(chosen)) if flaws.is_empty() => Ok(chosen),
            Some(Err(more)) => {
                // Of a field that could not be read it says that it is missing.
                let root = |flaw: &FieldFlaw| flaw.field.split(['.', '[']).next().map(str::to_owned);
                let named: Vec<_> = flaws.iter().map(root).collect();
                flaws.extend(more.into_iter().filter(|flaw| !named.contains(&root(flaw))));
                Err(flaws)
            }
            Some(Ok(_)) | None => Err(flaws),
        }
    }
}

impl NewWebhook {
    /// What it says, and what is to sign.
    pub(crate) fn read(
        mut map: Map<String, Value>,
        allow: &Allow,
    ) -> Result<(Chosen, KeyWish), Vec<FieldFlaw>> {
        let wish = KeyWish::take(&mut map);
        match (Chosen::read(map, allow), wish) {
            (Ok(chosen), Ok(wish)) => Ok((chosen, wish)),
            (chosen, wish) => {
                let flaws = chosen.err().into_iter().chain(wish.err());
                Err(flaws.flatten().collect())
            }
        }
    }
}

impl WebhookReplacement {
    fn choose(self, allow: &Allow) -> Result<Chosen, Vec<FieldFlaw>> {
        let mut flaws = Vec::new();
        if self.url.is_none() {
            flaws.push(FieldFlaw::new("url", "is required"));
        }
        if self.events.is_none() {
            flaws.push(FieldFlaw::new("events", "is required: GET /api/v1/webhooks/event-types names them"));
        }
        // Before the same names become one: how many were sent is what is limited.
        if self.events.as_ref().is_some_and(|events| events.len() > MOST_EVENTS) {
            flaws.push(FieldFlaw::new("events", format!("must hold 1 to {MOST_EVENTS} names")));
        }
        let mut events = Vec::new();
        for (place, name) in self.events.iter().flatten().take(MOST_EVENTS).enumerate() {
            let mut say = |message| flaws.push(FieldFlaw::new(format!("events[{place}]"), message));
            match name.as_str().map(Pattern::parse) {
                Some(Some(pattern)) if events.contains(&pattern) => {}
                Some(Some(pattern)) => events.push(pattern),
                Some(None) => say(NO_EVENT),
                None => say("must be text"),
            }
        }
        let unnamed = self.url.is_none() || self.events.is_none() || !flaws.is_empty();
        let retry = self.retry.map_or(Schedule::Standard, Schedule::from);
        let default_timeout = if retry == Schedule::Seed { SEED_TIMEOUT } else { DEFAULT_TIMEOUT };
        let settings = Settings {
            url: self.url.unwrap_or_default(),
            events,
            description: self.description.unwrap_or_default(),
            filter: self.filter,
            template: self.template,
            headers: self.headers.unwrap_or_default(),
            retry,
            timeout_seconds: self.timeout_seconds.unwrap_or(default_timeout),
            rate_per_minute: self.rate_per_minute,
            payload: self.payload.map_or(PayloadMode::Full, PayloadMode::from),
        };
        // A field is named once: what was said of it above is not said again.
        let more = settings.flaws(allow).into_iter();
        let more = more.filter(|flaw| {
            !(unnamed && ["url", "events"].contains(&flaw.field.as_str()) && is_named(&flaws, &flaw.field))
        });
        let more: Vec<_> = more.collect();
        flaws.extend(more);
        if !flaws.is_empty() {
            return Err(flaws);
        }
        // As the URL standard spells it, so that what is checked is what is sent to.
        let url = Destination::judge(&settings.url, allow).map(|url| url.as_str().to_owned());
        let url = url.map_err(|refused| vec![FieldFlaw::new("url", refused)])?;
        Ok(Chosen { settings: Settings { url, ..settings }, active: self.active })
    }
}

fn is_named(flaws: &[FieldFlaw], field: &str) -> bool {
    flaws.iter().any(|flaw| flaw.field.starts_with(field))
}

/// The form of settings that a patch has changed.
pub(crate) fn patched(settings: &Settings, active: bool, patch: Map<String, Value>) -> Map<String, Value> {
    let mut form = as_form(settings, active);
    for (name, value) in patch {
        // A field that there is not is one also where it is null: who reads the form says so.
        let is_known = form.remove(&name).is_some();
        if !(is_known && value.is_null()) {
            form.insert(name, value);
        }
    }
    form
}

/// The form that settings would be read from again.
fn as_form(settings: &Settings, active: bool) -> Map<String, Value> {
    let form = serde_json::json!({
        "url": settings.url,
        "events": settings.events,
        "description": settings.description,
        "active": active,
        "filter": settings.filter,
        "template": settings.template,
        "headers": settings.headers,
        "retry": Retry::from(&settings.retry),
        "timeout_seconds": settings.timeout_seconds,
        "rate_per_minute": settings.rate_per_minute,
        "payload": settings.payload,
    });
    if let Value::Object(map) = form { map } else { Map::new() }
}
