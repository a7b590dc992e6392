//! What a message asks, as far as its words say it. The message is data: nothing in it is obeyed.
//!
//! Every word is understood, as a restriction or the name of a place, or says nothing, or is kept as the rest: whoever
//! answers must explain that, or be unsure.

use super::place::Place;
use super::reading::{NOUNS, restrictions};
use super::restriction::{Dimension, Restriction};
use super::search::{stem, stems, words};
use super::token::{Tokens, is_any};
use super::wish::{Wish, pairs, wish};

/// Characters that a message may have.
pub const LONGEST_MESSAGE: usize = 4000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub text: String,
    /// Its words that say something and name no place, without their endings, in order.
    pub stems: Vec<String>,
    /// Its words with what joins them, as `acme/web` or `store.py`, in lower case.
    pub names: Vec<String>,
    /// What it is about, where it names that.
    pub place: Place,
    pub restrictions: Vec<Restriction>,
    /// Of what is left, only the worst counts.
    pub worst: bool,
    /// Words that say something and are neither.
    pub rest: Vec<String>,
    /// It asks about runs, and not about one.
    pub many: bool,
    /// It asks how something is done.
    pub how: bool,
    /// It goes on about what was asked before, as `and in pull request 2?` and `how do I fix it?` do.
    pub goes_on: bool,
    /// It greets or thanks.
    pub polite: bool,
    pub wish: Wish,
}

impl Question {
    pub fn read(text: &str) -> Self {
        let words = words(text);
        let mut tokens = Tokens::read(text);
        let names = tokens.0.iter().map(|token| token.text.clone()).collect();
        let place = Place::take(&mut tokens);
        let stems = stems(&tokens.rest().join(" "));
        let worst = take_worst(&mut tokens);
        let restrictions = restrictions(&mut tokens);
        Self {
            text: text.to_owned(),
            stems,
            names,
            place,
            restrictions,
            worst,
            rest: tokens.rest(),
            many: is_of_many(&words),
            how: pairs(&words, &["how"], &["do", "to", "can", "should", "would", "could"]),
            goes_on: words.first().is_some_and(|first| ["also", "and", "then"].contains(&first.as_str()))
                || pairs(&words, &["what", "how"], &["about"])
                || words.last().is_some_and(|last| ["it", "them", "these", "those"].contains(&last.as_str())),
            polite: words.iter().any(|word| POLITE.contains(&word.as_str())),
            wish: wish(text, &words),
        }
    }

    /// Whether it has one of these words, whatever their endings.
    pub fn says(&self, any: &[&str]) -> bool {
        any.iter().any(|word| self.stems.contains(&stem(word)))
    }

    /// Whether it restricts any of these.
    pub(super) fn restricts(&self, dimensions: &[Dimension]) -> bool {
        self.restrictions.iter().any(|one| dimensions.contains(&one.what.dimension()))
    }

    /// Whether it calls findings by a name, and not only by a word that is said of anything, as `high`.
    pub(super) fn names_findings(&self) -> bool {
        const ENOUGH: &[Dimension] = &[
            Dimension::Kind,
            Dimension::File,
            Dimension::Line,
            Dimension::Function,
            Dimension::Fix,
            Dimension::Introduced,
        ];
        self.restricts(ENOUGH)
            || self.rest.iter().any(|word| is_any(word, NOUNS) || is_any(word, &["severity"]))
    }

    /// Whether it asks what a kind of weakness is, and not where there is one.
    pub(super) fn defines(&self) -> bool {
        let opens = |first: &str, then: &[&str]| {
            self.names.first().is_some_and(|name| name == first)
                && (then.is_empty() || self.names.get(1).is_some_and(|name| then.contains(&name.as_str())))
        };
        let asks =
            opens("what", &["is", "are", "does"]) || opens("why", &["is", "are"]) || opens("explain", &[]);
        let of_kinds = self.restrictions.iter().all(|one| one.what.dimension() == Dimension::Kind);
        let noun = self.rest.iter().any(|word| is_any(word, NOUNS));
        asks && of_kinds && !self.restrictions.is_empty() && !noun && !self.place.is_named() && !self.goes_on
    }
}

const POLITE: &[&str] = &["bye", "hello", "hey", "hi", "ok", "okay", "thank", "thanks"];

/// As in `the worst finding`, `the most severe`.
fn take_worst(tokens: &mut Tokens) -> bool {
    let severe = ["critical", "dangerous", "serious", "severe"];
    let found = (0..tokens.len()).find_map(|at| match (tokens.at(at), tokens.at(at + 1)) {
        ("worst", _) => Some(at..at + 1),
        ("most", next) if severe.contains(&next) && tokens.before(at) != "at" => Some(at..at + 2),
        _ => None,
    });
    if let Some(places) = found.clone() {
        tokens.mark(places);
    }
    found.is_some()
}

/// As in `what runs failed`, `did any run fail`, `which pull requests passed`.
fn is_of_many(words: &[String]) -> bool {
    const ONE: &[&str] = &["pipeline", "run"];
    words.iter().any(|word| ["runs", "pipelines", "prs", "mrs"].contains(&word.as_str()))
        || pairs(words, &["pull", "merge"], &["requests"])
        || pairs(words, &["any", "each", "every", "failed", "failing", "what", "which"], ONE)
}
