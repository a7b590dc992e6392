//! The OpenAPI document: what every route has in common, said once.

use quartet_domain::catalogue;
use quartet_domain::ids::{DeliveryId, KeyId, QueryId, SessionId, SubscriptionId};
use utoipa::OpenApi as _;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayItems, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, Content, HeaderBuilder, Object, OpenApi, PathItem, Ref, RefOr, Required, ResponseBuilder,
    Schema,
};

use crate::answer::{Problem, ProblemField};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Quartet",
        description = "Subscriptions to events, their deliveries, questions and answers, and the keys that open all of it.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem, ProblemField)),
    tags(
        (name = "webhooks", description = "Who is told of what."),
        (name = "deliveries", description = "What was sent, and what came of it."),
        (name = "events", description = "What can be subscribed to."),
        (name = "queries", description = "Questions about runs, findings and webhooks, and their answers."),
        (name = "keys", description = "Who may ask.")
    )
)]
struct Document;

/// What is said of all routes together.
pub(crate) fn document() -> OpenApi {
    Document::openapi()
}

/// How routes may refuse, and which of them.
const REFUSALS: [(&str, &str, Applies); 12] = [
    ("400", "The request cannot be read", |_| true),
    ("401", "The API key is missing, unknown or expired", |it| it.needs_key),
    ("403", "The API key lacks the scope", |it| it.needs_key),
    ("404", "There is no such thing", |it| it.names_things),
    // An id that is none may turn the path into another one.
    ("405", "This method is not served here", |it| it.names_things),
    ("409", "Its state does not allow it", |it| it.changes),
    ("412", "It has changed since it was read", |it| it.is_conditional),
    ("413", "The body is too large", |it| it.changes),
    ("415", "The body is not application/json", |it| it.has_body),
    ("422", "Fields must change", |_| true),
    ("429", "Too many requests with this key", |it| it.needs_key),
    ("503", "A service that is needed did not answer", |_| true),
];

type Applies = fn(&Traits) -> bool;

/// What decides how a route may refuse.
struct Traits {
    needs_key: bool,
    changes: bool,
    has_body: bool,
    /// An id in its path.
    names_things: bool,
    /// `If-Match` is heard.
    is_conditional: bool,
}

impl Traits {
    fn of(operation: &Operation, changes: bool) -> Self {
        let is_there = |wanted: fn(&Parameter) -> bool| {
            let mut parameters = operation.parameters.iter().flatten();
            parameters.any(|one| matches!(one, RefOr::T(parameter) if wanted(parameter)))
        };
        Self {
            needs_key: operation.security.is_none(),
            changes,
            has_body: operation.request_body.is_some(),
            names_things: is_there(|one| one.parameter_in == ParameterIn::Path),
            is_conditional: is_there(|one| one.name == "If-Match"),
        }
    }
}

/// Adds to every operation what the routes do not say each for themselves: refusals, the rate, the key.
pub(crate) fn finish(mut document: OpenApi) -> OpenApi {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key")).build();
    let components = document.components.get_or_insert_with(Components::new);
    components.add_security_scheme("key", SecurityScheme::Http(bearer));
    document.security = Some(vec![SecurityRequirement::new::<_, _, String>("key", [])]);
    name_events(components);
    for item in document.paths.paths.values_mut() {
        // Whatever is asked for by POST is done once for each key.
        if let Some(post) = &mut item.post {
            post.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
        }
        for (operation, changes) in operations(item) {
            operation.parameters.iter_mut().flatten().for_each(only_text);
            operation.parameters.iter_mut().flatten().for_each(shape_of_id);
            for (status, response) in &mut operation.responses.responses {
                if let RefOr::T(response) = response
                    && response.description.is_empty()
                {
                    response.description = done(status).to_owned();
                }
            }
            let traits = Traits::of(operation, changes);
            for (status, description, _) in REFUSALS.iter().filter(|(_, _, may)| may(&traits)) {
                let refusal = refusal(status, description);
                operation.responses.responses.entry((*status).to_owned()).or_insert(refusal);
            }
        }
    }
    document
}

/// The events and families that may be named, from the catalogue.
fn name_events(components: &mut Components) {
    let mut names: Vec<String> = catalogue::all().iter().map(|event| event.name.to_owned()).collect();
    let families = catalogue::all().iter().filter_map(|event| event.name.split_once('.'));
    names.extend(families.map(|(family, _)| format!("{family}.*")));
    names.push("*".to_owned());
    names.dedup();
    for form in ["NewWebhook", "WebhookReplacement", "WebhookPatch"] {
        if let Some(RefOr::T(Schema::Object(form))) = components.schemas.get_mut(form)
            && let Some(RefOr::T(Schema::Array(events))) = form.properties.get_mut("events")
            && let ArrayItems::RefOrSchema(items) = &mut events.items
            && let RefOr::T(Schema::Object(item)) = items.as_mut()
        {
            item.enum_values = Some(names.iter().map(|name| name.as_str().into()).collect());
        }
    }
}

