//! The report stage's settings, read once at init.

use quartet_aws::Aws;
use quartet_aws::deliveries::Deliveries;
use quartet_aws::objects::Objects;
use quartet_aws::queues::Queue;
use quartet_aws::tasks::Tasks;
use quartet_domain::delivery::Schedule;
use quartet_lambda::settings::{Missing, Settings};

use crate::App;

/// Builds everything that outlives a run.
pub fn app(settings: &Settings) -> Result<App, Missing> {
    let aws = Aws::new(
        &settings.text("AWS_REGION")?,
        settings.optional("AWS_ENDPOINT_URL"),
        settings.file("AWS_CA_BUNDLE")?,
    );
    let table = settings.text("TABLE_NAME")?;
    let days = settings.parse_or("RETENTION_DAYS", 90)?;
    let schedule = settings.optional("RETRY_SCHEDULE").unwrap_or("standard");
    Ok(App {
        objects: Objects::new(&aws, settings.text("BUCKET_NAME")?),
        deliveries: Deliveries::new(&aws, table.clone(), days),
        tasks: Tasks::new(&aws, table, days),
        queue: Queue::new(&aws, settings.text("DELIVERIES_QUEUE_URL")?),
        url: settings.text("PIPELINE_RESULTS_WEBHOOK_URL")?,
        schedule: Schedule::parse(schedule).ok_or(Missing::Form("RETRY_SCHEDULE"))?,
    })
}
