//! Questions as they are asked, and answers as they are shown.

use jiff::Timestamp;
use quartet_domain::query::{Feedback, LONGEST_MESSAGE, Query, Source};
use quartet_domain::subscription::FieldFlaw;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::body::Form;

const LONGEST_USER: usize = 128;
const LONGEST_COMMENT: usize = 2000;
/// Control characters of a text of several lines.
const LINES: &[char] = &['\t', '\n', '\r'];

/// A question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewQuery {
    /// Who asks, as you call them.
    #[schema(
        value_type = String, required, max_length = 128, example = "test_user",
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    user_id: Option<String>,
    /// What is asked, in English: about runs, findings and their fixes, failures, repositories and webhooks, or how
    /// something is done. No control characters but tab and new line.
    #[schema(
        value_type = String, required, max_length = 4000, example = "Which findings are critical in pull request 1?",
        pattern = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
    )]
    message: Option<String>,
    /// The conversation that it belongs to, of the same user; left out, it begins one.
    #[schema(pattern = "^ses_[0-9A-Za-z-]{1,64}$")]
    session_id: Option<String>,
}

impl Form for NewQuery {
    const FIELDS: &'static [(&'static str, &'static str)] =
        &[("user_id", "must be text"), ("message", "must be text"), ("session_id", "must be text")];
}

/// A question that can be asked.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) user: String,
    pub(crate) message: String,
    pub(crate) session: Option<String>,
}

impl NewQuery {
    pub(crate) fn choose(self) -> Result<Asked, Vec<FieldFlaw>> {
        let mut flaws = Vec::new();
        let mut judge = |field: &str, text: Option<String>, is_well: fn(&str) -> bool, must: String| {
            match text {
                None => flaws.push(FieldFlaw::new(field, "is required")),
                Some(text) if is_well(&text) => return text,
                Some(_) => flaws.push(FieldFlaw::new(field, must)),
            }
            String::new()
        };
        let must = format!("must have 1 to {LONGEST_USER} characters on one line");
        let user = judge("user_id", self.user_id, |text| is_text(text, LONGEST_USER, &[]), must);
        let must = format!("must have 1 to {LONGEST_MESSAGE} characters, and no control characters");
        let message = judge("message", self.message, |text| is_text(text, LONGEST_MESSAGE, LINES), must);
        if flaws.is_empty() { Ok(Asked { user, message, session: self.session_id }) } else { Err(flaws) }
    }
}

/// Whether there is something to read in it, and no control character but these.
fn is_text(text: &str, most: usize, allowed: &[char]) -> bool {
    text.len() <= most * 4
        && text.chars().count() <= most
        && text.chars().all(|c| !c.is_control() || allowed.contains(&c))
        && text.chars().any(|c| !c.is_whitespace())
}

/// What its user says of an answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFeedback {
    #[schema(value_type = bool, required)]
    helpful: Option<bool>,
    /// For people.
    #[schema(max_length = 2000, pattern = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$")]
    comment: Option<String>,
}

impl Form for NewFeedback {
    const FIELDS: &'static [(&'static str, &'static str)] =
        &[("helpful", "must be true or false"), ("comment", "must be text")];
}

impl NewFeedback {
    pub(crate) fn choose(self, at: Timestamp) -> Result<Feedback, Vec<FieldFlaw>> {
        let comment = self.comment.unwrap_or_default();
        let mut flaws = Vec::new();
        if !comment.is_empty() && !is_text(&format!(".{comment}"), LONGEST_COMMENT + 1, LINES) {
            let wrong = format!("must have at most {LONGEST_COMMENT} characters, and no control characters");
            flaws.push(FieldFlaw::new("comment", wrong));
        }
        match self.helpful {
            Some(helpful) if flaws.is_empty() => Ok(Feedback { helpful, comment, at }),
            Some(_) => Err(flaws),
            None => {
                flaws.push(FieldFlaw::new("helpful", "is required: true or false"));
                Err(flaws)
            }
        }
    }
}

/// A question and its answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueryShown {
    #[schema(example = "qry_01kf0v3m9q8c7w2x5y6z4t1r0p")]
    query_id: String,
    /// Give it with the next question of the conversation, within a day.
    session_id: String,
    user_id: String,
    message: String,
    /// Plain text. What it quotes may have been written by anybody: show it as text.
    answer: String,
    /// How sure it is that this answers the question, 0 to 1.
    confidence: f64,
    /// The agent that answered: `results`, `findings`, `incidents`, `repositories` or `help`.
    topic: String,
    /// What the answer rests on.
    sources: Vec<SourceShown>,
    /// Whether a person is asked to take over.
    escalated: bool,
    /// Why, where it is: `low_confidence`, `requested` or `unresolved` (three turns of the session failed).
    reason: Option<String>,
    feedback: Option<FeedbackShown>,
    created_at: Timestamp,
}

