//! What AWS wraps around a message on its way to a function.

use jiff::Timestamp;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};

/// AWS's example account.
const ACCOUNT: &str = "123456789012";
const REGION: &str = "us-east-1";
const API: &str = "a1b2c3d4e5";

/// A POST as API Gateway's HTTP API hands it over (payload format 2.0). Header names come in lower case.
pub(super) fn http(path: &str, own_headers: Value, body: &str, at: Timestamp) -> Value {
    let domain = format!("{API}.execute-api.{REGION}.amazonaws.com");
    let agent = own_headers["user-agent"].clone();
    let mut headers = json!({
        "accept": "*/*",
        "content-length": body.len().to_string(),
        "content-type": "application/json",
        "host": domain,
        "x-amzn-trace-id": "Root=1-695b7e18-5ab0a1b84e0c3f6e1f0d2c3b",
        "x-forwarded-for": "192.0.2.1",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    });
    if let (Value::Object(headers), Value::Object(own)) = (&mut headers, own_headers) {
        headers.extend(own);
    }
    json!({
        "version": "2.0",
        "routeKey": format!("ANY {path}"),
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API,
            "domainName": domain,
            "domainPrefix": API,
            "http": {
                "method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": agent,
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": format!("ANY {path}"),
            "stage": "$default",
            "time": at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": at.as_millisecond(),
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

/// A batch of one message as SQS's event source hands it over.
pub(super) fn sqs(queue: &str, body: &str, at: Timestamp) -> Value {
    let sent = at.as_millisecond().to_string();
    json!({
        "Records": [{
            "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
            "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
            "body": body,
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": sent,
                "SenderId": "AROAEXAMPLEEXAMPLE:sender",
                "ApproximateFirstReceiveTimestamp": sent,
            },
            "messageAttributes": {},
            "md5OfBody": hex::encode(Md5::digest(body)),
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:quartet-{queue}"),
            "awsRegion": REGION,
        }],
    })
}
