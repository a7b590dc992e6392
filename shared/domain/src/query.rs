//! Questions that people ask about their runs, findings and webhooks, and what they are told.
//!
//! Everything that is decided about a question is here and pure: which agent is asked ([`Choice`]), what it answers from
//! what is stored, how sure that is, and whether a person is asked to take over ([`Session::turn`]). Invariants: an
//! answer quotes only what it was given, which is what the owner may see; whatever is quoted is bounded and on one line.
//! No model is needed: an agent that has one is a further implementation of the API's trait, and answers in the same type.

mod answer;
mod article;
mod bearing;
mod choice;
mod escalation;
mod findings;
mod history;
mod incidents;
mod number;
mod order;
mod own;
mod place;
mod question;
mod reading;
mod repair;
mod repositories;
mod restriction;
mod results;
mod runs;
mod search;
mod session;
mod shown;
mod token;
mod topic;
mod weakness;
mod wish;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::answer::{Answer, Source, SourceKind, quoted};
pub use self::article::{Article, LARGEST_ARTICLE, Library};
pub use self::choice::Choice;
pub use self::escalation::{Reason, SURE};
pub use self::findings::{Analysed, findings};
pub use self::history::history;
pub use self::incidents::incidents;
pub use self::place::Place;
pub use self::question::{LONGEST_MESSAGE, Question};
pub use self::repositories::{Watched, repositories};
pub use self::restriction::{Dimension, Fix, Outcome, Restriction, What};
pub use self::results::{results, unanalysed};
pub use self::runs::{Meant, latest, no_run};
pub use self::session::{RESTS_AFTER, Scope, Session};
pub use self::topic::Topic;
pub use self::weakness::Weakness;
pub use self::wish::Wish;
use crate::access::Owner;
use crate::catalogue::{self, QUERY_CREATED, QUERY_ESCALATED};
use crate::ids::{MessageId, QueryId, SessionId};
use crate::message::Message;

/// A question and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub id: QueryId,
    pub session: SessionId,
    pub owner: Owner,
    /// Who asked, as the caller calls them.
    pub user: String,
    pub message: String,
    pub topic: Topic,
    pub answer: Answer,
    /// Why a person is asked to take over, if one is.
    pub escalation: Option<Reason>,
    pub feedback: Option<Feedback>,
    pub created_at: Timestamp,
}

/// What its user says of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    pub helpful: bool,
    pub comment: String,
    pub at: Timestamp,
}

impl Query {
    /// What is told of it as it is answered.
    pub fn messages(&self) -> Vec<Message> {
        let escalated = self.escalation.map(|_| self.message(QUERY_ESCALATED, self.created_at));
        std::iter::once(self.message(QUERY_CREATED, self.created_at)).chain(escalated).collect()
    }

    /// What is told when feedback makes it one for a person.
    pub fn escalated(&self, at: Timestamp) -> Message {
        self.message(QUERY_ESCALATED, at)
    }

    /// Whether its turn had failed before anybody gave feedback. [`Session::turn`] counted it then.
    pub fn had_failed(&self) -> bool {
        escalation::failed(Question::read(&self.message).wish, self.answer.confidence)
    }

    fn message(&self, event: &str, at: Timestamp) -> Message {
        let data = catalogue::Query {
            query_id: self.id.to_string(),
            session_id: self.session.to_string(),
            user_id: self.user.clone(),
            message: self.message.clone(),
            answer: self.answer.text.clone(),
            confidence: self.answer.confidence,
            topic: self.topic.word().to_owned(),
            escalated: self.escalation.is_some(),
            reason: self.escalation.map(|reason| reason.word().to_owned()),
        };
        Message::of(MessageId::of(self.id.as_str(), event), self.owner.clone(), event, at, data)
    }
}
