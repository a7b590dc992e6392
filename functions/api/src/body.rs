//! JSON bodies, with every field that is wrong named, not only the first.

mod form;
mod json;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};

pub(crate) use self::form::{Form, read, read_around};
use crate::refusal::Refusal;

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
    match json::parse(bytes) {
        Ok(Value::Object(map)) => Ok(Object(map)),
        Ok(_) => Err(Refusal::field("", "the body must be an object")),
        Err(why) => Err(Refusal::Malformed(why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_objects_are_forms() {
        for body in ["", "[]", "7", "{", "{} {}", "\"x\""] {
            assert!(object(body.as_bytes()).is_err(), "{body}");
        }
        assert!(object(b"{}").is_ok());
    }
}
