//! Test: a generated test of each fix, and the repository's own tests before and after them, where no credential is.
//!
//! The function's role can do nothing but log. What it needs comes by links that read one object each, what it found
//! goes by a link that writes one; the code under test gets neither, nor an environment, nor a socket.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quartet_domain::failure::{BROKEN_STATE, Failed, TRANSIENT};
use quartet_domain::patch::Patch;
use quartet_domain::results::TestResults;
use quartet_domain::run::{Changed, Record, TestJob, Tested, Weakness};
use quartet_engine::testing::{Job, run_tests};
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use quartet_engine::testing::Tools;

/// What outlives a run.
#[derive(Debug)]
pub struct Test {
    pub tools: Tools,
    /// For all test suites of one run together.
    pub time_out: Duration,
    pub http: reqwest::Client,
}

/// The state machine hands over the job alone, so that no name of a repository or a person reaches this function.
#[derive(Clone, Debug, Deserialize)]
pub struct Input {
    pub job: TestJob,
}

/// A client for links to the bucket: no redirects, bounded time.
pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(3))
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap_or_default()
}

pub async fn handle(app: &Test, input: Input) -> Result<(), Failed> {
    let start = Instant::now();
    let job = input.job;
    let tree = crate::source::unpack(&read(app, &job.source_url).await?)?;
    let changed: Changed = parse(&read(app, &job.changed_url).await?)?;
    let patch: Patch = parse(&read(app, &job.patch_url).await?)?;
    let mut fixed = BTreeMap::new();
    for (path, text) in patch.files {
        let bytes = STANDARD.decode(text).map_err(|e| Failed::new(BROKEN_STATE, e.to_string()))?;
        fixed.insert(path, bytes);
    }
    let weaknesses: Vec<Weakness> = match &job.weaknesses_url {
        Some(url) => parse(&read(app, url).await?)?,
        None => Vec::new(),
    };
    let (tools, limit) = (app.tools.clone(), app.time_out);
    let work = tokio::task::spawn_blocking(move || {
        let work = tempfile::tempdir()?;
        Ok::<_, std::io::Error>(run_tests(&Job {
            tree: &tree,
            fixed: &fixed,
            weaknesses: &weaknesses,
            changed: &changed,
            tools: &tools,
            work: work.path(),
            time_out: limit,
        }))
    });
    let tested = work
        .await
        .map_err(|e| Failed::new(BROKEN_STATE, e.to_string()))?
        .map_err(|e| Failed::new(TRANSIENT, format!("the function's disk: {e}")))?;
    let results = TestResults { duration: crate::seconds(start), ..tested.results };
    let results = Tested { results, ..tested };
    write(app, &job.result_url, &Record { results, api_calls: 0, bytes: 0, lines: 0 }).await
}

async fn read(app: &Test, url: &str) -> Result<Vec<u8>, Failed> {
    // A link is a credential: an error must not carry it.
    let failed = |e: reqwest::Error| Failed::new(TRANSIENT, format!("reading the job: {}", e.without_url()));
    let answer =
        app.http.get(url).send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    Ok(answer.bytes().await.map_err(failed)?.to_vec())
}

async fn write(app: &Test, url: &str, record: &Record<Tested>) -> Result<(), Failed> {
    let failed =
        |e: reqwest::Error| Failed::new(TRANSIENT, format!("writing the result: {}", e.without_url()));
    let body = serde_json::to_vec(record).map_err(|e| Failed::new(BROKEN_STATE, e.to_string()))?;
    app.http
        .put(url)
        .body(body)
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .map_err(failed)?;
    Ok(())
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failed> {
    serde_json::from_slice(bytes).map_err(|e| Failed::new(BROKEN_STATE, e.to_string()))
}
