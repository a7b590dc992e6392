//! Reading and writing table items without naming an SDK type outside this crate.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use crate::Unavailable;

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn n(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(crate) fn time(at: Timestamp) -> AttributeValue {
    s(at.to_string())
}

/// A table item's key.
pub(crate) fn key(pk: String, sk: &str) -> Item {
    Item::from([("pk".to_owned(), s(pk)), ("sk".to_owned(), s(sk))])
}

/// What became of an attempt to make an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    New,
    Already,
}

/// Writes an item unless one stands under its key, which is then left as it is.
pub(crate) async fn put_new(
    client: &Client,
    table: &str,
    item: Item,
    action: &'static str,
) -> Result<Made, Unavailable> {
    let put = client
        .put_item()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(pk)")
        .send()
        .await;
    match put {
        Ok(_) => Ok(Made::New),
        Err(SdkError::ServiceError(e)) if e.err().is_conditional_check_failed_exception() => {
            Ok(Made::Already)
        }
        Err(e) => Err(Unavailable::because(action)(e)),
    }
}

/// Reads one attribute; a missing or foreign one is a fault of ours, named.
pub(crate) struct Reader<'a>(pub(crate) &'a Item);

#[derive(Debug, thiserror::Error)]
#[error("the item's attribute {0} is missing or of the wrong form")]
pub(crate) struct Malformed(pub(crate) &'static str);

impl<'a> Reader<'a> {
    pub(crate) fn text(&self, name: &'static str) -> Result<&'a str, Malformed> {
        self.0.get(name).and_then(|v| v.as_s().ok()).map(String::as_str).ok_or(Malformed(name))
    }

    pub(crate) fn optional(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).and_then(|v| v.as_s().ok()).map(String::as_str)
    }

    pub(crate) fn number<T: std::str::FromStr>(&self, name: &'static str) -> Result<T, Malformed> {
        self.0.get(name).and_then(|v| v.as_n().ok()).and_then(|text| text.parse().ok()).ok_or(Malformed(name))
    }

    pub(crate) fn time(&self, name: &'static str) -> Result<Timestamp, Malformed> {
        self.text(name)?.parse().map_err(|_| Malformed(name))
    }
}
