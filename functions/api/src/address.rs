//! Addresses as they were sent, before they were made into others.
//!
//! What stands before us may read `%2e%2e` and `%2f` in a path as the steps that they spell, and hand on another path than
//! the one that was asked for. No route and no id has a letter that must be escaped, so a path with one is none of ours.
//!
//! API Gateway's HTTP APIs decode a path themselves before they choose a route, and hand on what they made of it as
//! `rawPath`: all escapes but `%25`. Captures of live gateways show it, AWS's pages do not say it; the local AWS does the
//! same. So `…/wh_1%2fdeliveries` is `…/wh_1/deliveries` before we see it, as it is to the gateway. It opens nothing: key,
//! scope and owner are judged by the path that is served. What we are given as it was sent is judged all the same.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use lambda_http::RequestExt as _;

use crate::refusal::Refusal;

/// Lets through what was asked for by a path without escapes and steps.
pub(crate) async fn plain(request: Request, next: Next) -> Response {
    if is_plain(request.raw_http_path()) && is_plain(request.uri().path()) {
        next.run(request).await
    } else {
        Refusal::NoRoute.into_response()
    }
}

fn is_plain(path: &str) -> bool {
    // Of what the gateway has decoded, a path ends for others at a space, a control, `?` and `#`.
    let is_ours = |byte: u8| byte.is_ascii_graphic() && !b"%\\?#".contains(&byte);
    path.bytes().all(is_ours) && path.split('/').all(|segment| segment != "." && segment != "..")
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::middleware::from_fn;
    use tower::ServiceExt as _;

    use super::*;

    #[test]
    fn steps_and_escapes_are_no_part_of_a_path() {
        #[track_caller]
        fn check(path: &str, expected: bool) {
            assert_eq!(is_plain(path), expected, "{path}");
        }
        check("/api/v1/webhooks/wh_1/deliveries", true);
        check("/docs/", true);
        check("/.well-known/webhooks/wh_1/keys", true);
        check("", true);
        for odd in [
            "/api/v1/webhooks/%2e%2e/keys",
            "/api/v1/webhooks/%2E./keys",
            "/api/v1/webhooks/../keys",
            "/api/v1/./keys",
            "/api/v1/keys/..",
            "/api/v1/webhooks%2fwh_1",
            "/api/v1/webhooks/%252e%252e/keys",
            "/api/v1/webhooks\\wh_1",
            "/api/v1/webhooks/%ff",
            "/api/v1/webhooks/wh_1\0",
            "/api/v1/webhooks/wh_1 ",
            "/api/v1/webhooks/wh_1?x",
            "/api/v1/webhooks/wh_1#x",
            "/api/v1/webhooks/ü",
        ] {
            check(odd, false);
        }
    }

    /// As the runtime hands it on: with the path that was sent beside the one that it made of it.
    #[tokio::test]
    async fn what_was_sent_counts() {
        let routes = Router::new().fallback(async || StatusCode::OK).layer(from_fn(plain));
        for (sent, made, expected) in [
            ("/api/v1/keys", "/api/v1/keys", StatusCode::OK),
            ("", "/api/v1/keys", StatusCode::OK),
            ("/api/v1/webhooks/%2e%2e/keys", "/api/v1/keys", StatusCode::NOT_FOUND),
            ("/api/v1/webhooks/../keys", "/api/v1/keys", StatusCode::NOT_FOUND),
            ("", "/api/v1/webhooks%2fwh_1", StatusCode::NOT_FOUND),
        ] {
            let request = Request::builder().uri(made).body(Body::empty()).expect("a request");
            let answer = routes.clone().oneshot(request.with_raw_http_path(sent)).await;
            assert_eq!(answer.map(|answer| answer.status()), Ok(expected), "{sent} {made}");
        }
    }
}
