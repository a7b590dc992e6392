//! JSON bodies, with every field that is wrong named, not only the first.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use quartet_domain::subscription::FieldFlaw;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// Flaws that are named at most.
const MOST_FLAWS: usize = 50;

/// A body's fields, each with what it must be; those that a form does not have are refused.
pub(crate) trait Form: DeserializeOwned {
    const FIELDS: &'static [(&'static str, &'static str)];
}

/// A body that is an object, not looked at any closer.
#[derive(Debug)]
pub(crate) struct Object(pub(crate) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Object {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        if !is_json(request.headers()) {
            return Err(Refusal::ContentType);
        }
        object(&bytes(request, state).await?)
    }
}

/// As [`Object`], or nothing where nothing was sent.
#[derive(Debug)]
pub(crate) struct MaybeObject(pub(crate) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for MaybeObject {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let json = is_json(request.headers());
        let bytes = bytes(request, state).await?;
        if bytes.is_empty() {
            return Ok(Self(Map::new()));
        }
        if !json {
            return Err(Refusal::ContentType);
        }
        object(&bytes).map(|Object(map)| Self(map))
    }
}

async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Refusal> {
    Bytes::from_request(request, state).await.map_err(|rejection: BytesRejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Refusal::TooLarge
        } else {
            Refusal::Malformed("the body broke off".to_owned())
        }
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

fn object(bytes: &[u8]) -> Result<Object, Refusal> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(map)) => Ok(Object(map)),
        Ok(_) => Err(Refusal::field("", "the body must be an object")),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            Err(Refusal::Malformed(format!("the body is not JSON: see line {line}, column {column}")))
        }
    }
}

/// Reads a form. A field that cannot be read is named and left out, so that the others are read as well.
pub(crate) fn read<T: Form>(mut map: Map<String, Value>) -> Result<T, Vec<FieldFlaw>> {
    let mut flaws = Vec::new();
    map.retain(|name, _| {
        let known = T::FIELDS.iter().any(|(field, _)| field == name);
        if !known && flaws.len() < MOST_FLAWS {
            let shown: String = name.chars().take(64).collect();
            flaws.push(FieldFlaw::new(shown, "there is no such field"));
        }
        known
    });
    loop {
        match serde_path_to_error::deserialize(&Value::Object(map.clone())) {
            Ok(form) if flaws.is_empty() => return Ok(form),
            Ok(_) => return Err(flaws),
            Err(error) => {
                let path = error.path().to_string();
                let name = path.split(['.', '[']).next().unwrap_or_default();
                let found = map.remove(name).is_some();
                let field = T::FIELDS.iter().find(|(field, _)| *field == name);
                flaws.push(FieldFlaw::new(&path, field.map_or("cannot be read", |(_, must)| must)));
                if !found || flaws.len() >= MOST_FLAWS {
                    return Err(flaws);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether they can be read is of interest")]
    struct Sample {
        a: Option<u8>,
        b: Option<Vec<String>>,
    }

    impl Form for Sample {
        const FIELDS: &'static [(&'static str, &'static str)] =
            &[("a", "must be 0 to 255"), ("b", "must be a list of texts")];
    }

    #[track_caller]
    fn check(body: &str, expected: &[&str]) {
        let Object(map) = object(body.as_bytes()).expect("an object");
        let said: Vec<_> = match read::<Sample>(map) {
            Ok(_) => vec![],
            Err(flaws) => flaws.into_iter().map(|flaw| format!("{} {}", flaw.field, flaw.message)).collect(),
        };
        assert_eq!(said, expected, "{body}");
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        check("{}", &[]);
        check(r#"{"a": 7, "b": ["x"]}"#, &[]);
        let (a, b) = ("a must be 0 to 255", "b[1] must be a list of texts");
        check(r#"{"a": 256, "b": ["x", 7], "c": null}"#, &["c there is no such field", a, b]);
        for wrong in [r#"{"a": "7"}"#, r#"{"a": -1}"#, r#"{"a": 1e10}"#, r#"{"a": 1.5}"#, r#"{"a": {}}"#] {
            check(wrong, &[a]);
        }
    }

    #[test]
    fn only_objects_are_forms() {
        for body in ["", "[]", "7", "{", "{} {}", "\"x\""] {
            assert!(object(body.as_bytes()).is_err(), "{body}");
        }
    }
}
