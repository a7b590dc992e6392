//! What a message asks, as far as its words say it. The message is data: nothing in it is obeyed.

use std::collections::BTreeSet;

use super::number;
use super::search::{stem, stems, words};
use crate::results::Severity;

/// Characters that a message may have.
pub const LONGEST_MESSAGE: usize = 4000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub text: String,
    /// Its words that say something, without their endings, in order.
    pub stems: Vec<String>,
    /// Its words with what joins them, as `acme/web` or `store.py`, in lower case.
    pub names: Vec<String>,
    pub pull: Option<u64>,
    /// It names a pull request by what is the number of none, as `-1` or `0`.
    pub misnumbered: bool,
    /// It asks about runs, and not about one.
    pub many: bool,
    /// It says that something is not so.
    pub negates: bool,
    pub severities: BTreeSet<Severity>,
    /// It asks how something is done.
    pub how: bool,
    /// It goes on about what was asked before, as `and in pull request 2?` does.
    pub goes_on: bool,
    /// It greets or thanks.
    pub polite: bool,
    pub wish: Wish,
}

/// What a message wants besides an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    None,
    /// A person.
    Person,
    /// It says that the answer before was of no use.
    Better,
}

impl Question {
    pub fn read(text: &str) -> Self {
        let words = words(text);
        let apart = |c: char| c.is_whitespace() || ",;:!?()[]{}<>\"'`".contains(c);
        let names = text.split(apart).map(|name| name.trim_matches('.').to_lowercase());
        let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
        let misnumbered = number::is_wrong(&names);
        Self {
            text: text.to_owned(),
            stems: stems(text),
            names,
            pull: number::pull(&words, text).filter(|_| !misnumbered),
            misnumbered,
            many: is_of_many(&words),
            negates: words.iter().any(|word| NEGATIONS.contains(&word.as_str()) || word == "t"),
            severities: words.iter().filter_map(|word| severity(word)).collect(),
            how: pairs(&words, &["how"], &["do", "to", "can", "should", "would", "could"]),
            goes_on: words.first().is_some_and(|first| ["also", "and", "then"].contains(&first.as_str()))
                || pairs(&words, &["what", "how"], &["about"]),
            polite: words.iter().any(|word| POLITE.contains(&word.as_str())),
            wish: wish(&words),
        }
    }

    /// Whether it has one of these words, whatever their endings.
    pub fn says(&self, any: &[&str]) -> bool {
        any.iter().any(|word| self.stems.contains(&stem(word)))
    }
}

fn severity(word: &str) -> Option<Severity> {
    match word {
        "critical" => Some(Severity::Critical),
        "high" => Some(Severity::High),
        "medium" => Some(Severity::Medium),
        "low" => Some(Severity::Low),
        _ => None,
    }
}

/// As in `what runs failed`, `did any run fail`, `which pull requests passed`.
fn is_of_many(words: &[String]) -> bool {
    const ONE: &[&str] = &["pipeline", "run"];
    words.iter().any(|word| ["runs", "pipelines", "prs", "mrs"].contains(&word.as_str()))
        || pairs(words, &["pull", "merge"], &["requests"])
        || pairs(words, &["any", "each", "every", "failed", "failing", "what", "which"], ONE)
}

const POLITE: &[&str] = &["bye", "hello", "hey", "hi", "ok", "okay", "thank", "thanks"];
const TALK: &[&str] =
    &["call", "chat", "connect", "contact", "customer", "message", "reach", "speak", "talk", "transfer"];
const WANT: &[&str] = &["get", "give", "need", "prefer", "want"];
const HUMANS: &[&str] = &["colleague", "human", "operator", "person", "representative", "staff"];
/// People, where it is said that they are to be talked to.
const ANYBODY: &[&str] = &["anybody", "anyone", "people", "somebody", "someone", "support", "team"];
const NEGATIONS: &[&str] = &["don", "dont", "never", "no", "not", "without"];
/// Words between a wish and whom it is for.
const NEAR: usize = 5;

fn wish(words: &[String]) -> Wish {
    if wants_person(words) {
        Wish::Person
    } else if is_complaint(words) {
        Wish::Better
    } else {
        Wish::None
    }
}

