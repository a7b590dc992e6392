//! The router's settings, read once at init.

use quartet_aws::Aws;
use quartet_aws::commits::Commits;
use quartet_aws::events::Events;
use quartet_aws::executions::Executions;
use quartet_aws::facts::Facts;
use quartet_aws::objects::Objects;
use quartet_aws::publisher::Publisher;
use quartet_aws::pulls::Pulls;
use quartet_aws::queues::Queue;
use quartet_aws::tasks::Tasks;
use quartet_lambda::settings::{Missing, Settings};

use crate::App;

/// Builds everything that outlives a batch.
pub fn app(settings: &Settings) -> Result<App, Missing> {
    let aws = settings.aws(Aws::new)?;
    let table = settings.text("TABLE_NAME")?;
    let objects = Objects::new(&aws, settings.text("BUCKET_NAME")?);
    let days = settings.parse_or("RETENTION_DAYS", 90)?;
    let queue = Queue::new(&aws, settings.text("DELIVERIES_QUEUE_URL")?);
    let publisher = Publisher::new(&aws, &table, days, objects.clone(), queue);
    Ok(App {
        facts: Facts::new(&aws, table.clone(), publisher.clone()),
        publisher,
        events: Events::new(&aws, table.clone(), objects),
        tasks: Tasks::new(&aws, table.clone(), days),
        pulls: Pulls::new(&aws, table.clone()),
        commits: Commits::new(&aws, table),
        executions: Executions::new(&aws, settings.text("STATE_MACHINE_ARN")?),
        most_receives: settings.parse_or("MAX_RECEIVES", 5)?,
    })
}
