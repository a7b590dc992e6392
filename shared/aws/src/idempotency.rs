//! Requests that may come twice and must be done once, by the `Idempotency-Key` that their caller chose.
//!
//! | pattern | call | key | condition |
//! | --- | --- | --- | --- |
//! | claim | PutItem | `IDEM#<key id>#<hash of the caller's key>` / `IDEM` | no such item, or it has expired |
//! | take over from who died | UpdateItem | the same | unanswered, the lease seen has run out |
//! | answer | UpdateItem | the same | |
//! | leave it to whoever asks again | UpdateItem | the same | unanswered |
//! | forget it | DeleteItem | the same | |
//!
//! A claim draws a seed once. Whoever takes over gets the same one, and so makes the same ids: what was made already is
//! found, not made again. Answers may hold secrets, so they are sealed by the caller.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use quartet_domain::ids::{KeyId, Seed, digest};
use quartet_domain::subscription::Sealed;

use crate::item::{Condition, Item, Malformed, Reader, condition, key, n, s, time};
use crate::{Aws, Unavailable};

/// How long an answer is kept.
const KEPT_SECONDS: i64 = 86_400;
/// How long a claim holds: longer than the API has to answer.
const LEASE_SECONDS: i64 = 35;

#[derive(Clone, Debug)]
pub struct Idempotency {
    client: Client,
    table: String,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Do it, with this seed.
    Ours(Seed),
    /// It was done; this is what was answered.
    Answered { status: u16, body: Sealed },
    /// The key was used for another request.
    Other,
    /// It is being done.
    Busy,
}

impl Idempotency {
    pub fn new(aws: &Aws, table: String) -> Self {
        Self { client: Client::new(&aws.config), table }
    }

    /// Claims a request for this worker. `request` is a hash of all that the request asks.
    pub async fn claim(
        &self,
        api_key: &KeyId,
        chosen: &str,
        request: &str,
        seed: Seed,
    ) -> Result<Claim, Unavailable> {
        const ACTION: &str = "claiming a request";
        let now = seed.at.as_second();
        let mut item = key(pk(api_key, chosen), "IDEM");
        item.insert("request".to_owned(), s(request));
        item.insert("seed_at".to_owned(), time(seed.at));
        item.insert("seed_noise".to_owned(), s(format!("{:x}", seed.noise)));
        item.insert("leased_until".to_owned(), n(now + LEASE_SECONDS));
        item.insert("ttl".to_owned(), n(now + KEPT_SECONDS));
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            // The table forgets late.
            .condition_expression("attribute_not_exists(pk) OR #ttl < :now")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":now", n(now))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let old = match condition(put, ACTION)? {
            Condition::Met(_) => return Ok(Claim::Ours(seed)),
            Condition::Failed(old) => old.unwrap_or_default(),
        };
        let before = Before::of(&old).map_err(Unavailable::because(ACTION))?;
        if before.request != request {
            return Ok(Claim::Other);
        }
        if let Some((status, body)) = before.answer {
            return Ok(Claim::Answered { status, body });
        }
        if before.leased_until >= now {
            return Ok(Claim::Busy);
        }
        self.take_over(api_key, chosen, &before, now).await
    }

    /// A change of this request's item, to be filled in.
    fn update(&self, api_key: &KeyId, chosen: &str) -> UpdateItemFluentBuilder {
        let item = key(pk(api_key, chosen), "IDEM");
        self.client.update_item().table_name(&self.table).set_key(Some(item))
    }

    async fn take_over(
        &self,
        api_key: &KeyId,
        chosen: &str,
        before: &Before,
        now: i64,
    ) -> Result<Claim, Unavailable> {
        let update = self
            .update(api_key, chosen)
            .update_expression("SET leased_until = :until")
            .condition_expression("leased_until = :seen AND attribute_not_exists(answer)")
            .expression_attribute_values(":seen", n(before.leased_until))
            .expression_attribute_values(":until", n(now + LEASE_SECONDS))
            .send()
            .await;
        match condition(update, "taking over a request")? {
            Condition::Met(_) => Ok(Claim::Ours(before.seed)),
            Condition::Failed(_) => Ok(Claim::Busy),
        }
    }

    /// Keeps an answer for whoever asks the same again.
    pub async fn answer(
        &self,
        api_key: &KeyId,
        chosen: &str,
        status: u16,
        body: &Sealed,
    ) -> Result<(), Unavailable> {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(pk(api_key, chosen), "IDEM")))
            .update_expression("SET answer = :answer, answer_status = :status")
            .expression_attribute_values(":answer", s(&body.0))
            .expression_attribute_values(":status", n(status))
            .send()
            .await
            .map_err(Unavailable::because("keeping an answer"))?;
        Ok(())
    }

    /// Leaves a request, which may be half done, to whoever makes it again: with the seed that it has.
    pub async fn leave(&self, api_key: &KeyId, chosen: &str) -> Result<(), Unavailable> {
        let update = self
            .update(api_key, chosen)
            .update_expression("SET leased_until = :over")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(answer)")
            .expression_attribute_values(":over", n(0))
            .send()
            .await;
        condition(update, "leaving a request").map(|_| ())
    }

    /// Forgets a request that was turned down, so that the key may be used for another one.
    pub async fn release(&self, api_key: &KeyId, chosen: &str) -> Result<(), Unavailable> {
        let item = key(pk(api_key, chosen), "IDEM");
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(item));
        delete.send().await.map_err(Unavailable::because("releasing a request"))?;
        Ok(())
    }
}

/// What an earlier claim left.
struct Before {
    request: String,
    seed: Seed,
    leased_until: i64,
    answer: Option<(u16, Sealed)>,
}

impl Before {
    fn of(item: &Item) -> Result<Self, Malformed> {
        let read = Reader(item);
        let noise =
            u128::from_str_radix(read.text("seed_noise")?, 16).map_err(|_| Malformed("seed_noise"))?;
        let answer = match read.optional("answer") {
            Some(body) => Some((read.number("answer_status")?, Sealed(body.to_owned()))),
            None => None,
        };
        Ok(Self {
            request: read.text("request")?.to_owned(),
            seed: Seed { at: read.time("seed_at")?, noise },
            leased_until: read.number("leased_until")?,
            answer,
        })
    }
}

/// The caller's key may be anything; its hash is not.
fn pk(api_key: &KeyId, chosen: &str) -> String {
    format!("IDEM#{api_key}#{}", digest(chosen))
}
