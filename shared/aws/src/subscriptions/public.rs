//! The public keys of subscriptions: the one thing of them that is found without their owner.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};

use super::{PublishedKey, Subscription, SubscriptionId, Subscriptions};
use crate::Unavailable;
use crate::item::{Item, Reader, key, s};

impl Subscriptions {
    /// The public keys of a subscription, newest first; none where it has none, or does not exist.
    pub async fn public_keys(&self, id: &SubscriptionId) -> Result<Vec<PublishedKey>, Unavailable> {
        const ACTION: &str = "reading public keys";
        let found = self.client.get_item().table_name(&self.table).set_key(Some(place(id))).send().await;
        let Some(item) = found.map_err(Unavailable::because(ACTION))?.item else { return Ok(Vec::new()) };
        Reader(&item).json("keys").map_err(Unavailable::because(ACTION))
    }

    /// The part of a transaction that publishes the keys as they are now.
    pub(super) fn publish(&self, subscription: &Subscription) -> Result<TransactWriteItem, BuildError> {
        let keys = subscription.public_keys();
        let all = TransactWriteItem::builder();
        if keys.is_empty() {
            let delete = Delete::builder().table_name(&self.table).set_key(Some(place(&subscription.id)));
            return Ok(all.delete(delete.build()?).build());
        }
        let mut item = place(&subscription.id);
        // Texts and times always are JSON.
        item.insert("keys".to_owned(), s(serde_json::to_string(&keys).unwrap_or_default()));
        Ok(all.put(Put::builder().table_name(&self.table).set_item(Some(item)).build()?).build())
    }

    pub(super) async fn withdraw(&self, id: &SubscriptionId) -> Result<(), Unavailable> {
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(place(id)));
        delete.send().await.map_err(Unavailable::because("withdrawing public keys"))?;
        Ok(())
    }
}

fn place(id: &SubscriptionId) -> Item {
    key(format!("SUB#{id}"), "PUBLIC")
}
