//! Analyze: findings in what changed, and whether this change brought them.

use std::time::Instant;

use jiff::Timestamp;
use quartet_aws::announcer::Announcer;
use quartet_domain::failure::Failed;
use quartet_domain::message::Outcome;
use quartet_domain::results::AnalysisResults;
use quartet_domain::run::{Ending, Record, Stage};
use quartet_engine::analyze::{Request, analyze};

use crate::source::{Source, lines};

pub async fn handle(app: &Announcer, input: Ending, clock: fn() -> Timestamp) -> Result<Ending, Failed> {
    let start = Instant::now();
    let source = Source::read(&app.objects, &input.run).await?;
    let request =
        Request { tree: &source.head, base: source.base.as_ref(), changed: source.changed.as_ref() };
    let mut results = analyze(&request);
    results.files_skipped.extend(source.unread);
    let results = AnalysisResults { success: true, duration: crate::seconds(start), ..results };
    let outcome = Outcome::good(results.duration);
    let record = Record { results, api_calls: 0, bytes: source.head.bytes(), lines: lines(&source.head) };
    app.objects.put_json(&input.run.object("analysis.json"), &record).await?;
    app.ended(&input.run, Stage::Analyze, outcome, clock()).await?;
    Ok(input)
}
