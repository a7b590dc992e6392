//! What a message asks, as far as its words say it. The message is data: nothing in it is obeyed.

use std::collections::BTreeSet;

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
    pub severities: BTreeSet<Severity>,
    /// It asks how something is done.
    pub how: bool,
    /// It goes on about what was asked before, as `and in pull request 2?` does.
    pub goes_on: bool,
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
        Self {
            text: text.to_owned(),
            stems: stems(text),
            names: names.filter(|name| !name.is_empty()).collect(),
            pull: pull(&words, text),
            severities: words.iter().filter_map(|word| severity(word)).collect(),
            how: pairs(&words, &["how"], &["do", "to", "can", "should", "would", "could"]),
            goes_on: words.first().is_some_and(|first| ["also", "and", "then"].contains(&first.as_str()))
                || pairs(&words, &["what", "how"], &["about"]),
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

/// As in `pull request 7`, `PR 7`, `pr-7`, `pull/7`, `#7`.
fn pull(words: &[String], text: &str) -> Option<u64> {
    let number = |word: &String| word.parse::<u64>().ok().filter(|number| *number > 0);
    let after = |place: usize| words.get(place + 1).and_then(number);
    let named = words.iter().enumerate().find_map(|(place, word)| match word.as_str() {
        "pr" | "mr" | "pull" | "request" | "pulls" => after(place),
        "number" | "no" if place > 0 && ["request", "pr"].contains(&words[place - 1].as_str()) => {
            after(place)
        }
        joined => joined.strip_prefix("pr").and_then(|rest| number(&rest.to_owned())),
    });
    let hash = || {
        let digits = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>();
        text.split('#').skip(1).find_map(|part| number(&digits(part)))
    };
    named.or_else(hash)
}

const REACH: &[&str] = &[
    "ask", "call", "chat", "connect", "contact", "get", "give", "message", "need", "pass", "reach", "speak",
    "talk", "transfer", "want", "with", "to",
];
const PEOPLE: &[&str] = &[
    "anybody",
    "anyone",
    "colleague",
    "human",
    "operator",
    "people",
    "person",
    "representative",
    "somebody",
    "someone",
    "staff",
    "support",
];
const NEGATIONS: &[&str] = &["no", "not", "don", "dont", "never", "without"];
const USELESS: &[&str] = &["useless", "unhelpful", "nonsense"];

fn wish(words: &[String]) -> Wish {
    // A negation shortly before turns a wish around.
    let wanted = |place: usize| {
        let before = words[place.saturating_sub(5)..place].iter();
        before.clone().any(|word| REACH.contains(&word.as_str()))
            && !before.clone().any(|word| NEGATIONS.contains(&word.as_str()))
    };
    let is = |place: &usize, any: &[&str]| any.contains(&words[*place].as_str());
    let all = || 0..words.len();
    let person = all().any(|place| is(&place, PEOPLE) && wanted(place));
    let alone = words.len() <= 3 && all().any(|place| is(&place, &["human", "operator", "representative"]));
    let escalate = words.first().is_some_and(|word| word == "escalate")
        || pairs(words, &["escalate"], &["this", "it", "that"])
        || pairs(words, &["please"], &["escalate"]);
    if person || alone || escalate {
        return Wish::Person;
    }
    // "What is wrong with …" is a question.
    let short = words.len() <= 4 && words.first().is_some_and(|word| word != "what");
    let useless = all().any(|place| is(&place, USELESS))
        || pairs(
            words,
            &["not", "t", "didn", "doesn", "didnt", "doesnt", "no"],
            &["help", "helpful", "helped"],
        )
        || pairs(words, &["still"], &["not", "doesn", "doesnt", "isn", "isnt", "fails", "broken"])
        || short && all().any(|place| is(&place, &["wrong"]));
    if useless { Wish::Better } else { Wish::None }
}

/// Whether one of `first` is followed by one of `then` at once.
fn pairs(words: &[String], first: &[&str], then: &[&str]) -> bool {
    words.windows(2).any(|two| first.contains(&two[0].as_str()) && then.contains(&two[1].as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pull_requests_are_named_in_many_ways() {
        #[track_caller]
        fn check(text: &str, expected: Option<u64>) {
            assert_eq!(Question::read(text).pull, expected, "{text}");
        }
        check("which findings are critical in pull request 1?", Some(1));
        check("Pull Request #12", Some(12));
        check("how did PR 7 go", Some(7));
        check("pr#7", Some(7));
        check("PR-7, please", Some(7));
        check("pr7", Some(7));
        check("pull request number 3", Some(3));
        check("https://github.com/acme/web/pull/41", Some(41));
        check("what about #9?", Some(9));
        check("the last 5 runs", None);
        check("pull request", None);
        check("pull request 0", None);
        check("#", None);
        check("pull request 99999999999999999999999", None);
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
            "is there anybody I can talk to? I need a person",
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
