//! `/api/v1/query` and `/api/v1/queries`: people ask, agents answer, and a person takes over where they cannot.
//!
//! An answer is kept with what is told of it in one transaction, after the messages' ids are queued; who subscribes hears
//! of it when the request is long answered. Nothing of a message is logged.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use quartet_aws::Unavailable;
use quartet_aws::publisher::MOMENT;
use quartet_aws::queries::{Kept, Wanted};
use quartet_domain::access::ApiKey;
use quartet_domain::ids::{QueryId, Seed, SessionId};
use quartet_domain::message::Message;
use quartet_domain::query::{Feedback, Query, Question, Scope, Session};

use crate::body::{Object, read};
use crate::page::{Asked, Part, cursor};
use crate::refusal::Refusal;
use crate::wire::query::{self, NewFeedback, NewQuery, Queries, QueryShown};
use crate::{App, agents};

const NO_QUERY: Refusal = Refusal::Absent("query");
/// How often a turn that met another one of its session is made again.
const ROUNDS: usize = 4;

/// Ask a question
///
/// It is answered at once, from what is stored: runs and their findings, failures, repositories and webhooks, and help
/// articles. Runs are seen by the keys of the deployment's own owner alone. Every question is told as `query.created`, one
/// that needs a person as `query.escalated`.
#[utoipa::path(
    post, path = "/api/v1/query", tag = "queries", operation_id = "ask", request_body = NewQuery,
    responses((status = 200, body = QueryShown, headers(("Location" = String))))
)]
pub(crate) async fn ask(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Extension(seed): Extension<Seed>,
    Object(map): Object,
) -> Result<Response, Refusal> {
    let asked = read::<NewQuery>(map).and_then(NewQuery::choose).map_err(Refusal::Invalid)?;
    let question = Question::read(&asked.message);
    for _ in 0..ROUNDS {
        let mut session = session(&app, &key, &asked, seed).await?;
        let query = turn(&app, &asked, &question, &mut session, seed).await?;
        let messages = query.messages();
        remind(&app, &messages).await?;
        let query = match app.queries.keep(&query, &session, &messages).await? {
            Kept::New => query,
            // By this request before, which died before it could answer.
            Kept::Already => find(&app, &key, query.id.as_str()).await?,
            Kept::Stale => continue,
        };
        let (confidence, reason) = (query.answer.confidence, query.escalation.map(|reason| reason.word()));
        tracing::info!(query = %query.id, topic = query.topic.word(), confidence, reason, "answered");
        let location = [(header::LOCATION, format!("/api/v1/queries/{}", query.id))];
        return Ok((location, Json(QueryShown::of(query))).into_response());
    }
    Err(Refusal::Conflict("others ask in this session at the same time: try again".to_owned()))
}

/// The session that was named, or a new one.
async fn session(app: &App, key: &ApiKey, asked: &query::Asked, seed: Seed) -> Result<Session, Refusal> {
    let Some(text) = &asked.session else {
        let id = SessionId::made(seed.nth(1));
        return Ok(Session::begin(id, key.owner.clone(), asked.user.clone(), seed.at));
    };
    let wrong = || {
        Refusal::field(
            "session_id",
            "is no session of this user, or has rested for a day: leave it out to begin one",
        )
    };
    let id = SessionId::parse(text).ok_or_else(wrong)?;
    let found = app.queries.session(&key.owner, &id).await?;
    let is_ours = |session: &Session| session.user == asked.user && !session.is_over(seed.at);
    found.filter(is_ours).ok_or_else(wrong)
}

/// Answers, and takes the turn in the session.
async fn turn(
    app: &App,
    asked: &query::Asked,
    question: &Question,
    session: &mut Session,
    seed: Seed,
) -> Result<Query, Unavailable> {
    let (topic, answer) = agents::answer(app, question, session).await?;
    let escalation = session.turn(question.wish, answer.confidence, seed.at);
    session.topic = Some(topic);
    if answer.scope != Scope::default() {
        session.scope = answer.scope.clone();
    }
    let answer = match escalation {
        Some(_) => answer.followed_by("A person is asked to take over."),
        None => answer,
    };
    Ok(Query {
        id: QueryId::made(seed),
        session: session.id.clone(),
        owner: session.owner.clone(),
        user: asked.user.clone(),
        message: asked.message.clone(),
        topic,
        answer,
        escalation,
        feedback: None,
        created_at: seed.at,
    })
}

async fn remind(app: &App, messages: &[Message]) -> Result<(), Unavailable> {
    let reminders = messages.iter().map(|message| app.publisher.remind(&message.id, MOMENT));
    futures::future::try_join_all(reminders).await?;
    Ok(())
}

