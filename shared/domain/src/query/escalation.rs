//! When a person is asked to take over.

use serde::{Deserialize, Serialize};

use super::answer::{ASKABLE, Answer};
use super::question::Question;
use super::wish::Wish;

/// Below this a turn has failed: the answer may help, or not.
pub const SURE: f64 = 0.6;
/// Below this there is no answer.
pub(super) const UNKNOWN: f64 = 0.3;
/// So many failed turns of a session are enough.
pub(super) const MOST_FAILED: u32 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    LowConfidence,
    /// A person was asked for.
    Requested,
    /// Too many turns of the session failed.
    Unresolved,
}

impl Reason {
    pub fn word(self) -> &'static str {
        match self {
            Self::LowConfidence => "low_confidence",
            Self::Requested => "requested",
            Self::Unresolved => "unresolved",
        }
    }
}

/// Whether another agent's answer is better than that of one who was asked before. The agent that a question was meant
/// for knows best what it does not know, so only one who is sure takes its word, unless it knew nothing.
pub(super) fn is_better(other: &Answer, before: &Answer) -> bool {
    other.confidence > before.confidence && (other.confidence >= SURE || before.confidence < UNKNOWN)
}

/// What is said where nobody had to know anything to answer.
pub(super) fn settle(question: &Question, answer: Answer) -> Answer {
    if answer.confidence >= SURE {
        return answer;
    }
    match question.wish {
        Wish::Person => Answer::of("You asked for a person.", 0.9),
        Wish::Better => Answer::of(
            "I am sorry. Ask in other words, name the repository or the pull request, or ask for a person.",
            0.4,
        ),
        Wish::Act => only_answers(),
        Wish::Alone if answer.confidence < UNKNOWN => {
            Answer::of(format!("No person is asked to take over. {ASKABLE}"), 0.4)
        }
        Wish::Alone => answer,
        // Nothing is asked: who says hello or thanks needs no person.
        Wish::None if question.stems.is_empty() && !question.place.is_named() => {
            Answer::of(ASKABLE, if question.polite { 0.9 } else { 0.4 })
        }
        Wish::None => answer,
    }
}

/// What is said to whom wants something done.
pub(super) fn only_answers() -> Answer {
    Answer::of(format!("Questions are answered here, and nothing else: nothing was done. {ASKABLE}"), 0.4)
}

/// Whether a turn has failed its user: the answer is unsure, or the message says that the one before was of no use.
pub(super) fn failed(wish: Wish, confidence: f64) -> bool {
    confidence < SURE || wish == Wish::Better
}

/// Whether a person is asked to take over, after a turn that makes it `failed` failed ones.
pub(super) fn escalate(wish: Wish, confidence: f64, failed: u32) -> Option<Reason> {
    if wish == Wish::Person {
        Some(Reason::Requested)
    } else if failed >= MOST_FAILED {
        Some(Reason::Unresolved)
    } else if confidence < UNKNOWN && wish != Wish::Better {
        Some(Reason::LowConfidence)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_gets_a_person() {
        #[track_caller]
        fn check(wish: Wish, confidence: f64, failed: u32, expected: Option<Reason>) {
            assert_eq!(escalate(wish, confidence, failed), expected, "{wish:?} {confidence} {failed}");
        }
        check(Wish::None, 0.9, 0, None);
        check(Wish::None, 0.9, 2, None);
        check(Wish::None, 0.9, 3, Some(Reason::Unresolved));
        check(Wish::None, 0.3, 1, None);
        check(Wish::None, 0.29, 1, Some(Reason::LowConfidence));
        check(Wish::None, 0.0, 3, Some(Reason::Unresolved));
        check(Wish::Better, 0.0, 1, None);
        check(Wish::Better, 0.9, 3, Some(Reason::Unresolved));
        check(Wish::Person, 1.0, 0, Some(Reason::Requested));
        check(Wish::Person, 0.0, 3, Some(Reason::Requested));
    }

    #[test]
    fn what_needs_no_knowledge() {
        #[track_caller]
        fn check(text: &str, answered: f64, expected: f64) {
            let settled = settle(&Question::read(text), Answer::of("", answered));
            assert_eq!(settled.confidence, expected, "{text}");
        }
        check("Thanks!", 0.0, 0.9);
        check("hello", 0.0, 0.9);
        check("who am I?", 0.0, 0.4);
        check("What is the weather in Berlin?", 0.0, 0.0);
        check("I want to talk to a human", 0.2, 0.9);
        check("I want to talk to a human", 0.95, 0.95);
        check("that did not help", 0.0, 0.4);
    }

    #[test]
    fn who_has_the_word() {
        for (other, before, expected) in
            [(0.51, 0.5, false), (0.6, 0.5, true), (0.9, 0.95, false), (0.2, 0.1, true), (0.0, 0.0, false)]
        {
            let is = is_better(&Answer::of("", other), &Answer::of("", before));
            assert_eq!(is, expected, "{other} after {before}");
        }
    }

    #[test]
    fn turns_that_fail() {
        for (wish, confidence, expected) in [
            (Wish::None, 0.6, false),
            (Wish::None, 0.59, true),
            (Wish::Better, 0.9, true),
            (Wish::Person, 1.0, false),
        ] {
            assert_eq!(failed(wish, confidence), expected, "{wish:?} {confidence}");
        }
    }
}
