//! Who answers questions: one agent for each topic, each from what is stored and from what the owner may see.
//!
//! Runs, and the tasks that they come of, belong to the owner of the connection that brought them: the deployment. The
//! keys of other owners see none of them. What is done with what was found is decided in [`quartet_domain::query`].

use futures::future::try_join_all;
use quartet_aws::Unavailable;
use quartet_domain::access::Owner;
use quartet_domain::query::{
    self, Answer, Picked, Question, SURE, Scope, Session, Topic, Watched, latest, no_run, pick, scope,
};
use quartet_domain::results::{PipelineComplete, PipelineResults};
use quartet_domain::run::object;
use quartet_domain::task::{Task, TaskStatus};

use crate::App;

/// Tasks that are looked through for the one that is meant.
const MOST_TASKS: usize = 500;
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
    let mut best = (Topic::Help, Answer::unknown());
    let topics = query::route(question, session.topic);
    if question.misnumbered {
        return Ok((topics.first().copied().unwrap_or(Topic::Help), query::misnumbered()));
    }
    for topic in topics {
        let answer = match topic {
            Topic::Results => Results.answer(&asking).await?,
            Topic::Findings => Findings.answer(&asking).await?,
            Topic::Incidents => Incidents.answer(&asking).await?,
            Topic::Repositories => Repositories.answer(&asking).await?,
            Topic::Help => Help.answer(&asking).await?,
        };
        let answer = query::bearing(question, topic, answer);
        if query::is_better(&answer, &best.1) {
            best = (topic, answer);
        }
        if best.1.confidence >= SURE {
            break;
        }
    }
    Ok((best.0, query::settle(question, best.1)))
}

impl Agent for Results {
    async fn answer(&self, asking: &Asking<'_>) -> Result<Answer, Unavailable> {
        let tasks = tasks(asking).await?;
        let scope = scope(asking.question, asking.before, &tasks);
        if asking.question.many {
            return Ok(query::history(asking.question, &scope, &tasks));
        }
        let Picked::Task { task, others } = pick(&scope, &tasks, |_| true) else { return Ok(no_run(&scope)) };
        let results = if has_ended(task) { results(asking.app, task).await? } else { None };
        Ok(query::results(task, results.as_ref(), &others))
    }
}

impl Agent for Findings {
    async fn answer(&self, asking: &Asking<'_>) -> Result<Answer, Unavailable> {
        let tasks = tasks(asking).await?;
        let scope = scope(asking.question, asking.before, &tasks);
        let Picked::Task { task, others } = pick(&scope, &tasks, has_ended) else {
            return Ok(no_run(&scope));
        };
        Ok(match results(asking.app, task).await? {
            Some(results) => query::findings(asking.question, task, &results, &others),
            None => query::results(task, None, &others),
        })
    }
}

impl Agent for Incidents {
    async fn answer(&self, asking: &Asking<'_>) -> Result<Answer, Unavailable> {
        let tasks = tasks(asking).await?;
        Ok(query::incidents(&scope(asking.question, asking.before, &tasks), &tasks))
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