/// List questions
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/v1/queries", tag = "queries", operation_id = "listQueries",
    params(
        ("session_id" = Option<String>, Query, description = "Of this conversation alone"),
        ("user_id" = Option<String>, Query, min_length = 1, description = "Of this user alone"),
        ("escalated" = Option<bool>, Query, description = "Only those that need a person, or only those that do not"),
        Part
    ),
    responses((status = 200, body = Queries))
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    mut asked: Asked,
) -> Result<Json<Queries>, Refusal> {
    let (limit, offset) = (asked.limit(), asked.offset());
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let wanted = Wanted {
        session: asked.take("session_id", "must be a session's id", SessionId::parse),
        user: asked.take("user_id", "must not be empty", text),
        escalated: asked.take("escalated", "must be true or false", |text| text.parse().ok()),
    };
    let after = asked.cursor(QueryId::parse);
    asked.done()?;
    let page = app.queries.list(&key.owner, &wanted, after.as_ref(), offset + limit).await?;
    let queries = page.items.into_iter().skip(offset).map(QueryShown::of).collect();
    Ok(Json(Queries { queries, next_cursor: page.next.as_deref().map(cursor) }))
}

/// Read a question and its answer
#[utoipa::path(
    get, path = "/api/v1/queries/{query_id}", tag = "queries", operation_id = "readQuery",
    params(("query_id" = String, Path)),
    responses((status = 200, body = QueryShown))
)]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Path(id): Path<String>,
) -> Result<Json<QueryShown>, Refusal> {
    find(&app, &key, &id).await.map(QueryShown::of).map(Json)
}

/// Say whether an answer helped
///
/// Once for each question. One that did not help is a failed turn; the third of a session asks for a person.
#[utoipa::path(
    post, path = "/api/v1/queries/{query_id}/feedback", tag = "queries", operation_id = "giveFeedback",
    request_body = NewFeedback,
    params(
        ("query_id" = String, Path)
    ),
    responses((status = 200, body = QueryShown))
)]
pub(crate) async fn feedback(
    State(app): State<Arc<App>>,
    Extension(key): Extension<ApiKey>,
    Path(id): Path<String>,
    Object(map): Object,
) -> Result<Json<QueryShown>, Refusal> {
    let now = Timestamp::now();
    find(&app, &key, &id).await?;
    let given = read::<NewFeedback>(map).and_then(|form| form.choose(now)).map_err(Refusal::Invalid)?;
    for _ in 0..ROUNDS {
        let mut query = find(&app, &key, &id).await?;
        if let Some(before) = &query.feedback {
            return if is_same(before, &given) {
                Ok(Json(QueryShown::of(query)))
            } else {
                Err(Refusal::Conflict("feedback was given before, and is given once".to_owned()))
            };
        }
        let session = count(&app, &mut query, &given, now).await?;
        let told = session.as_ref().filter(|(_, told)| *told).map(|_| query.escalated(now));
        let messages: Vec<Message> = told.into_iter().collect();
        remind(&app, &messages).await?;
        let session = session.as_ref().map(|(session, _)| session);
        if app.queries.take_feedback(&query, session, &messages).await? == Kept::New {
            return Ok(Json(QueryShown::of(query)));
        }
    }
    Err(Refusal::Conflict("others ask in this session at the same time: try again".to_owned()))
}

fn is_same(before: &Feedback, given: &Feedback) -> bool {
    (before.helpful, &before.comment) == (given.helpful, &given.comment)
}

/// Puts feedback into the query, and the session where it counts there, with whether that asks for a person. A session
/// that has rested for a day counts no more.
async fn count(
    app: &App,
    query: &mut Query,
    given: &Feedback,
    now: Timestamp,
) -> Result<Option<(Session, bool)>, Unavailable> {
    query.feedback = Some(given.clone());
    if given.helpful || query.had_failed() {
        return Ok(None);
    }
    let session = app.queries.session(&query.owner, &query.session).await?;
    let Some(mut session) = session.filter(|session| !session.is_over(now)) else { return Ok(None) };
    let reason = session.fail().filter(|_| query.escalation.is_none());
    query.escalation = query.escalation.or(reason);
    Ok(Some((session, reason.is_some())))
}

/// The caller's query.
async fn find(app: &App, key: &ApiKey, id: &str) -> Result<Query, Refusal> {
    let id = QueryId::parse(id).ok_or(NO_QUERY)?;
    app.queries.read(&key.owner, &id).await?.ok_or(NO_QUERY)
}
