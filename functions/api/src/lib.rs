//! The API that a team manages its webhooks with: subscriptions, deliveries, the catalogue of events, keys. And the one
//! that people ask about their runs, findings and webhooks: [`agents`] answer.
//!
//! A request goes through [`answer`] (every refusal becomes the contract's body), [`gate`] (key, rate, scope),
//! [`once`] (`Idempotency-Key`) and [`query`] (parameters) to its route. Invariants: nothing is done for a request without a key that allows it;
//! records are found through their owner alone, so a foreign id is one that does not exist; a secret is shown once; what
//! the OpenAPI document says comes from the code that does it.

mod address;
mod agents;
mod answer;
mod articles;
mod body;
pub mod config;
mod describe;
mod gate;
mod once;
mod page;
mod query;
mod refusal;
mod routes;
mod wire;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Request, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use quartet_aws::endpoints::Endpoints;
use quartet_aws::idempotency::Idempotency;
use quartet_aws::keys::Keys;
use quartet_aws::publisher::Publisher;
use quartet_aws::queries::Queries;
use quartet_aws::secrets::Secret;
use quartet_aws::tasks::Tasks;
use quartet_aws::vault::Vault;
use quartet_domain::address::Allow;
use tower::Service;
use tower::util::MapRequest;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use crate::articles::Articles;
use crate::refusal::Refusal;

/// The largest body that is taken: fifty subscriptions as large as they may be.
const LARGEST_BODY: usize = 1 << 20;

/// What outlives a request.
#[derive(Debug)]
pub struct App {
    pub articles: Articles,
    /// How those that are sent to do.
    pub endpoints: Endpoints,
    pub idempotency: Idempotency,
    pub keys: Keys,
    pub publisher: Publisher,
    pub queries: Queries,
    /// The key that the deployment made: the first one, which makes the others.
    pub deployment_key: Secret,
    pub tasks: Tasks,
    pub vault: Vault,
    pub allow: Allow,
}

/// Everything that answers a request. A path means the same with a slash at its end.
pub fn service<B>(
    app: App,
) -> impl Service<Request<B>, Response = Response, Error = Infallible, Future: Send> + Clone
where
    B: axum::body::HttpBody<Data = axum::body::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    MapRequest::new(router(Arc::new(app)), |mut request: Request<B>| {
        if let Some(uri) = without_slash(request.uri()) {
            *request.uri_mut() = uri;
        }
        request
    })
}

/// The routes, and the document that describes them.
fn routes() -> (Router<Arc<App>>, utoipa::openapi::OpenApi) {
    use crate::routes::{bulk, deliveries, event_types, keys, queries, rotation, subscriptions, trial};
    OpenApiRouter::with_openapi(describe::document())
        .routes(routes!(subscriptions::list, subscriptions::register))
        .routes(routes!(
            subscriptions::show,
            subscriptions::replace,
            subscriptions::patch,
            subscriptions::remove
        ))
        .routes(routes!(subscriptions::enable))
        .routes(routes!(subscriptions::disable))
        .routes(routes!(rotation::rotate_secret))
        .routes(routes!(trial::test))
        .routes(routes!(trial::dry_run))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::show))
        .routes(routes!(deliveries::retry))
        .routes(routes!(deliveries::recover))
        .routes(routes!(event_types::list))
        .routes(routes!(bulk::register))
        .routes(routes!(bulk::remove))
        .routes(routes!(queries::ask))
        .routes(routes!(queries::list))
        .routes(routes!(queries::show))
        .routes(routes!(queries::feedback))
        .routes(routes!(keys::list, keys::make))
        .routes(routes!(keys::remove))
        .split_for_parts()
}

/// The routes that need no key.
fn open_routes() -> (Router<Arc<App>>, utoipa::openapi::OpenApi) {
    OpenApiRouter::new().routes(routes!(crate::routes::public_keys::show)).split_for_parts()
}

fn router(app: Arc<App>) -> Router {
    let (guarded, document) = routes();
    let (open, more) = open_routes();
    let document = describe::finish(document.merge_from(more));
    let known = from_fn_with_state(query::Known::of(&document), query::known);
    let open = open.route_layer(known.clone()).merge(routes::docs::router(&document));
    let open = open.method_not_allowed_fallback(async || Refusal::Method);
    guarded
        .method_not_allowed_fallback(async || Refusal::Method)
        .route_layer(known)
        .route_layer(from_fn_with_state(app.clone(), once::once))
        .route_layer(from_fn_with_state(app.clone(), gate::gate))
        .merge(open)
        .fallback(async || Refusal::NoRoute)
        .layer(from_fn(address::plain))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn(answer::finish))
        .with_state(app)
}

/// The same address without a slash at its end.
fn without_slash(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_suffix('/').filter(|path| !path.is_empty())?;
    let whole = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(whole.parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_at_the_end_means_nothing() {
        #[track_caller]
        fn check(given: &str, expected: Option<&str>) {
            let uri = without_slash(&given.parse().expect("a URI"));
            assert_eq!(uri.map(|uri| uri.to_string()).as_deref(), expected, "{given}");
        }
        check("/api/v1/webhooks/", Some("/api/v1/webhooks"));
        check("/api/v1/webhooks/?limit=5", Some("/api/v1/webhooks?limit=5"));
        check("https://a.example/x/", Some("https://a.example/x"));
        check("/api/v1/webhooks", None);
        check("/", None);
    }
}
