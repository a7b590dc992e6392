//! The commit stage's settings, read once at init.

use quartet_aws::Aws;
use quartet_aws::announcer::Announcer;
use quartet_aws::commits::Commits;
use quartet_aws::pulls::Pulls;
use quartet_aws::secrets::Secret;
use quartet_forge::Author;
use quartet_lambda::settings::{Missing, Settings};

use crate::App;

/// Builds everything that outlives a run.
pub fn app(settings: &Settings) -> Result<App, Missing> {
    let aws = settings.aws(Aws::new)?;
    let table = settings.text("TABLE_NAME")?;
    Ok(App {
        announcer: Announcer::new(
            &aws,
            settings.text("BUCKET_NAME")?,
            settings.text("DELIVERIES_QUEUE_URL")?,
        ),
        commits: Commits::new(&aws, table.clone()),
        pulls: Pulls::new(&aws, table),
        token: Secret::new(&aws, settings.text("FORGE_TOKEN_ARN")?),
        forge_url: settings.text("FORGE_API_URL")?,
        author: Author {
            name: settings.text("COMMIT_AUTHOR_NAME")?,
            email: settings.text("COMMIT_AUTHOR_EMAIL")?,
        },
        most_rounds: settings.parse_or("MAX_FIX_ROUNDS", 10)?,
    })
}
