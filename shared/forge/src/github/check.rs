//! The check run of a commit: found by our own id, then made or updated.
//!
//! GitHub appends the annotations of every call, fifty at a time. So a repetition begins after those that are there.

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::{
    client::{Request, require_sha},
    pace::Again,
};
use crate::{Annotation, CheckRun, Conclusion, Forge, ForgeError, Level, text::cut};

const PER_CALL: usize = 50;
/// Title, summary and text.
const TEXT_BYTES: usize = 65_535;
const ANNOTATION_TITLE_BYTES: usize = 255;
const ANNOTATION_BYTES: usize = 64_000;

#[derive(Deserialize)]
struct Found {
    check_runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    id: u64,
    #[serde(default)]
    external_id: Option<String>,
    output: Output,
}

#[derive(Deserialize)]
struct Output {
    #[serde(default)]
    annotations_count: usize,
}

#[derive(Serialize)]
struct RunBody<'a> {
    name: &'a str,
    head_sha: &'a str,
    external_id: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    conclusion: Option<&'static str>,
    output: OutputBody<'a>,
}

#[derive(Serialize)]
struct OutputBody<'a> {
    title: String,
    summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    annotations: Vec<AnnotationBody<'a>>,
}

#[derive(Serialize)]
struct AnnotationBody<'a> {
    path: &'a str,
    start_line: u64,
    end_line: u64,
    annotation_level: &'static str,
    title: String,
    message: String,
}

impl Forge {
    /// Makes the check, or brings the one with the same `external_id` up to date; answers with the forge's id.
    /// [`ForgeError::Forbidden`] when the token may not write checks (only an application's may).
    pub async fn put_check(&self, repo: &str, check: &CheckRun) -> Result<u64, ForgeError> {
        require_sha(&check.head_sha)?;
        let (mut id, there) = match self.find_check(repo, check).await? {
            Some(run) => (Some(run.id), run.output.annotations_count.min(check.annotations.len())),
            None => (None, 0),
        };
        let mut rest = check.annotations[there..].chunks(PER_CALL);
        let mut batch = rest.next().unwrap_or_default();
        loop {
            let body = body(check, batch);
            let request = match id {
                Some(id) => {
                    let url = self.client.repo_url(repo, &["check-runs", &id.to_string()])?;
                    Request::write(Method::PATCH, url, &body, Again::Harmful)?
                }
                None => {
                    let url = self.client.repo_url(repo, &["check-runs"])?;
                    Request::write(Method::POST, url, &body, Again::Harmful)?
                }
            };
            let run: Run = self.client.send(request).await?.read("a check")?;
            id = Some(run.id);
            match rest.next() {
                Some(next) => batch = next,
                None => return Ok(run.id),
            }
        }
    }

    async fn find_check(&self, repo: &str, check: &CheckRun) -> Result<Option<Run>, ForgeError> {
        let mut url = self.client.repo_url(repo, &["commits", &check.head_sha, "check-runs"])?;
        url.query_pairs_mut()
            .append_pair("check_name", &check.name)
            .append_pair("filter", "all")
            .append_pair("per_page", "100");
        let found: Found = self.client.get(url, "checks").await?;
        Ok(found.check_runs.into_iter().find(|run| run.external_id.as_deref() == Some(&check.external_id)))
    }
}

fn body<'a>(check: &'a CheckRun, batch: &'a [Annotation]) -> RunBody<'a> {
    RunBody {
        name: &check.name,
        head_sha: &check.head_sha,
        external_id: &check.external_id,
        status: if check.conclusion.is_some() { "completed" } else { "in_progress" },
        conclusion: check.conclusion.map(conclusion_word),
        output: OutputBody {
            title: cut(&check.title, TEXT_BYTES),
            summary: cut(&check.summary, TEXT_BYTES),
            text: check.text.as_deref().map(|text| cut(text, TEXT_BYTES)),
            annotations: batch.iter().map(annotation).collect(),
        },
    }
}

fn annotation(one: &Annotation) -> AnnotationBody<'_> {
    AnnotationBody {
        path: &one.path,
        start_line: one.start_line,
        end_line: one.end_line,
        annotation_level: match one.level {
            Level::Notice => "notice",
            Level::Warning => "warning",
            Level::Failure => "failure",
        },
        title: cut(&one.title, ANNOTATION_TITLE_BYTES),
        message: cut(&one.message, ANNOTATION_BYTES),
    }
}

fn conclusion_word(conclusion: Conclusion) -> &'static str {
    match conclusion {
        Conclusion::Success => "success",
        Conclusion::Failure => "failure",
        Conclusion::Neutral => "neutral",
        Conclusion::Cancelled => "cancelled",
        Conclusion::TimedOut => "timed_out",
        Conclusion::ActionRequired => "action_required",
        Conclusion::Skipped => "skipped",
    }
}
