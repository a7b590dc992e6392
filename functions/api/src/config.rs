//! The API's settings, read once at init.

use quartet_aws::Aws;
use quartet_aws::endpoints::Endpoints;
use quartet_aws::idempotency::Idempotency;
use quartet_aws::keys::Keys;
use quartet_aws::objects::Objects;
use quartet_aws::publisher::Publisher;
use quartet_aws::queries::Queries;
use quartet_aws::queues::Queue;
use quartet_aws::secrets::Secret;
use quartet_aws::tasks::Tasks;
use quartet_aws::vault::Vault;
use quartet_domain::address::Allow;
use quartet_lambda::settings::{Missing, Settings};

use crate::{App, Articles};

/// Builds everything that outlives a request.
pub fn app(settings: &Settings) -> Result<App, Missing> {
    let aws = settings.aws(Aws::new)?;
    let table = settings.text("TABLE_NAME")?;
    let days = settings.parse_or("RETENTION_DAYS", 90)?;
    let objects = Objects::new(&aws, settings.text("BUCKET_NAME")?);
    let queue = Queue::new(&aws, settings.text("DELIVERIES_QUEUE_URL")?);
    let publisher = Publisher::new(&aws, &table, days, objects.clone(), queue);
    Ok(App {
        articles: Articles::new(objects),
        endpoints: Endpoints::new(&aws, table.clone(), publisher.messages.clone()),
        idempotency: Idempotency::new(&aws, table.clone()),
        keys: Keys::new(&aws, table.clone()),
        publisher,
        queries: Queries::new(&aws, table.clone(), days),
        deployment_key: Secret::new(&aws, settings.text("API_KEY_ARN")?),
        tasks: Tasks::new(&aws, table.clone(), days),
        vault: Vault::new(&aws, table, settings.text("KMS_KEY_ARN")?),
        allow: settings.parse_or("EGRESS_ALLOW", Allow::default())?,
    })
}
