//! The bucket: code, findings, patches, payloads. One prefix for each life time (the template's lifecycle rules):
//! `events/`, `runs/`, `messages/`, `received/`, `undelivered/`; what people put under `articles/` stays.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::StalledStreamProtectionConfig;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Aws, Unavailable};

#[derive(Clone, Debug)]
pub struct Objects {
    client: Client,
    bucket: String,
}

/// An object's name and size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub key: String,
    pub bytes: usize,
}

/// What became of an attempt to write an object once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    New,
    Already,
}

impl Objects {
    pub fn new(aws: &Aws, bucket: String) -> Self {
        // Path style is the only one that an endpoint at an address can serve.
        let config = aws_sdk_s3::config::Builder::from(&aws.config)
            .force_path_style(aws.config.endpoint_url().is_some())
            .stalled_stream_protection(StalledStreamProtectionConfig::enabled().build())
            .build();
        Self { client: Client::from_conf(config), bucket }
    }

    pub async fn put(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<(), Unavailable> {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map_err(Unavailable::because("writing an object"))?;
        Ok(())
    }

    /// Writes an object that must never change once it is there.
    pub async fn put_once(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<Put, Unavailable> {
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .if_none_match("*")
            .body(ByteStream::from(bytes))
            .send()
            .await;
        match put {
            Ok(_) => Ok(Put::New),
            Err(SdkError::ServiceError(e)) if e.raw().status().as_u16() == 412 => Ok(Put::Already),
            Err(e) => Err(Unavailable::because("writing an object")(e)),
        }
    }

    /// The object's bytes; `None` when there is no such object.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Unavailable> {
        let got = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(got) => got,
            Err(SdkError::ServiceError(e)) if e.err().is_no_such_key() => return Ok(None),
            Err(e) => return Err(Unavailable::because("reading an object")(e)),
        };
        let bytes = got.body.collect().await.map_err(Unavailable::because("reading an object"))?;
        Ok(Some(bytes.to_vec()))
    }

    /// The first objects under `prefix` by name, at most so many (1000 at once).
    pub async fn list(&self, prefix: &str, most: i32) -> Result<Vec<Listed>, Unavailable> {
        let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix).max_keys(most);
        let page = list.send().await.map_err(Unavailable::because("listing objects"))?;
        let objects = page.contents.unwrap_or_default().into_iter();
        let listed = objects.filter_map(|object| {
            Some(Listed { key: object.key?, bytes: usize::try_from(object.size?).ok()? })
        });
        Ok(listed.collect())
    }

    pub async fn put_json<T: Serialize + Sync>(&self, key: &str, value: &T) -> Result<(), Unavailable> {
        let bytes = serde_json::to_vec(value).map_err(Unavailable::because("writing an object"))?;
        self.put(key, bytes, "application/json").await
    }

    /// The object as `T`; `None` when there is no such object.
    pub async fn get_json<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Unavailable> {
        let Some(bytes) = self.get(key).await? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(Unavailable::because("reading an object"))
    }

    /// A link that reads `key` without credentials, for `life`.
    pub async fn link_to_read(&self, key: &str, life: Duration) -> Result<String, Unavailable> {
        let config = PresigningConfig::expires_in(life).map_err(Unavailable::because("signing a link"))?;
        let request = self.client.get_object().bucket(&self.bucket).key(key).presigned(config).await;
        Ok(request.map_err(Unavailable::because("signing a link"))?.uri().to_owned())
    }

    /// A link that writes `key` without credentials, for `life`.
    pub async fn link_to_write(&self, key: &str, life: Duration) -> Result<String, Unavailable> {
        let config = PresigningConfig::expires_in(life).map_err(Unavailable::because("signing a link"))?;
        let request = self.client.put_object().bucket(&self.bucket).key(key).presigned(config).await;
        Ok(request.map_err(Unavailable::because("signing a link"))?.uri().to_owned())
    }
}
