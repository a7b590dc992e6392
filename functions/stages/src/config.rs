//! The stages' settings, read once at init. Each stage is given only what its role allows.

use std::path::PathBuf;
use std::time::Duration;

use quartet_aws::Aws;
use quartet_aws::announcer::Announcer;
use quartet_aws::secrets::Secret;
use quartet_engine::archive::Limits;
use quartet_lambda::settings::{Missing, Settings};

use crate::build::Build;
use crate::test::{Test, Tools};

/// The build stage: the bucket, a word to the dispatcher, and the forge's token.
pub fn build(settings: &Settings) -> Result<Build, Missing> {
    let aws = settings.aws(Aws::new)?;
    Ok(Build {
        announcer: announcer_of(&aws, settings)?,
        token: Secret::new(&aws, settings.text("FORGE_TOKEN_ARN")?),
        forge_url: settings.text("FORGE_API_URL")?,
        archive_host: settings.optional("FORGE_ARCHIVE_HOST").map(str::to_owned),
        limits: Limits::default(),
    })
}

/// Analyze and fix: the bucket, and a word to the dispatcher.
pub fn announcer(settings: &Settings) -> Result<Announcer, Missing> {
    announcer_of(&settings.aws(Aws::new)?, settings)
}

fn announcer_of(aws: &Aws, settings: &Settings) -> Result<Announcer, Missing> {
    Ok(Announcer::new(aws, settings.text("BUCKET_NAME")?, settings.text("DELIVERIES_QUEUE_URL")?))
}

/// The test stage: no AWS at all, only the tools of its own bundle.
pub fn test(settings: &Settings) -> Result<Test, Missing> {
    // A bundle may have been built without one of them.
    let path = |name| settings.optional(name).map(PathBuf::from).filter(|path| path.exists());
    // The sandbox's launcher is this very binary.
    let sandbox = std::env::current_exe().map_err(|_| Missing::Absent("/proc"))?;
    Ok(Test {
        tools: Tools { python: path("PYTHON"), node: path("NODE"), sandbox },
        time_out: Duration::from_secs(settings.parse_or("TEST_SECONDS", 240)?),
        http: crate::test::client(),
    })
}
