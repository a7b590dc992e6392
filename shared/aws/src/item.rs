//! Reading and writing table items without naming an SDK type outside this crate.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, Put, TransactWriteItem};
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

/// Digits of a time in the index `listing`: milliseconds until the year 2286.
pub(crate) const DIGITS: usize = 13;

/// A time as the index sorts it.
pub(crate) fn digits(at: Timestamp) -> String {
    format!("{:0DIGITS$}", at.as_millisecond().clamp(0, 9_999_999_999_999))
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

/// Makes all of these writes, or none where something that is to be new is there.
pub(crate) async fn make_all(
    client: &Client,
    writes: Vec<TransactWriteItem>,
    action: &'static str,
) -> Result<Made, Unavailable> {
    match client.transact_write_items().set_transact_items(Some(writes)).send().await {
        Ok(_) => Ok(Made::New),
        Err(e) if is_already(&e) => Ok(Made::Already),
        Err(e) => Err(Unavailable::because(action)(e)),
    }
}

/// The part of a transaction that writes an item unless one stands under its key.
pub(crate) fn new_one(table: &str, item: Item) -> Result<TransactWriteItem, BuildError> {
    let put = Put::builder().table_name(table).set_item(Some(item));
    let put = put.condition_expression("attribute_not_exists(pk)").build()?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// What a conditional write met.
pub(crate) enum Condition<T> {
    Met(T),
    /// It did not hold; the item that stands there, if any (where the request asked for it).
    Failed(Option<Item>),
}

/// A failed condition is an answer; everything else that fails is an error.
pub(crate) fn condition<T, E: Conditional, R>(
    sent: Result<T, SdkError<E, R>>,
    action: &'static str,
) -> Result<Condition<T>, Unavailable>
where
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match sent {
        Ok(done) => Ok(Condition::Met(done)),
        Err(error) => match error.as_service_error().and_then(Conditional::failed) {
            Some(item) => Ok(Condition::Failed(item)),
            None => Err(Unavailable::because(action)(error)),
        },
    }
}

/// Errors of calls that may carry a condition.
pub(crate) trait Conditional: std::error::Error + Send + Sync + 'static {
    /// The item that the condition failed for; the outer `None` where something else went wrong.
    fn failed(&self) -> Option<Option<Item>>;
}

impl Conditional for PutItemError {
    fn failed(&self) -> Option<Option<Item>> {
        if let Self::ConditionalCheckFailedException(failed) = self {
            Some(failed.item.clone())
        } else {
            None
        }
    }
}

impl Conditional for UpdateItemError {
    fn failed(&self) -> Option<Option<Item>> {
        if let Self::ConditionalCheckFailedException(failed) = self {
            Some(failed.item.clone())
        } else {
            None
        }
    }
}

/// Whether a transaction was turned down by one of its conditions.
pub(crate) fn is_already<R>(error: &SdkError<TransactWriteItemsError, R>) -> bool {
    reasons(error).any(|code| code == "ConditionalCheckFailed")
}

/// As [`is_already`], with the item that the condition failed for (where the request asked for it).
pub(crate) fn already<R>(error: &SdkError<TransactWriteItemsError, R>) -> Option<Option<Item>> {
    let failed = cancelled(error).iter().find(|reason| reason.code() == Some("ConditionalCheckFailed"))?;
    Some(failed.item.clone().filter(|item| !item.is_empty()))
}

/// Whether a transaction met another one at the same items, and may be tried again at once.
pub(crate) fn is_conflict<R>(error: &SdkError<TransactWriteItemsError, R>) -> bool {
    !is_already(error) && reasons(error).any(|code| code == "TransactionConflict")
}

/// Whether AWS did not say that it turned the transaction down: it may have been made, and may be made yet.
pub(crate) fn is_unjudged<R>(error: &SdkError<TransactWriteItemsError, R>) -> bool {
    !matches!(error.as_service_error(), Some(TransactWriteItemsError::TransactionCanceledException(_)))
}

/// The place of the first condition that turned a transaction down.
pub(crate) fn refused_by<R>(error: &SdkError<TransactWriteItemsError, R>) -> Option<usize> {
    reasons(error).position(|code| code == "ConditionalCheckFailed")
}

fn reasons<R>(error: &SdkError<TransactWriteItemsError, R>) -> impl Iterator<Item = &str> {
    // One for each write, in order; what was not at fault says so.
    cancelled(error).iter().map(|reason| reason.code().unwrap_or_default())
}

fn cancelled<R>(error: &SdkError<TransactWriteItemsError, R>) -> &[CancellationReason] {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            cancelled.cancellation_reasons()
        }
        _ => &[],
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

    /// An attribute that holds JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, name: &'static str) -> Result<T, Malformed> {
        serde_json::from_str(self.text(name)?).map_err(|_| Malformed(name))
    }

    pub(crate) fn optional(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).and_then(|v| v.as_s().ok()).map(String::as_str)
    }

    /// Whether it is there and true.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(|v| v.as_bool().ok()).is_some_and(|value| *value)
    }

    pub(crate) fn number<T: std::str::FromStr>(&self, name: &'static str) -> Result<T, Malformed> {
        self.0.get(name).and_then(|v| v.as_n().ok()).and_then(|text| text.parse().ok()).ok_or(Malformed(name))
    }

    pub(crate) fn time(&self, name: &'static str) -> Result<Timestamp, Malformed> {
        self.text(name)?.parse().map_err(|_| Malformed(name))
    }
}
