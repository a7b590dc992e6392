//! Commits that we made. The only proof that a commit is our own: its message and author can be typed by anybody.
//!
//! | pattern | call | key | condition |
//! | --- | --- | --- | --- |
//! | record | PutItem | `COMMIT#<provider>#<repository id>#<sha>` / `COMMIT` | |
//! | ask | GetItem | the same | |

use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use quartet_domain::repository::Repository;

use crate::item::{key, n, time};
use crate::{Aws, Unavailable};

/// Seconds that a commit is remembered: a year.
const REMEMBERED: i64 = 365 * 86_400;

#[derive(Clone, Debug)]
pub struct Commits {
    client: Client,
    table: String,
}

impl Commits {
    pub fn new(aws: &Aws, table: String) -> Self {
        Self { client: Client::new(&aws.config), table }
    }

    /// Records a commit as our own. Do it before any branch points at it: the forge's webhook may be faster than we are.
    pub async fn record(
        &self,
        repository: &Repository,
        sha: &str,
        now: Timestamp,
    ) -> Result<(), Unavailable> {
        let mut item = key(pk(repository, sha), "COMMIT");
        item.insert("made_at".to_owned(), time(now));
        item.insert("ttl".to_owned(), n(now.as_second() + REMEMBERED));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await;
        put.map_err(Unavailable::because("recording a commit"))?;
        Ok(())
    }

    pub async fn is_ours(&self, repository: &Repository, sha: &str) -> Result<bool, Unavailable> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(pk(repository, sha), "COMMIT")))
            .consistent_read(true)
            .send()
            .await
            .map_err(Unavailable::because("looking up a commit"))?;
        Ok(found.item.is_some())
    }
}

fn pk(repository: &Repository, sha: &str) -> String {
    format!("COMMIT#{}#{}#{sha}", repository.provider.word(), repository.id)
}
