//! The dispatcher's settings, read once at init.

use quartet_aws::Aws;
use quartet_aws::deliveries::Deliveries;
use quartet_aws::objects::Objects;
use quartet_aws::queues::Queue;
use quartet_aws::secrets::Secret;
use quartet_lambda::settings::{Missing, Settings};

use crate::App;
use crate::attempt::client;

/// Builds everything that outlives a batch.
pub fn app(settings: &Settings) -> Result<App, Missing> {
    let aws = Aws::new(
        &settings.text("AWS_REGION")?,
        settings.optional("AWS_ENDPOINT_URL"),
        settings.file("AWS_CA_BUNDLE")?,
    );
    Ok(App {
        deliveries: Deliveries::new(
            &aws,
            settings.text("TABLE_NAME")?,
            settings.parse_or("RETENTION_DAYS", 90)?,
        ),
        objects: Objects::new(&aws, settings.text("BUCKET_NAME")?),
        queue: Queue::new(&aws, settings.text("DELIVERIES_QUEUE_URL")?),
        secret: Secret::new(&aws, settings.text("RESULTS_SECRET_ARN")?),
        http: client(),
    })
}
