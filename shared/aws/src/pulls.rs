//! The newest head of each pull request, and the run that works on it.
//!
//! | pattern | call | key | condition |
//! | --- | --- | --- | --- |
//! | lead | UpdateItem | `PULL#<provider>#<repository id>#<number>` / `HEAD` | no newer event was seen |
//! | count a fix round | UpdateItem | the same / `ROUNDS` | below the cap, or this commit is counted |
//!
//! Events arrive out of order; `updated_at`, which the forge sets, decides which is newer.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use quartet_domain::ids::RunId;
use quartet_domain::run::Run;

use crate::item::{Reader, key, n, s};
use crate::{Aws, Unavailable};

#[derive(Clone, Debug)]
pub struct Pulls {
    client: Client,
    table: String,
}

/// What became of an attempt to lead a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lead {
    /// This run leads now; `before` led until now.
    Taken { before: Option<RunId> },
    /// A newer event was seen first: this run is not due.
    Stale,
}

/// What became of an attempt to count a fix round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    Counted,
    /// The pull request has had all the rounds that it may have.
    Capped,
}

impl Pulls {
    pub fn new(aws: &Aws, table: String) -> Self {
        Self { client: Client::new(&aws.config), table }
    }

    /// Makes `run` the one that works on its pull request. Doing it twice changes nothing.
    pub async fn lead(&self, run: &Run) -> Result<Lead, Unavailable> {
        let Some(pull) = &run.pull else { return Ok(Lead::Taken { before: None }) };
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(pk(run, pull.number), "HEAD")))
            .update_expression("SET head_sha = :head, seen = :seen, run = :run")
            .condition_expression("attribute_not_exists(pk) OR seen <= :seen")
            .expression_attribute_values(":head", s(&run.head_sha))
            .expression_attribute_values(":seen", n(pull.updated_at.as_second()))
            .expression_attribute_values(":run", s(run.id.as_str()))
            .return_values(ReturnValue::AllOld)
            .send()
            .await;
        let old = match update {
            Ok(done) => done.attributes.unwrap_or_default(),
            Err(SdkError::ServiceError(e)) if e.err().is_conditional_check_failed_exception() => {
                return Ok(Lead::Stale);
            }
            Err(e) => return Err(Unavailable::because("leading the pull request")(e)),
        };
        let read = Reader(&old);
        let before = read.optional("run").and_then(RunId::parse).filter(|before| *before != run.id);
        Ok(Lead::Taken { before })
    }

    /// Counts the commit `sha` as a fix round, at most `cap` for each pull request. The same commit counts once.
    pub async fn count_round(
        &self,
        run: &Run,
        number: u64,
        sha: &str,
        cap: u32,
    ) -> Result<Round, Unavailable> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(pk(run, number), "ROUNDS")))
            .update_expression("ADD commits :one")
            .condition_expression(
                "attribute_not_exists(commits) OR size(commits) < :cap OR contains(commits, :sha)",
            )
            .expression_attribute_values(":one", AttributeValue::Ss(vec![sha.to_owned()]))
            .expression_attribute_values(":sha", s(sha))
            .expression_attribute_values(":cap", n(cap))
            .send()
            .await;
        match update {
            Ok(_) => Ok(Round::Counted),
            Err(SdkError::ServiceError(e)) if e.err().is_conditional_check_failed_exception() => {
                Ok(Round::Capped)
            }
            Err(e) => Err(Unavailable::because("counting a fix round")(e)),
        }
    }
}

fn pk(run: &Run, number: u64) -> String {
    format!("PULL#{}#{}#{number}", run.repository.provider.word(), run.repository.id)
}
