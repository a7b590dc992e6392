//! The report stage's settings, read once at init.

use quartet_aws::Aws;
use quartet_aws::objects::Objects;
use quartet_aws::publisher::Publisher;
use quartet_aws::queues::Queue;
use quartet_aws::tasks::Tasks;
use quartet_domain::delivery::Schedule;
use quartet_lambda::settings::{Missing, Settings};

use crate::App;

/// Builds everything that outlives a run.
pub fn app(settings: &Settings) -> Result<App, Missing> {
    let aws = settings.aws(Aws::new)?;
    let table = settings.text("TABLE_NAME")?;
    let days = settings.parse_or("RETENTION_DAYS", 90)?;
    let objects = Objects::new(&aws, settings.text("BUCKET_NAME")?);
    let queue = Queue::new(&aws, settings.text("DELIVERIES_QUEUE_URL")?);
    let schedule = settings.optional("RETRY_SCHEDULE").unwrap_or("standard");
    Ok(App {
        publisher: Publisher::new(&aws, &table, days, objects, queue),
        tasks: Tasks::new(&aws, table, days),
        url: settings.text("PIPELINE_RESULTS_WEBHOOK_URL")?,
        schedule: Schedule::parse(schedule).ok_or(Missing::Form("RETRY_SCHEDULE"))?,
    })
}
