//! What a message wants besides an answer: a person, a better answer, or that something is done.

use super::order::is_order;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    None,
    /// A person.
    Person,
    /// No person.
    Alone,
    /// It says that the answer before was of no use.
    Better,
    /// That something is done. Nothing is: questions are answered here.
    Act,
}

const TALK: &[&str] =
    &["call", "chat", "connect", "contact", "message", "reach", "speak", "talk", "transfer"];
const WANT: &[&str] = &["get", "give", "need", "prefer", "want"];
const HUMANS: &[&str] = &["colleague", "human", "operator", "person", "representative", "staff"];
/// People, where it is said that they are to be talked to.
const ANYBODY: &[&str] = &["anybody", "anyone", "people", "somebody", "someone", "support", "team"];
const NEGATIONS: &[&str] = &["don", "dont", "never", "no", "not", "without"];
/// What `person` or `support` before it only describes.
const THINGS: &[&str] = &[
    "class", "code", "column", "endpoint", "error", "field", "file", "function", "id", "method", "model",
    "module", "name", "object", "page", "readable", "record", "service", "table", "test", "tests", "ticket",
    "type",
];
/// Words between a wish and whom it is for.
const NEAR: usize = 5;

pub(super) fn wish(text: &str, words: &[String]) -> Wish {
    if wants_person(words, |says_not| !says_not) {
        Wish::Person
    } else if wants_person(words, |says_not| says_not) {
        Wish::Alone
    } else if is_complaint(words) {
        Wish::Better
    } else if is_order(text) {
        Wish::Act
    } else {
        Wish::None
    }
}

fn is(word: &str, any: &[&str]) -> bool {
    any.contains(&word)
}

/// Whether a person is spoken of as somebody to take over, with a negation shortly before, or none, as `fits` has it.
fn wants_person(words: &[String], fits: impl Fn(bool) -> bool) -> bool {
    let before = |place: usize| &words[place.saturating_sub(NEAR)..place];
    let said = |place: usize, any: &[&str]| before(place).iter().any(|word| is(word, any));
    let wanted = |place: usize, word: &str| {
        let describes = words.get(place + 1).is_some_and(|next| is(next, THINGS));
        let for_me = place > 0 && words[place - 1] == "me";
        let wish = said(place, TALK) || ((is(word, HUMANS) || for_me) && said(place, WANT));
        let alone = words.len() <= 3
            && (is(word, &["human", "operator", "representative"])
                || (word == "support" && pairs(words, &["customer"], &["support"])));
        (wish || alone) && !describes && fits(said(place, NEGATIONS))
    };
    let mut people = words.iter().enumerate().filter(|(_, word)| is(word, HUMANS) || is(word, ANYBODY));
    let escalates = |(place, word): (usize, &String)| {
        let this =
            words.get(place + 1).is_some_and(|next| is(next, &["it", "now", "please", "that", "this"]));
        let please = place > 0 && words[place - 1] == "please";
        word == "escalate"
            && (place == 0 || this || please || said(place, NEGATIONS))
            && fits(said(place, NEGATIONS))
    };
    people.any(|(place, word)| wanted(place, word))
        || words.iter().enumerate().any(escalates)
        || (fits(false)
            && words.iter().any(|word| is(word, &["anybody", "anyone", "somebody", "someone"]))
            && pairs(words, &["can", "could", "to"], &["i", "talk", "speak"])
            && words.iter().any(|word| is(word, &["talk", "speak"])))
}

/// Whether it says that the answer before was of no use.
fn is_complaint(words: &[String]) -> bool {
    let has = |any: &[&str]| words.iter().any(|word| is(word, any));
    // Longer ones ask for something: "what is wrong with …", "why is … still not …".
    let short = words.len() <= 6 && words.first().is_some_and(|word| !is(word, &["what", "why"]));
    has(&["useless", "unhelpful", "nonsense"])
        || pairs(words, &["not", "t", "didnt", "doesnt"], &["help", "helpful", "helped"])
        || (short && has(&["wrong"]))
        || (short && pairs(words, &["still"], &["not", "doesn", "doesnt", "isn", "isnt", "fails", "broken"]))
}

/// Whether one of `first` is followed by one of `then` at once.
pub(super) fn pairs(words: &[String], first: &[&str], then: &[&str]) -> bool {
    words.windows(2).any(|two| is(&two[0], first) && is(&two[1], then))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Question;

    #[track_caller]
    fn check(expected: Wish, texts: &[&str]) {
        for text in texts {
            assert_eq!(Question::read(text).wish, expected, "{text}");
        }
    }

    #[test]
    fn a_person_is_asked_for() {
        check(
            Wish::Person,
            &[
                "I want to talk to a human",
                "can I speak with a real person, please?",
                "get me someone from support",
                "connect me to an operator",
                "human!",
                "please escalate",
                "Escalate this to your team",
                "is there anybody I can talk to?",
                "I need a person",
                "contact support",
                "contact customer support",
                "customer support!",
                "can I talk to your support team",
            ],
        );
    }

    #[test]
    fn the_answer_before_was_of_no_use() {
        check(
            Wish::Better,
            &[
                "that did not help",
                "this doesn't help at all",
                "That is wrong.",
                "wrong answer",
                "it still doesn't work",
                "useless",
                "it's wrong",
            ],
        );
    }

    #[test]
    fn no_person_is_wanted() {
        check(
            Wish::Alone,
            &[
                "I do not need a human for this",
                "I don't need a human",
                "no human, please",
                "Do not escalate this",
                "don't escalate",
            ],
        );
    }

    #[test]
    fn something_is_to_be_done() {
        check(
            Wish::Act,
            &[
                "Please merge pull request 1",
                "Disable the webhook that failed",
                "can you close PR 3?",
                "I want you to delete everything",
                "Thanks! Now rerun the pipeline",
                "run the pipeline again",
                "commit the fix",
            ],
        );
    }

    #[test]
    fn nothing_but_an_answer_is_wanted() {
        check(
            Wish::None,
            &[
                "who is the person that opened pull request 1?",
                "Are the customer support tests failing?",
                "the person table",
                "get me the person table",
                "which findings are critical?",
                "what is wrong with my endpoint?",
                "how does a finding escalate privileges?",
                "How do I give someone a key?",
                "is there a need to support SHA-1?",
                "can somebody else see my findings?",
                "why is my endpoint still not active since yesterday?",
                "is there no help article about keys?",
                "how do I disable a webhook?",
                "can I merge pull request 1?",
                "merge request 8",
                "run of pull request 1?",
                "send me the findings",
                "commit deadbeef",
                "",
            ],
        );
    }
}
