//! The end of a delivery without an attempt.

use aws_sdk_dynamodb::types::AttributeValue;
use quartet_domain::delivery::{Delivery, DeliveryStatus};

use super::{Deliveries, pk};
use crate::Unavailable;
use crate::item::{condition, key, n, s};

impl Deliveries {
    /// Gives a waiting delivery its last status; one that somebody else moved on is left as it is.
    pub async fn end(&self, delivery: &Delivery, status: DeliveryStatus) -> Result<(), Unavailable> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(pk(&delivery.id), "DELIVERY")))
            .update_expression("SET #status = :status, next_at = :none")
            .condition_expression("#status = :pending AND attempts = :attempts")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":status", s(status.word()))
            .expression_attribute_values(":none", AttributeValue::Null(true))
            .expression_attribute_values(":pending", s(DeliveryStatus::Pending.word()))
            .expression_attribute_values(":attempts", n(delivery.attempts))
            .send()
            .await;
        condition(update, "ending a delivery").map(|_| ())
    }
}
