//! The text of a body, read as JSON in which no field is named twice: of two, another reader may believe the other one.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reads a body, or says in one sentence why it cannot be read.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains(char::REPLACEMENT_CHARACTER));
    // The gateway puts U+FFFD in the place of what is not UTF-8.
    let text = text.ok_or("the body is not UTF-8: a U+FFFD that is meant is written \\ufffd")?;
    if text.trim().is_empty() {
        return Err("the body is empty".to_owned());
    }
    serde_json::from_str(text).map(|Once(value)| value).map_err(|error| {
        let place = format!("see line {}, column {}", error.line(), error.column());
        // serde_json tells these two apart from what is no JSON in its words alone.
        let said = error.to_string();
        let what = if error.is_data() {
            said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what)
        } else if said.starts_with("recursion limit exceeded") {
            "the body is nested too deeply: 127 levels at most"
        } else if said.starts_with("number out of range") {
            "the body has a number that is too large"
        } else {
            "the body is not JSON"
        };
        format!("{what}: {place}")
    })
}

/// A value whose objects name each field once.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Once(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            if map.contains_key(&name) {
                let shown: String = name.chars().take(64).collect();
                return Err(A::Error::custom(format_args!("the body names the field {shown} twice")));
            }
            let Once(value) = entries.next_value()?;
            map.insert(name, value);
        }
        Ok(map.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn why_a_body_cannot_be_read() {
        #[track_caller]
        fn check(body: &[u8], expected: &str) {
            assert_eq!(parse(body), Err(expected.to_owned()), "{}", String::from_utf8_lossy(body));
        }
        check(b"", "the body is empty");
        check(b" \n", "the body is empty");
        check(b"{", "the body is not JSON: see line 1, column 1");
        check(b"{}\n{}", "the body is not JSON: see line 2, column 1");
        let deep = ["[".repeat(128), "]".repeat(128)].concat();
        check(deep.as_bytes(), "the body is nested too deeply: 127 levels at most: see line 1, column 128");
        check(b"{\"a\": 1e999}", "the body has a number that is too large: see line 1, column 11");
        check(b"{\"a\": 1, \"a\": 1}", "the body names the field a twice: see line 1, column 12");
        check(b"[{\"b\": {\"a\": 1, \"a\": 2}}]", "the body names the field a twice: see line 1, column 19");
        let utf8 = "the body is not UTF-8: a U+FFFD that is meant is written \\ufffd";
        check(b"{\"a\": \"\xff\"}", utf8);
        check("{\"a\": \"\u{fffd}\"}".as_bytes(), utf8);
    }

    #[test]
    fn values_are_read_as_they_are() {
        let text = r#"{"a": [1, -1, 1.5, null, true, "x\ufffd", {}], "b": {"a": 18446744073709551615}}"#;
        let plain: Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(parse(text.as_bytes()), Ok(plain));
        let deep = ["[".repeat(127), "]".repeat(127)].concat();
        assert!(parse(deep.as_bytes()).is_ok());
        assert_eq!(parse(b"7"), Ok(json!(7)));
    }
}