/// A parameter that may be left out is not one that may be null.
fn only_text(parameter: &mut RefOr<Parameter>) {
    if let RefOr::T(parameter) = parameter
        && let Some(RefOr::T(Schema::Object(object))) = &mut parameter.schema
        && let SchemaType::Array(types) = &mut object.schema_type
    {
        types.retain(|one| *one != Type::Null);
    }
}

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The same request with the same key is done once; for bodies of up to 60 KiB"))
        .schema(Some(Object::with_type(Type::String)))
        .build()
}

/// What stands before an id, by the name of its parameter.
const IDS: [(&str, &str); 5] = [
    ("webhook_id", SubscriptionId::PREFIX),
    ("delivery_id", DeliveryId::PREFIX),
    ("key_id", KeyId::PREFIX),
    ("query_id", QueryId::PREFIX),
    ("session_id", SessionId::PREFIX),
];

/// Says what an id looks like, so that a client sees before it asks that it holds another thing's.
fn shape_of_id(parameter: &mut RefOr<Parameter>) {
    if let RefOr::T(parameter) = parameter
        && let Some((_, prefix)) = IDS.iter().find(|(name, _)| *name == parameter.name)
        && let Some(RefOr::T(Schema::Object(object))) = &mut parameter.schema
    {
        object.pattern = Some(format!("^{prefix}_[0-9A-Za-z-]{{1,64}}$"));
    }
}

/// What a status says where the route says no more.
fn done(status: &str) -> &'static str {
    match status {
        "201" => "It is made",
        "202" => "It will be done",
        _ => "It is so",
    }
}

/// An item's operations, and whether they change something.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (&mut Operation, bool)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let changing = [put, post, delete, patch].into_iter().flatten().map(|one| (one, true));
    get.iter_mut().map(|one| (one, false)).chain(changing)
}

fn refusal(status: &str, description: &str) -> RefOr<utoipa::openapi::Response> {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    let mut response = ResponseBuilder::new().description(description).content("application/json", content);
    if ["429", "503"].contains(&status) {
        let header = HeaderBuilder::new().description(Some("Seconds")).build();
        response = response.header("Retry-After", header);
    }
    RefOr::T(response.build())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    /// What OpenAPI 3.1 asks for and no type holds.
    #[test]
    fn the_document_is_whole() {
        let document = super::finish(crate::routes().1.merge_from(crate::open_routes().1));
        let document = serde_json::to_value(&document).expect("JSON");
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(document["components"]["securitySchemes"]["key"]["scheme"], "bearer");
        let events =
            &document["components"]["schemas"]["NewWebhook"]["properties"]["events"]["items"]["enum"];
        let events: Vec<_> = events.as_array().expect("names").iter().filter_map(Value::as_str).collect();
        assert!(
            events.contains(&"pipeline_complete") && events.contains(&"query.*") && events.contains(&"*")
        );
        for name in events {
            assert!(quartet_domain::subscription::Pattern::parse(name).is_some(), "{name}");
        }
        let mut ids = BTreeSet::new();
        let paths = document["paths"].as_object().expect("paths");
        let operations: Vec<&Value> =
            paths.values().flat_map(|item| item.as_object().expect("an item").values()).collect();
        assert_eq!(operations.len(), 26);
        let keys = &paths["/.well-known/webhooks/{webhook_id}/keys"]["get"];
        assert_eq!(keys["security"], json!([{}]), "anybody may ask");
        assert!(keys["responses"]["401"].is_null(), "nor is anybody refused for it");
        for (item, method) in
            paths.values().flat_map(|item| ["get", "put", "post", "delete", "patch"].map(|one| (item, one)))
        {
            let parameters = item[method]["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
            let names: Vec<_> = parameters.iter().map(|one| one["name"].as_str().expect("a name")).collect();
            let once = names.contains(&"Idempotency-Key");
            assert_eq!(once, item[method].is_object() && method == "post", "{}", item[method]["operationId"]);
            assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len(), "{names:?}");
            for named in parameters.iter().filter(|one| one["name"] == "limit") {
                assert_eq!((&named["in"], &named["required"]), (&json!("query"), &json!(false)));
                assert_eq!(
                    (&named["schema"]["minimum"], &named["schema"]["maximum"]),
                    (&json!(1), &json!(1000))
                );
            }
        }
        for operation in operations {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id), "two are called {id}");
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{id}");
            for (status, response) in operation["responses"].as_object().expect("responses") {
                let described = response["description"].as_str().is_some_and(|text| !text.is_empty());
                assert!(described, "{id} {status}");
            }
        }
    }
}
