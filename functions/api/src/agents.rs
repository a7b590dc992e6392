//! Who answers questions: one agent for each topic, each from what is stored and from what the owner may see.
//!
//! Runs, and the tasks that they come of, belong to the owner of the connection that brought them: the deployment. The
//! keys of other owners see none of them. What is done with what was found is decided in [`quartet_domain::query`].

#[cfg(test)]
mod tests;

use futures::future::try_join_all;
use quartet_aws::Unavailable;
use quartet_domain::access::Owner;
use quartet_domain::query::{
    self, Analysed, Answer, Choice, Meant, Question, Scope, Session, Topic, Watched, latest, no_run,
};
use quartet_domain::results::{PipelineComplete, PipelineResults};
use quartet_domain::run::object;
use quartet_domain::task::{Task, TaskStatus};

use crate::App;

/// Tasks that are looked through for the one that is meant.
const MOST_TASKS: usize = 500;
/// Runs that are looked through for one that was analysed.
const MOST_RUNS: usize = 20;
/// Webhooks that are looked at, and those whose statistics are read.
const MOST_WEBHOOKS: usize = 200;
const MOST_STATISTICS: usize = 10;

/// What an agent is asked, and by whom.
#[derive(Debug)]
pub(crate) struct Asking<'a> {
    pub(crate) app: &'a App,
    pub(crate) owner: &'a Owner,
    pub(crate) question: &'a Question,
    /// What the session was about so far.
    pub(crate) before: &'a Scope,
}

/// Answers questions of one kind. A model would be one more: it is handed what the others are, and answers in the same
/// type, so that its answers are weighed, kept, told and escalated as theirs.
pub(crate) trait Agent {
    fn answer(&self, asking: &Asking<'_>) -> impl Future<Output = Result<Answer, Unavailable>> + Send;
}

#[derive(Debug)]
struct Results;
#[derive(Debug)]
struct Findings;
#[derive(Debug)]
struct Incidents;
#[derive(Debug)]
struct Repositories;
#[derive(Debug)]
struct Help;

/// Asks the agents, best first, until one is sure.
pub(crate) async fn answer(
    app: &App,
    question: &Question,
    session: &Session,
) -> Result<(Topic, Answer), Unavailable> {
    let asking = Asking { app, owner: &session.owner, question, before: &session.scope };
    let mut choice = Choice::of(question, session);
    while let Some(topic) = choice.whom() {
        let answer = match topic {
            Topic::Results => Results.answer(&asking).await?,
            Topic::Findings => Findings.answer(&asking).await?,
            Topic::Incidents => Incidents.answer(&asking).await?,
            Topic::Repositories => Repositories.answer(&asking).await?,
            Topic::Help => Help.answer(&asking).await?,
        };
        choice.take(topic, answer);
    }
    Ok(choice.made())
}

impl Agent for Results {
    async fn answer(&self, asking: &Asking<'_>) -> Result<Answer, Unavailable> {
        let tasks = tasks(asking).await?;
        let meant = match Meant::of(asking.question, asking.before, &tasks) {
            Ok(meant) => meant,
            Err(unknown) => return Ok(unknown),
        };
        if asking.question.many {
            return Ok(query::history(asking.question, &meant));
        }
        let runs = meant.runs();
        let Some(task) = runs.first() else { return Ok(no_run(&meant.scope)) };
        let results = if has_ended(task) { results(asking.app, task).await? } else { None };
        Ok(query::results(asking.question, task, results.as_ref(), &meant.others(task)))
    }
}

impl Agent for Findings {
    /// The newest run that was analysed has the findings: one that failed before is not clean.
    async fn answer(&self, asking: &Asking<'_>) -> Result<Answer, Unavailable> {
        let tasks = tasks(asking).await?;
        let meant = match Meant::of(asking.question, asking.before, &tasks) {
            Ok(meant) => meant,
            Err(unknown) => return Ok(unknown),
        };
        let runs = meant.runs();
        let mut newest = None;
        for (place, task) in runs.iter().enumerate().take(MOST_RUNS) {
            let results = if has_ended(task) { results(asking.app, task).await? } else { None };
            if let Some(results) = results.as_ref().filter(|results| results.analysis_results.success) {
                let others = meant.others(task);
                let run = Analysed { task, results, newer: &runs[..place], others: &others };
                return Ok(query::findings(asking.question, &run));
            }
            newest = newest.or(Some((task, results)));
        }
        Ok(match newest {
            Some((task, results)) => {
                query::unanalysed(asking.question, task, results.as_ref(), &meant.others(task))
            }
            None => no_run(&meant.scope),
        })
    }
}

impl Agent for Incidents {
    async fn answer(&self, asking: &Asking<'_>) -> Result<Answer, Unavailable> {
        let tasks = tasks(asking).await?;
        let meant = Meant::of(asking.question, asking.before, &tasks);
        Ok(meant.map_or_else(|unknown| unknown, |meant| query::incidents(&meant)))
    }
}

impl Agent for Repositories {
    async fn answer(&self, asking: &Asking<'_>) -> Result<Answer, Unavailable> {
        let subscriptions = &asking.app.publisher.subscriptions;
        let (tasks, page) =
            futures::try_join!(tasks(asking), subscriptions.list(asking.owner, None, MOST_WEBHOOKS))?;
        let first = page.items.iter().take(MOST_STATISTICS);
        let mut statistics =
            try_join_all(first.map(|one| subscriptions.statistics(&one.id))).await?.into_iter();
        let watched: Vec<Watched> = page
            .items
            .into_iter()
            .map(|subscription| Watched { subscription, statistics: statistics.next() })
            .collect();
        Ok(query::repositories(asking.question, &tasks, &watched))
    }
}

impl Agent for Help {
    async fn answer(&self, asking: &Asking<'_>) -> Result<Answer, Unavailable> {
        Ok(asking.app.articles.library().await.answer(&asking.question.text))
    }
}

async fn tasks(asking: &Asking<'_>) -> Result<Vec<Task>, Unavailable> {
    asking.app.tasks.newest(asking.owner, MOST_TASKS).await
}

fn has_ended(task: &Task) -> bool {
    matches!(task.status, TaskStatus::Completed | TaskStatus::Failed)
}

async fn results(app: &App, task: &Task) -> Result<Option<PipelineResults>, Unavailable> {
    let key = object(&latest(task), "pipeline_complete.json");
    let complete: Option<PipelineComplete> = app.publisher.objects.get_json(&key).await?;
    Ok(complete.map(|complete| complete.results))
}
