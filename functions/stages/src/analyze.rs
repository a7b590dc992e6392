//! Analyze: findings in what changed, and whether this change brought them.

use std::time::Instant;

use quartet_aws::objects::Objects;
use quartet_domain::failure::Failed;
use quartet_domain::results::AnalysisResults;
use quartet_domain::run::{Ending, Record};
use quartet_engine::analyze::{Request, analyze};

use crate::source::{Source, lines};

pub async fn handle(objects: &Objects, input: Ending) -> Result<Ending, Failed> {
    let start = Instant::now();
    let source = Source::read(objects, &input.run).await?;
    let request =
        Request { tree: &source.head, base: source.base.as_ref(), changed: source.changed.as_ref() };
    let results = AnalysisResults { success: true, duration: crate::seconds(start), ..analyze(&request) };
    let results = AnalysisResults { duration: crate::seconds(start), ..results };
    let record = Record { results, api_calls: 0, bytes: source.head.bytes(), lines: lines(&source.head) };
    objects.put_json(&input.run.object("analysis.json"), &record).await?;
    Ok(input)
}
