//! Secrets, cached with a bounded age.
//!
//! A secret has up to two live versions, so that it can be rotated without refusing anybody: put the new one first, tell
//! the other side, and the one before stays good until the next rotation. The one before is read only when the current
//! one does not fit, which a cold start seldom sees.

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
    /// The one before was asked for too.
    whole: bool,
    read: Instant,
}

impl Secret {
    /// `id` is a name or an ARN.
    pub fn new(aws: &Aws, id: String) -> Self {
        Self { client: Client::new(&aws.config), id, cache: Mutex::new(None) }
    }

    /// Proves something with the live versions, current first: with those at hand, at most five minutes old, and when
    /// none fits, once more with all of them, because one may just have been rotated.
    pub async fn prove<T, E>(
        &self,
        proof: impl Fn(&[SecretString]) -> Result<T, E>,
    ) -> Result<Result<T, E>, Unavailable> {
        match proof(&self.at_hand().await?) {
            Ok(proved) => Ok(Ok(proved)),
            Err(_) => Ok(proof(&self.all().await?)),
        }
    }

    /// The current version.
    pub async fn current(&self) -> Result<SecretString, Unavailable> {
        let newest = self.at_hand().await?.into_iter().next();
        newest.ok_or_else(|| Unavailable::because("reading a secret")("it has no current version"))
    }

    /// The current version, and the one before where it was needed lately.
    async fn at_hand(&self) -> Result<Vec<SecretString>, Unavailable> {
        match self.cached(|cached| cached.read.elapsed() < FRESH) {
            Some(versions) => Ok(versions),
            None => self.ask(&["AWSCURRENT"]).await,
        }
    }

    /// All live versions, asked for again unless that was just done.
    async fn all(&self) -> Result<Vec<SecretString>, Unavailable> {
        match self.cached(|cached| cached.whole && cached.read.elapsed() < SOONEST) {
            Some(versions) => Ok(versions),
            None => self.ask(&["AWSCURRENT", "AWSPREVIOUS"]).await,
        }
    }

    fn cached(&self, good: impl FnOnce(&Cached) -> bool) -> Option<Vec<SecretString>> {
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.as_ref().filter(|cached| good(cached)).map(|cached| cached.versions.clone())
    }

    async fn ask(&self, stages: &[&str]) -> Result<Vec<SecretString>, Unavailable> {
        let mut versions = Vec::with_capacity(stages.len());
        for stage in stages {
            versions.extend(self.read(stage).await?);
        }
        let cached = Cached { versions: versions.clone(), whole: stages.len() > 1, read: Instant::now() };
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
