//! Fix: verified changes for what was found, and the job for the test stage.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use quartet_aws::announcer::Announcer;
use quartet_domain::failure::Failed;
use quartet_domain::message::Outcome;
use quartet_domain::patch::Patch;
use quartet_domain::results::{AnalysisResults, FixResults};
use quartet_domain::run::{Ending, Record, Stage, TestJob};
use serde::Serialize;

use crate::source::{CHANGED, HEAD, Source};

/// How long the test stage's links live: its own time-out and its retries, with room.
const LINK_LIFE: Duration = Duration::from_secs(3600);

/// The run, and what the test stage may touch.
#[derive(Debug, Serialize)]
pub struct Fixed {
    #[serde(flatten)]
    pub ending: Ending,
    pub job: TestJob,
}

pub async fn handle(app: &Announcer, input: Ending, clock: fn() -> Timestamp) -> Result<Fixed, Failed> {
    let start = Instant::now();
    let objects = &app.objects;
    let run = &input.run;
    let source = Source::read(objects, run).await?;
    let found: Record<AnalysisResults> = objects
        .get_json(&run.object("analysis.json"))
        .await?
        .ok_or_else(|| Failed::missing("analysis.json"))?;
    let fixes = quartet_engine::fix::fix(&source.head, &found.results);
    let files = fixes.files.iter().map(|(path, bytes)| (path.clone(), STANDARD.encode(bytes))).collect();
    let weaknesses = fixes.results.weaknesses(&found.results);
    let results = FixResults { success: true, duration: crate::seconds(start), ..fixes.results };
    let outcome = Outcome::good(results.duration);
    let record = Record { results, api_calls: 0, bytes: 0, lines: 0 };
    objects.put_json(&run.object("fix.json"), &record).await?;
    objects.put_json(&run.object("patch.json"), &Patch { files }).await?;
    objects.put_json(&run.object("weaknesses.json"), &weaknesses).await?;
    let job = TestJob {
        run: run.id.clone(),
        source_url: objects.link_to_read(&run.object(HEAD), LINK_LIFE).await?,
        changed_url: objects.link_to_read(&run.object(CHANGED), LINK_LIFE).await?,
        patch_url: objects.link_to_read(&run.object("patch.json"), LINK_LIFE).await?,
        weaknesses_url: Some(objects.link_to_read(&run.object("weaknesses.json"), LINK_LIFE).await?),
        result_url: objects.link_to_write(&run.object("test.json"), LINK_LIFE).await?,
    };
    app.ended(run, Stage::Fix, outcome, clock()).await?;
    Ok(Fixed { ending: input, job })
}
