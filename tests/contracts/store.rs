//! The table, the bucket and the key: what the local AWS takes from the template without a word.

use serde_json::json;

use crate::template::{resource, template};

#[test]
fn the_table_forgets_in_time_and_can_be_brought_back() {
    let table = resource("Table");
    assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
    assert_eq!(table["TimeToLiveSpecification"], json!({ "AttributeName": "ttl", "Enabled": true }));
    assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
}

#[test]
fn the_bucket_is_private_encrypted_versioned_and_tidied() {
    let bucket = resource("Bucket");
    let closed = bucket["PublicAccessBlockConfiguration"].as_object().unwrap();
    assert!(closed.len() == 4 && closed.values().all(|value| value == true));
    assert_eq!(bucket["VersioningConfiguration"]["Status"], "Enabled");
    let encryption = &bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
    let by_default = &encryption["ServerSideEncryptionByDefault"];
    assert_eq!(
        (&by_default["SSEAlgorithm"], &by_default["KMSMasterKeyID"]),
        (&json!("aws:kms"), &json!("Key.Arn"))
    );
    assert_eq!(encryption["BucketKeyEnabled"], true, "a KMS call for each object costs more than the object");

    let rules = bucket["LifecycleConfiguration"]["Rules"].as_array().unwrap();
    assert!(rules.iter().all(|rule| rule["Status"] == "Enabled"));
    for prefix in ["events/", "runs/", "messages/", "received/", "undelivered/"] {
        let rule = rules.iter().find(|rule| rule["Prefix"] == prefix).unwrap();
        assert!(!rule["ExpirationInDays"].is_null(), "{prefix} stays for ever");
    }
    assert!(rules.iter().any(|rule| rule["NoncurrentVersionExpiration"].is_object()));
    let policy = &resource("BucketPolicy")["PolicyDocument"]["Statement"][0];
    assert_eq!(
        (&policy["Effect"], &policy["Condition"]),
        (&json!("Deny"), &json!({ "Bool": { "aws:SecureTransport": "false" } }))
    );
}

#[test]
fn what_holds_data_outlives_the_stack() {
    assert_eq!(resource("Key")["EnableKeyRotation"], true);
    for name in ["Table", "Bucket", "Key"] {
        let resource = &template()["Resources"][name];
        assert_eq!(
            (&resource["DeletionPolicy"], &resource["UpdateReplacePolicy"]),
            (&json!("Retain"), &json!("Retain"))
        );
    }
}