fn wants_person(words: &[String]) -> bool {
    let is = |word: &String, any: &[&str]| any.contains(&word.as_str());
    let wanted = |place: usize, word: &String| {
        let before = &words[place.saturating_sub(NEAR)..place];
        let said = |any: &[&str]| before.iter().any(|word| is(word, any));
        // A negation shortly before turns a wish around.
        let for_me = place > 0 && words[place - 1] == "me";
        let wish = said(TALK) || ((is(word, HUMANS) || for_me) && said(WANT));
        wish && !said(NEGATIONS)
    };
    let mut people = words.iter().enumerate().filter(|(_, word)| is(word, HUMANS) || is(word, ANYBODY));
    let alone =
        words.len() <= 3 && words.iter().any(|word| is(word, &["human", "operator", "representative"]));
    people.any(|(place, word)| wanted(place, word))
        || alone
        || words.first().is_some_and(|word| word == "escalate")
        || pairs(words, &["escalate"], &["this", "it", "that"])
        || pairs(words, &["please"], &["escalate"])
        || (words.iter().any(|word| is(word, &["anybody", "anyone", "somebody", "someone"]))
            && pairs(words, &["can", "could", "to"], &["i", "talk", "speak"])
            && words.iter().any(|word| is(word, &["talk", "speak"])))
}

/// Whether it says that the answer before was of no use.
fn is_complaint(words: &[String]) -> bool {
    let has = |any: &[&str]| words.iter().any(|word| any.contains(&word.as_str()));
    // Longer ones ask for something: "what is wrong with …", "why is … still not …".
    let short =
        words.len() <= 6 && words.first().is_some_and(|word| !["what", "why"].contains(&word.as_str()));
    has(&["useless", "unhelpful", "nonsense"])
        || pairs(words, &["not", "t", "didnt", "doesnt"], &["help", "helpful", "helped"])
        || (short && has(&["wrong"]))
        || (short && pairs(words, &["still"], &["not", "doesn", "doesnt", "isn", "isnt", "fails", "broken"]))
}

/// Whether one of `first` is followed by one of `then` at once.
fn pairs(words: &[String], first: &[&str], then: &[&str]) -> bool {
    words.windows(2).any(|two| first.contains(&two[0].as_str()) && then.contains(&two[1].as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_or_many() {
        #[track_caller]
        fn check(text: &str, expected: bool) {
            assert_eq!(Question::read(text).many, expected, "{text}");
        }
        for many in [
            "What runs failed?",
            "which run failed last",
            "did any pipeline fail",
            "which pull requests passed?",
            "list the failed runs",
            "how did the last failed run go?",
        ] {
            check(many, true);
        }
        for one in ["How did the last run go?", "did the tests of PR 4 pass?", "why did the pipeline fail?"] {
            check(one, false);
        }
    }

    #[test]
    fn a_person_is_asked_for() {
        #[track_caller]
        fn check(text: &str, expected: Wish) {
            assert_eq!(Question::read(text).wish, expected, "{text}");
        }
        for wanted in [
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
            "can I talk to your support team",
        ] {
            check(wanted, Wish::Person);
        }
        for better in [
            "that did not help",
            "this doesn't help at all",
            "That is wrong.",
            "wrong answer",
            "it still doesn't work",
            "useless",
            "it's wrong",
        ] {
            check(better, Wish::Better);
        }
        for none in [
            "who is the person that opened pull request 1?",
            "I do not need a human for this",
            "which findings are critical?",
            "what is wrong with my endpoint?",
            "how does a finding escalate privileges?",
            "How do I give someone a key?",
            "is there a need to support SHA-1?",
            "can somebody else see my findings?",
            "why is my endpoint still not active since yesterday?",
            "is there no help article about keys?",
            "",
        ] {
            check(none, Wish::None);
        }
    }

    #[test]
    fn names_severities_and_how() {
        let question =
            Question::read("How do I fix the critical, and the HIGH, ones in notes/store.py of acme/web?");
        assert!(question.how);
        assert_eq!(question.severities, BTreeSet::from([Severity::Critical, Severity::High]));
        for name in ["notes/store.py", "acme/web"] {
            assert!(question.names.contains(&name.to_owned()), "{name}");
        }
        assert!(question.says(&["fixing"]) && !question.says(&["rotate"]));
        assert!(!Question::read("tell me how it went").how);
    }
}
