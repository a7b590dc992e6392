//! What becomes of a delivery without an attempt: it ends, waits longer, or loses its lease.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use quartet_domain::delivery::{Delivery, DeliveryStatus};

use super::Deliveries;
use crate::Unavailable;
use crate::item::{condition, n, s, time};

impl Deliveries {
    /// Gives a waiting delivery its last status; one that somebody else moved on is left as it is.
    pub async fn end(&self, delivery: &Delivery, status: DeliveryStatus) -> Result<(), Unavailable> {
        let update = self
            .update(&delivery.id)
            .update_expression("SET #status = :status, next_at = :none REMOVE leased_until, has_turn")
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

    /// Moves the due time of a waiting delivery; one that somebody else moved on is left as it is.
    /// Whether that is its turn is kept with it.
    pub async fn put_off(
        &self,
        delivery: &Delivery,
        at: Timestamp,
        has_turn: bool,
    ) -> Result<(), Unavailable> {
        let update = self
            .update(&delivery.id)
            .update_expression("SET next_at = :at, has_turn = :turn")
            .condition_expression("#status = :pending AND attempts = :attempts AND next_at = :seen")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":pending", s(DeliveryStatus::Pending.word()))
            .expression_attribute_values(":attempts", n(delivery.attempts))
            .expression_attribute_values(":seen", delivery.next_at.map_or(AttributeValue::Null(true), time))
            .expression_attribute_values(":at", time(at))
            .expression_attribute_values(":turn", AttributeValue::Bool(has_turn))
            .send()
            .await;
        condition(update, "putting a delivery off").map(|_| ())
    }

    /// Ends the lease of an attempt that was not made.
    pub async fn release(&self, delivery: &Delivery, holder: &str) -> Result<(), Unavailable> {
        let update = self
            .update(&delivery.id)
            .update_expression("REMOVE leased_until")
            .condition_expression("leased_by = :holder AND attempts = :attempts")
            .expression_attribute_values(":holder", s(holder))
            .expression_attribute_values(":attempts", n(delivery.attempts))
            .send()
            .await;
        condition(update, "releasing a delivery").map(|_| ())
    }
}
