//! A subscription that changes or ends, and what changes with it in one transaction.

use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::types::{
    Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use quartet_domain::access::Owner;
use quartet_domain::ids::SubscriptionId;
use quartet_domain::subscription::Subscription;

use super::{Subscriptions, item_of, pk, sk, subscription_of};
use crate::item::{Condition, already, condition, is_conflict, key, n};
use crate::{Unavailable, endpoints};

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Done,
    /// Somebody else changed it first.
    Stale,
    /// There is no such subscription.
    Absent,
}

impl Subscriptions {
    /// Writes a subscription whose version is one above that of `before`, which was read.
    pub async fn change(
        &self,
        before: &Subscription,
        subscription: &Subscription,
    ) -> Result<Change, Unavailable> {
        const ACTION: &str = "changing a subscription";
        let beside = self.beside(before, subscription).map_err(Unavailable::because(ACTION))?;
        let item = item_of(subscription).map_err(Unavailable::because(ACTION))?;
        let seen = n(subscription.version - 1);
        if !beside.is_empty() {
            let put = Put::builder()
                .table_name(&self.table)
                .set_item(Some(item))
                .condition_expression("version = :seen")
                .expression_attribute_values(":seen", seen)
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                .build()
                .map_err(Unavailable::because(ACTION))?;
            return self.change_all(TransactWriteItem::builder().put(put).build(), beside).await;
        }
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("version = :seen")
            .expression_attribute_values(":seen", seen)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        Ok(match condition(put, ACTION)? {
            Condition::Met(_) => Change::Done,
            Condition::Failed(Some(_)) => Change::Stale,
            Condition::Failed(None) => Change::Absent,
        })
    }

    /// What must change with it: the keys that everybody may read, and what was learnt of an endpoint that it had.
    fn beside(
        &self,
        before: &Subscription,
        after: &Subscription,
    ) -> Result<Vec<TransactWriteItem>, BuildError> {
        let mut beside = Vec::new();
        if before.public_keys() != after.public_keys() {
            beside.push(self.publish(after)?);
        }
        if after.starts_afresh(before) {
            let health = Delete::builder().table_name(&self.table).set_key(Some(endpoints::place(&after.id)));
            beside.push(TransactWriteItem::builder().delete(health.build()?).build());
        }
        Ok(beside)
    }

    async fn change_all(
        &self,
        change: TransactWriteItem,
        beside: Vec<TransactWriteItem>,
    ) -> Result<Change, Unavailable> {
        let all = [vec![change], beside].concat();
        match self.client.transact_write_items().set_transact_items(Some(all)).send().await {
            Ok(_) => Ok(Change::Done),
            Err(error) => match already(&error) {
                Some(Some(_)) => Ok(Change::Stale),
                Some(None) => Ok(Change::Absent),
                None if is_conflict(&error) => Ok(Change::Stale),
                None => Err(Unavailable::because("changing a subscription and what goes with it")(error)),
            },
        }
    }

    /// Removes one; of this version alone, where one is named.
    pub async fn remove(
        &self,
        owner: &Owner,
        id: &SubscriptionId,
        version: Option<u64>,
    ) -> Result<Change, Unavailable> {
        const ACTION: &str = "removing a subscription";
        let mut delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key(pk(owner), &sk(id))))
            .return_values(ReturnValue::AllOld);
        if let Some(version) = version {
            delete = delete
                .condition_expression("attribute_not_exists(pk) OR version = :seen")
                .expression_attribute_values(":seen", n(version));
        }
        match delete.send().await {
            Ok(done) => {
                let Some(old) = done.attributes.filter(|old| !old.is_empty()) else {
                    return Ok(Change::Absent);
                };
                let old = subscription_of(owner, &old).map_err(Unavailable::because(ACTION))?;
                if !old.public_keys().is_empty() {
                    self.withdraw(id).await?;
                }
                Ok(Change::Done)
            }
            Err(SdkError::ServiceError(e)) if e.err().is_conditional_check_failed_exception() => {
                Ok(Change::Stale)
            }
            Err(e) => Err(Unavailable::because(ACTION)(e)),
        }
    }
}
