//! Small secrets at rest: sealed with AES-256-GCM under a data key of their owner, which KMS wraps.
//!
//! | pattern | call | key | condition |
//! | --- | --- | --- | --- |
//! | make an owner's data key | GenerateDataKey, PutItem | `OWNER#<owner>` / `DATAKEY` | no such item |
//! | read it | GetItem, Decrypt | the same | |
//!
//! Invariants: KMS is asked once for an owner in a process's life, never for an event; what is sealed is bound to its
//! owner and to what it is of, so that a sealed text copied to another record cannot be opened there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quartet_domain::access::Owner;
use quartet_domain::subscription::Sealed;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::item::{Made, key, put_new};
use crate::{Aws, Unavailable};

/// Data keys that are kept at once; over it the oldest questions are asked again.
const MOST_KEYS: usize = 1024;
const SEALING: &str = "sealing a secret";
const OPENING: &str = "opening a sealed secret";

#[derive(Debug)]
pub struct Vault {
    kms: aws_sdk_kms::Client,
    kms_key: String,
    client: aws_sdk_dynamodb::Client,
    table: String,
    keys: Mutex<HashMap<Owner, Arc<LessSafeKey>>>,
}

/// Random bytes from the system.
pub fn draw<const N: usize>() -> Result<[u8; N], Unavailable> {
    let mut bytes = [0; N];
    let drawn = SystemRandom::new().fill(&mut bytes);
    drawn.map_err(|_| Unavailable::because("drawing random bytes")("the system gave none"))?;
    Ok(bytes)
}

impl Vault {
    /// `kms_key` is the id or ARN of the key that wraps data keys.
    pub fn new(aws: &Aws, table: String, kms_key: String) -> Self {
        Self {
            kms: aws_sdk_kms::Client::new(&aws.config),
            kms_key,
            client: aws_sdk_dynamodb::Client::new(&aws.config),
            table,
            keys: Mutex::default(),
        }
    }

    /// Seals a text; `of` names the record that it is a part of.
    pub async fn seal(&self, owner: &Owner, of: &str, text: &[u8]) -> Result<Sealed, Unavailable> {
        let key = self.key(owner).await?;
        let nonce: [u8; NONCE_LEN] = draw()?;
        let mut sealed = text.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound(owner, of), &mut sealed)
            .map_err(|_| Unavailable::because(SEALING)("it is too long"))?;
        Ok(Sealed(STANDARD.encode([&nonce[..], &sealed].concat())))
    }

    /// What [`Self::seal`] was given.
    pub async fn open(&self, owner: &Owner, of: &str, sealed: &Sealed) -> Result<Vec<u8>, Unavailable> {
        let key = self.key(owner).await?;
        let broken = || Unavailable::because(OPENING)("it was not sealed here, for this record");
        let mut bytes = STANDARD.decode(&sealed.0).map_err(|_| broken())?;
        let (nonce, text) = bytes.split_at_mut_checked(NONCE_LEN).ok_or_else(broken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;
        let text = key.open_in_place(nonce, bound(owner, of), text).map_err(|_| broken())?;
        Ok(text.to_vec())
    }

    async fn key(&self, owner: &Owner) -> Result<Arc<LessSafeKey>, Unavailable> {
        if let Some(key) = self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(owner) {
            return Ok(key.clone());
        }
        let bytes = match self.wrapped(owner).await? {
            Some(wrapped) => self.unwrap(owner, wrapped).await?,
            None => self.generate(owner).await?,
        };
        let unbound = UnboundKey::new(&AES_256_GCM, &bytes)
            .map_err(|_| Unavailable::because("reading a data key")("it is not 256 bits long"))?;
        let key = Arc::new(LessSafeKey::new(unbound));
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= MOST_KEYS {
            keys.clear();
        }
        keys.insert(owner.clone(), key.clone());
        Ok(key)
    }

    async fn wrapped(&self, owner: &Owner) -> Result<Option<Blob>, Unavailable> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(pk(owner), "DATAKEY")))
            .consistent_read(true)
            .send()
            .await
            .map_err(Unavailable::because("reading a data key"))?;
        let wrapped = found.item.and_then(|mut item| item.remove("wrapped"));
        Ok(wrapped.and_then(|value| value.as_b().ok().map(|blob| Blob::new(blob.as_ref()))))
    }

    async fn unwrap(&self, owner: &Owner, wrapped: Blob) -> Result<Vec<u8>, Unavailable> {
        let decrypted = self
            .kms
            .decrypt()
            .key_id(&self.kms_key)
            .encryption_context("owner", owner.as_str())
            .ciphertext_blob(wrapped)
            .send()
            .await
            .map_err(Unavailable::because("unwrapping a data key"))?;
        Ok(decrypted.plaintext.map(Blob::into_inner).unwrap_or_default())
    }

    /// Makes the owner's data key. Where two do so at once, the first one's counts.
    async fn generate(&self, owner: &Owner) -> Result<Vec<u8>, Unavailable> {
        const ACTION: &str = "making a data key";
        let made = self
            .kms
            .generate_data_key()
            .key_id(&self.kms_key)
            .key_spec(DataKeySpec::Aes256)
            .encryption_context("owner", owner.as_str())
            .send()
            .await
            .map_err(Unavailable::because(ACTION))?;
        let missing = || Unavailable::because(ACTION)("KMS gave none");
        let (wrapped, plain) = made.ciphertext_blob.zip(made.plaintext).ok_or_else(missing)?;
        let mut item = key(pk(owner), "DATAKEY");
        let blob = aws_sdk_dynamodb::primitives::Blob::new(wrapped.into_inner());
        item.insert("wrapped".to_owned(), AttributeValue::B(blob));
        match put_new(&self.client, &self.table, item, ACTION).await? {
            Made::New => Ok(plain.into_inner()),
            Made::Already => {
                let first = self.wrapped(owner).await?.ok_or_else(missing)?;
                self.unwrap(owner, first).await
            }
        }
    }
}

fn bound(owner: &Owner, of: &str) -> Aad<Vec<u8>> {
    Aad::from(format!("{owner}\0{of}").into_bytes())
}

fn pk(owner: &Owner) -> String {
    format!("OWNER#{owner}")
}
