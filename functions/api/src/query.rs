//! Parameters in the address: those that the document does not list are refused, on every route and in this place alone.
//!
//! A parameter that is misspelt would otherwise do nothing, and nobody would notice: `?forced=true`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{MatchedPath, Query, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use quartet_domain::subscription::FieldFlaw;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

use crate::refusal::Refusal;

/// Flaws that are named at most.
const MOST_FLAWS: usize = 20;

/// The parameters of each route, by its path and method.
#[derive(Clone, Debug)]
pub(crate) struct Known(Arc<BTreeMap<(String, &'static str), BTreeSet<String>>>);

impl Known {
    pub(crate) fn of(document: &OpenApi) -> Self {
        let mut all = BTreeMap::new();
        for (path, item) in &document.paths.paths {
            for (method, operation) in [
                ("GET", &item.get),
                ("PUT", &item.put),
                ("POST", &item.post),
                ("DELETE", &item.delete),
                ("PATCH", &item.patch),
            ] {
                if let Some(operation) = operation {
                    all.insert((path.clone(), method), names(operation));
                }
            }
        }
        Self(Arc::new(all))
    }

    /// Those that were asked and are not known. A route that the document does not have takes anything.
    fn check(&self, path: &str, method: &Method, asked: &[(String, String)]) -> Result<(), Refusal> {
        let method = if method == Method::HEAD { "GET" } else { method.as_str() };
        let known = self.0.iter().find(|((one, of), _)| one == path && *of == method);
        let Some((_, known)) = known else { return Ok(()) };
        let unknown: BTreeSet<&String> = asked
            .iter()
            .map(|(name, _)| name)
            .filter(|name| !known.contains(*name))
            .take(MOST_FLAWS)
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let shown = |name: &String| name.chars().take(64).collect::<String>();
        let flaw = |name| FieldFlaw::new(shown(name), "there is no such parameter");
        Err(Refusal::Invalid(unknown.into_iter().map(flaw).collect()))
    }
}

fn names(operation: &Operation) -> BTreeSet<String> {
    let parameters = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => Some(parameter.name.clone()),
        RefOr::T(_) | RefOr::Ref(_) => None,
    });
    parameters.collect()
}

/// Lets a request through whose parameters its route knows.
pub(crate) async fn known(
    State(known): State<Known>,
    path: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    let checked = match Query::<Vec<_>>::try_from_uri(request.uri()) {
        Ok(Query(asked)) => known.check(path.as_str(), request.method(), &asked),
        Err(_) => Err(Refusal::Malformed("the query in the address cannot be read".to_owned())),
    };
    match checked {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_knows_its_parameters() {
        let document = crate::routes().1.merge_from(crate::open_routes().1);
        let known = Known::of(&document);
        let check = |method: Method, path: &str, query: &str, expected: &[&str]| {
            let uri = format!("/x?{query}").parse().expect("a URI");
            let Query::<Vec<_>>(asked) = Query::try_from_uri(&uri).expect("a query");
            let named: Vec<_> = match known.check(path, &method, &asked) {
                Ok(()) => vec![],
                Err(refusal) => refusal.fields().iter().map(|flaw| flaw.field.clone()).collect(),
            };
            assert_eq!(named, expected, "{method} {path}?{query}");
        };
        let (all, one) = ("/api/v1/webhooks", "/api/v1/webhooks/{webhook_id}");
        check(Method::GET, all, "limit=1&offset=2&cursor=x", &[]);
        check(Method::HEAD, all, "limit=1", &[]);
        check(Method::GET, all, "lim=1&lim=2&a", &["a", "lim"]);
        check(Method::POST, all, "limit=1", &["limit"]);
        check(Method::GET, one, "x=1", &["x"]);
        check(Method::GET, one, "webhook_id=1", &["webhook_id"]);
        check(Method::DELETE, one, "", &[]);
        check(Method::DELETE, "/api/v1/keys/{key_id}", "owner=team", &[]);
        let retry = "/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/retry";
        check(Method::POST, retry, "force=true", &[]);
        check(Method::POST, retry, "forced=true", &["forced"]);
        check(Method::GET, "/.well-known/webhooks/{webhook_id}/keys", "a=b", &["a"]);
    }
}
