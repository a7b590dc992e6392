//! What a story looks up in the local AWS, as anybody with the console would.

use quartet_local::Stack;
use serde_json::{Map, Value, json};

/// One call of a JSON service.
pub(crate) async fn call(stack: &Stack, service: &str, target: &str, input: Value) -> Value {
    stack.aws().call(service, target, &input).await.unwrap()
}

pub(crate) async fn dynamodb(stack: &Stack, action: &str, input: Value) -> Value {
    call(stack, "dynamodb", &format!("DynamoDB_20120810.{action}"), input).await
}

pub(crate) async fn states(stack: &Stack, action: &str, input: Value) -> Value {
    call(stack, "states", &format!("AWSStepFunctions.{action}"), input).await
}

pub(crate) async fn sqs(stack: &Stack, action: &str, input: Value) -> Value {
    call(stack, "sqs", &format!("AmazonSQS.{action}"), input).await
}

/// One call of Lambda's API, which is REST.
pub(crate) async fn lambda(stack: &Stack, method: &str, path: &str, input: Option<Value>) -> Value {
    let url = format!("{}/2015-03-31/{path}", stack.aws().endpoint());
    let scope = "test/20260101/us-east-1/lambda/aws4_request";
    let request = reqwest::Client::new().request(method.parse().unwrap(), url).header(
        "authorization",
        format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"),
    );
    let request = if let Some(input) = input { request.json(&input) } else { request };
    request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
}

/// A table's item as plain JSON.
pub(crate) fn plain(item: &Value) -> Value {
    let one = |typed: &Value| match typed.as_object().and_then(|typed| typed.iter().next()) {
        Some((kind, value)) if kind == "N" => serde_json::from_str(value.as_str().unwrap()).unwrap(),
        Some((kind, _)) if kind == "NULL" => Value::Null,
        Some((_, value)) => value.clone(),
        None => Value::Null,
    };
    let fields: Map<String, Value> =
        item.as_object().unwrap().iter().map(|(name, typed)| (name.clone(), one(typed))).collect();
    json!(fields)
}
