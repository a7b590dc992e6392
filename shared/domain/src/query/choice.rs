//! Which agents are asked, in which order, and whose answer is given.

use std::collections::VecDeque;

use super::answer::Answer;
use super::bearing::bearing;
use super::escalation::{SURE, is_better, only_answers, settle};
use super::question::Question;
use super::session::Session;
use super::topic::{Topic, route};
use super::wish::Wish;

#[derive(Debug)]
pub struct Choice<'a> {
    question: &'a Question,
    left: VecDeque<Topic>,
    best: (Topic, Answer),
}

impl<'a> Choice<'a> {
    pub fn of(question: &'a Question, session: &Session) -> Self {
        // Who wants something done is asked no agent's answer: any would look like a yes.
        if question.wish == Wish::Act {
            return Self { question, left: VecDeque::new(), best: (Topic::Help, only_answers()) };
        }
        let left = route(question, session.topic).into();
        Self { question, left, best: (Topic::Help, Answer::unknown()) }
    }

    /// Whom to ask next; nobody, once somebody was sure.
    pub fn whom(&mut self) -> Option<Topic> {
        if self.best.1.confidence >= SURE { None } else { self.left.pop_front() }
    }

    pub fn take(&mut self, topic: Topic, answer: Answer) {
        let answer = bearing(self.question, topic, answer);
        if is_better(&answer, &self.best.1) {
            self.best = (topic, answer);
        }
    }

    pub fn made(self) -> (Topic, Answer) {
        (self.best.0, settle(self.question, self.best.1))
    }
}