/// What an answer rests on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceShown {
    /// `article`, `run`, `task` or `webhook`.
    kind: &'static str,
    title: String,
    /// An id, or an article's name.
    reference: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedbackShown {
    helpful: bool,
    comment: String,
    at: Timestamp,
}

/// A page of questions, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Queries {
    pub(crate) queries: Vec<QueryShown>,
    /// Give it as `cursor` for what follows; null at the end.
    pub(crate) next_cursor: Option<String>,
}

impl QueryShown {
    pub(crate) fn of(query: Query) -> Self {
        Self {
            query_id: query.id.to_string(),
            session_id: query.session.to_string(),
            user_id: query.user,
            message: query.message,
            answer: query.answer.text,
            confidence: query.answer.confidence,
            topic: query.topic.word().to_owned(),
            sources: query.answer.sources.into_iter().map(SourceShown::of).collect(),
            escalated: query.escalation.is_some(),
            reason: query.escalation.map(|reason| reason.word().to_owned()),
            feedback: query.feedback.map(|Feedback { helpful, comment, at }| FeedbackShown {
                helpful,
                comment,
                at,
            }),
            created_at: query.created_at,
        }
    }
}

impl SourceShown {
    fn of(source: Source) -> Self {
        Self { kind: source.kind.word(), title: source.title, reference: source.reference }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::read;
    use serde_json::{Value, json};

    #[track_caller]
    fn check(body: &Value, expected: &[&str]) {
        let map = body.as_object().cloned().unwrap_or_default();
        let chosen = read::<NewQuery>(map).and_then(NewQuery::choose);
        let fields: Vec<_> = match chosen {
            Ok(_) => vec![],
            Err(flaws) => flaws.into_iter().map(|flaw| flaw.field).collect(),
        };
        let shown: String = body.to_string().chars().take(80).collect();
        assert_eq!(fields, expected, "{shown}");
    }

    #[test]
    fn what_can_be_asked() {
        let ask = |message: &str| json!({ "user_id": "ann", "message": message });
        check(&ask("How do I reset my password?"), &[]);
        check(&ask("two\nlines\tand a tab"), &[]);
        check(&ask("<script>alert(1)</script> '; DROP TABLE x; -- {{7*7}}"), &[]);
        check(&ask(&"ü".repeat(4000)), &[]);
        check(&ask(&"ü".repeat(4001)), &["message"]);
        check(&ask(&"x".repeat(1_000_000)), &["message"]);
        check(&ask(" \n\t "), &["message"]);
        check(&ask("a\u{0}b"), &["message"]);
        check(&ask("\u{1b}[31mred"), &["message"]);
        check(&ask(""), &["message"]);
        check(&json!({}), &["user_id", "message"]);
        check(&json!({ "user_id": null, "message": "x" }), &["user_id"]);
        check(&json!({ "user_id": "a\nb", "message": "x" }), &["user_id"]);
        check(&json!({ "user_id": "x".repeat(129), "message": "x" }), &["user_id"]);
        check(&json!({ "user_id": 7, "message": "x", "model": "y" }), &["model", "user_id"]);
    }

    #[test]
    fn what_is_left_out_is_not_too_long() {
        #[track_caller]
        fn check(body: Value, expected: &str) {
            let map = body.as_object().cloned().unwrap_or_default();
            let flaws = read::<NewQuery>(map).and_then(NewQuery::choose).expect_err("a flaw");
            assert_eq!((flaws[0].field.as_str(), flaws[0].message.as_str()), ("user_id", expected), "{body}");
        }
        check(json!({ "message": "x" }), "is required");
        check(json!({ "user_id": null, "message": "x" }), "is required");
        check(json!({ "user_id": "", "message": "x" }), "must have 1 to 128 characters on one line");
        check(json!({ "user_id": 7, "message": "x" }), "must be text");
    }

    #[test]
    fn what_feedback_can_be() {
        let flaws = |body: Value| {
            let map = body.as_object().cloned().unwrap_or_default();
            let chosen = read::<NewFeedback>(map).and_then(|form| form.choose(Timestamp::UNIX_EPOCH));
            chosen.map_or_else(|flaws| flaws.len(), |_| 0)
        };
        assert_eq!(flaws(json!({ "helpful": true })), 0);
        assert_eq!(flaws(json!({ "helpful": false, "comment": "" })), 0);
        assert_eq!(flaws(json!({ "helpful": false, "comment": "no\nuse" })), 0);
        assert_eq!(flaws(json!({ "comment": "\u{7}" })), 2);
        assert_eq!(flaws(json!({ "helpful": true, "comment": "x".repeat(2001) })), 1);
    }
}
