//! The receiver's settings, read once at init.

use quartet_aws::Aws;
use quartet_aws::events::Events;
use quartet_aws::objects::Objects;
use quartet_aws::queues::Queue;
use quartet_aws::secrets::Secret;
use quartet_lambda::settings::{Missing, Settings};

use crate::App;
use crate::limits::Limits;

/// Builds everything that outlives an event.
pub fn app(settings: &Settings) -> Result<App, Missing> {
    let aws = settings.aws(Aws::new)?;
    let objects = Objects::new(&aws, settings.text("BUCKET_NAME")?);
    Ok(App {
        events: Events::new(&aws, settings.text("TABLE_NAME")?, objects),
        queue: Queue::new(&aws, settings.text("EVENTS_QUEUE_URL")?),
        secret: Secret::new(&aws, settings.text("WEBHOOK_SECRET_ARN")?),
        most_bytes: settings.parse_or("MAX_BODY_BYTES", 1_048_576)?,
        limits: Limits::default(),
    })
}
