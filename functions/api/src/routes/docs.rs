//! `/openapi.json`, and the same for people at `/docs`: one page without scripts, made from the document.

use axum::Router;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use serde_json::Value;
use utoipa::openapi::OpenApi;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}\
    h2{margin-top:3rem}details{border:1px solid #ddd;border-radius:6px;margin:.5rem 0;padding:.5rem 1rem}\
    summary{cursor:pointer}b.m{display:inline-block;min-width:4.5rem;color:#06c}code,pre{background:#f6f6f6;padding:.1rem .3rem}\
    pre{overflow:auto;padding:.6rem}td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0}";

/// Routes that need no key.
pub(crate) fn router<S: Clone + Send + Sync + 'static>(document: &OpenApi) -> Router<S> {
    let json = document.to_json().unwrap_or_default();
    let page = page(&serde_json::from_str(&json).unwrap_or_default());
    Router::new()
        .route("/openapi.json", get(async move || answer("application/json", json.clone())))
        .route("/docs", get(async move || answer("text/html; charset=utf-8", page.clone())))
        // Where the contract has another page of the same.
        .route("/redoc", get(async || Redirect::permanent("/docs")))
}

fn answer(kind: &'static str, text: String) -> impl IntoResponse {
    const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
    ];
    (headers, text)
}

fn page(document: &Value) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style><h1>{title}</h1><p>{about} <a href=\"/openapi.json\">openapi.json</a></p>\
         <p>Every request but for public keys needs one of its own: <code>Authorization: Bearer qk_…</code>. 100 requests a minute, 50 at once.</p>",
        title = text(&document["info"]["title"]),
        about = text(&document["info"]["description"]),
    );
    for tag in list(&document["tags"]) {
        out += &format!("<h2>{}</h2><p>{}</p>", text(&tag["name"]), text(&tag["description"]));
        for (path, item) in entries(&document["paths"]) {
            for (method, operation) in entries(item) {
                if list(&operation["tags"]).contains(&tag["name"]) {
                    out += &operation_shown(path, method, operation);
                }
            }
        }
    }
    out += "<h2>shapes</h2>";
    for (name, schema) in entries(&document["components"]["schemas"]) {
        let shown = escape(&serde_json::to_string_pretty(schema).unwrap_or_default());
        out += &format!(
            "<details id=\"{name}\"><summary><code>{name}</code></summary><pre>{shown}</pre></details>"
        );
    }
    out
}

fn operation_shown(path: &str, method: &str, operation: &Value) -> String {
    let mut out = format!(
        "<details><summary><b class=\"m\">{}</b> <code>{}</code> {}</summary><p>{}</p>",
        method.to_uppercase(),
        escape(path),
        text(&operation["summary"]),
        text(&operation["description"]),
    );
    let parameters = list(&operation["parameters"]);
    if !parameters.is_empty() {
        out += "<table>";
        for one in parameters {
            let (name, place, about) = (text(&one["name"]), text(&one["in"]), text(&one["description"]));
            out += &format!("<tr><td><code>{name}</code></td><td>{place}</td><td>{about}</td></tr>");
        }
        out += "</table>";
    }
    if let Some(body) = link(&operation["requestBody"]) {
        out += &format!("<p>Body: {body}</p>");
    }
    for (status, response) in entries(&operation["responses"]) {
        let shape = link(response).map(|link| format!(": {link}")).unwrap_or_default();
        out += &format!("<div><code>{status}</code> {}{shape}</div>", text(&response["description"]));
    }
    out + "</details>"
}

/// A link to the shape of a body.
fn link(holder: &Value) -> Option<String> {
    let schema = &holder["content"]["application/json"]["schema"];
    let name = find_name(schema)?;
    Some(format!("<a href=\"#{name}\"><code>{name}</code></a>"))
}

fn find_name(schema: &Value) -> Option<String> {
    let named = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()).map(escape);
    named.or_else(|| list(&schema["oneOf"]).iter().find_map(find_name))
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
