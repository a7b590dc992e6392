//! Secrets, cached with a bounded age.
//!
//! A secret has up to two live versions, so that it can be rotated without refusing anybody: put the new one first, tell
//! the other side, and the one before stays good until the next rotation.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::SdkError;
use secrecy::SecretString;

use crate::{Aws, Unavailable};

/// How long a value read is used without asking again.
const FRESH: Duration = Duration::from_secs(300);
/// How soon a value that did not fit may be asked for again. It bounds what forgeries can cost.
const SOONEST: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub struct Secret {
    client: Client,
    id: String,
    cache: Mutex<Option<Cached>>,
}

#[derive(Clone, Debug)]
struct Cached {
    versions: Vec<SecretString>,
    read: Instant,
}

impl Secret {
    /// `id` is a name or an ARN.
    pub fn new(aws: &Aws, id: String) -> Self {
        Self { client: Client::new(&aws.config), id, cache: Mutex::new(None) }
    }

    /// The live versions, current first; at most five minutes old.
    pub async fn versions(&self) -> Result<Vec<SecretString>, Unavailable> {
        self.no_older_than(FRESH).await
    }

    /// The live versions after one did not fit: asked for again, unless that was just done.
    pub async fn versions_again(&self) -> Result<Vec<SecretString>, Unavailable> {
        self.no_older_than(SOONEST).await
    }

    /// The current version.
    pub async fn current(&self) -> Result<SecretString, Unavailable> {
        let newest = self.versions().await?.into_iter().next();
        newest.ok_or_else(|| Unavailable::because("reading a secret")("it has no current version"))
    }

    async fn no_older_than(&self, age: Duration) -> Result<Vec<SecretString>, Unavailable> {
        let cached = self.cache.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(cached) = cached.filter(|c| c.read.elapsed() < age) {
            return Ok(cached.versions);
        }
        let mut versions = Vec::with_capacity(2);
        for stage in ["AWSCURRENT", "AWSPREVIOUS"] {
            versions.extend(self.read(stage).await?);
        }
        let cached = Cached { versions: versions.clone(), read: Instant::now() };
        *self.cache.lock().unwrap_or_else(PoisonError::into_inner) = Some(cached);
        Ok(versions)
    }

    async fn read(&self, stage: &str) -> Result<Option<SecretString>, Unavailable> {
        let got = self.client.get_secret_value().secret_id(&self.id).version_stage(stage).send().await;
        match got {
            Ok(value) => Ok(value.secret_string.filter(|text| !text.is_empty()).map(SecretString::from)),
            Err(SdkError::ServiceError(e)) if e.err().is_resource_not_found_exception() => Ok(None),
            Err(e) => Err(Unavailable::because("reading a secret")(e)),
        }
    }
}
