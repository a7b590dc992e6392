//! Filters whose result could be larger than what they are given, with a bound: texts of texts double their quotes each
//! time, and a list has a value for each letter.

use std::io::Write;
use std::sync::Arc;

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, State};
use serde_json::Value;

/// The largest text that a filter or a template may make, in bytes.
const LARGEST: usize = 256 * 1024;
/// The longest text that is taken apart, in bytes.
const LONGEST_PARTED: usize = 16 * 1024;

pub(super) fn add_filters(environment: &mut Environment<'_>) {
    environment.add_filter("tojson", |value: minijinja::Value| {
        let mut out = Bounded::default();
        serde_json::to_writer(&mut out, &value)
            .map_err(|e| failed("the value is not JSON").with_source(e))?;
        out.text()
    });
    environment.add_filter("string", |value: minijinja::Value| {
        let mut out = Bounded::default();
        write!(out, "{value}").map_err(|e| failed("the value is too large").with_source(e))?;
        out.text()
    });
    environment.add_filter("list", |state: &State<'_, '_>, value: minijinja::Value| {
        parted(&value)?;
        minijinja::filters::list(state, value)
    });
    environment.add_filter("split", |value: minijinja::Value, by: Option<Arc<str>>, most: Option<i64>| {
        parted(&value)?;
        minijinja::filters::split(&value, by, most)
    });
    environment.add_filter("lines", |value: minijinja::Value| {
        parted(&value)?;
        minijinja::filters::lines(&value)
    });
}

fn parted(value: &minijinja::Value) -> Result<(), Error> {
    let is_long =
        value.kind() == ValueKind::String && value.as_str().is_none_or(|text| text.len() > LONGEST_PARTED);
    if is_long { Err(failed("the text is too long to be taken apart")) } else { Ok(()) }
}

fn failed(why: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, why)
}

/// What a body weighs: about the bytes of its text.
pub(super) fn bytes(body: &Value) -> usize {
    match body {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(bytes).sum::<usize>() + 2,
        Value::Object(fields) => fields.iter().map(|(name, value)| name.len() + bytes(value) + 4).sum(),
    }
}

/// Stops what writes too much.
#[derive(Default)]
pub(super) struct Bounded(Vec<u8>);

impl Bounded {
    pub(super) fn text(self) -> Result<String, Error> {
        String::from_utf8(self.0).map_err(|e| failed("what it makes is no text").with_source(e))
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > LARGEST {
            return Err(std::io::Error::other("it writes too much"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
