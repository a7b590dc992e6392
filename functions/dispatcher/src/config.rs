//! The dispatcher's settings, read once at init.

use quartet_aws::Aws;
use quartet_aws::endpoints::Endpoints;
use quartet_aws::objects::Objects;
use quartet_aws::publisher::Publisher;
use quartet_aws::queues::Queue;
use quartet_aws::secrets::Secret;
use quartet_aws::vault::Vault;
use quartet_lambda::settings::{Missing, Settings};

use crate::App;
use crate::egress::Egress;

/// Builds everything that outlives a batch.
pub fn app(settings: &Settings) -> Result<App, Missing> {
    let aws = settings.aws(Aws::new)?;
    let table = settings.text("TABLE_NAME")?;
    let days = settings.parse_or("RETENTION_DAYS", 90)?;
    let objects = Objects::new(&aws, settings.text("BUCKET_NAME")?);
    let queue = Queue::new(&aws, settings.text("DELIVERIES_QUEUE_URL")?);
    let publisher = Publisher::new(&aws, &table, days, objects, queue);
    Ok(App {
        endpoints: Endpoints::new(&aws, table.clone(), publisher.messages.clone()),
        publisher,
        vault: Vault::new(&aws, table, settings.text("KMS_KEY_ARN")?),
        secret: Secret::new(&aws, settings.text("RESULTS_SECRET_ARN")?),
        egress: Egress::new(settings.parse_or("EGRESS_ALLOW", Default::default())?),
    })
}
