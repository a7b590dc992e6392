//! The settings of the built-in receiver, read once at init.

use quartet_aws::Aws;
use quartet_aws::objects::Objects;
use quartet_aws::secrets::Secret;
use quartet_lambda::settings::{Missing, Settings};

use crate::App;

/// Builds everything that outlives a request.
pub fn app(settings: &Settings) -> Result<App, Missing> {
    let aws = settings.aws(Aws::new)?;
    Ok(App {
        objects: Objects::new(&aws, settings.text("BUCKET_NAME")?),
        secret: Secret::new(&aws, settings.text("RESULTS_SECRET_ARN")?),
    })
}
