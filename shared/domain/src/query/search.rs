//! Full-text search over some hundred short texts in memory, ranked by BM25.
//!
//! A rank alone says which text is the nearest, not whether it is near. So each hit has its share as well: how much of
//! the question, its rare words weighing more, the text speaks of. A word that no text has weighs most of all.

use std::collections::{BTreeSet, HashMap};

use rust_stemmers::{Algorithm, Stemmer};

/// Texts that are looked at for the one that shares most with the question.
const NEAREST: usize = 5;
/// BM25's usual parameters: how soon a word said again counts no more, and how much a long text is marked down.
const SATURATION: f64 = 1.2;
const LENGTH: f64 = 0.75;

/// Words that say nothing about what is asked.
pub(super) const EMPTY: &[&str] = &[
    "a", "about", "again", "all", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by",
    "can", "cannot", "could", "did", "do", "does", "doing", "don", "done", "for", "from", "get", "give",
    "go", "got", "had", "has", "have", "hello", "help", "here", "hey", "hi", "how", "i", "if", "in", "into",
    "is", "isn", "it", "its", "just", "know", "let", "like", "ll", "make", "many", "may", "me", "mine",
    "much", "must", "my", "need", "no", "not", "now", "of", "ok", "okay", "on", "or", "our", "out", "please",
    "re", "s", "see", "shall", "should", "show", "so", "some", "t", "tell", "than", "thank", "thanks",
    "that", "the", "their", "them", "then", "there", "these", "they", "thing", "this", "those", "to", "too",
    "up", "us", "ve", "very", "want", "was", "way", "we", "were", "what", "when", "where", "which", "who",
    "why", "will", "with", "would", "you", "your",
];

/// A text's words that say something, without their endings.
pub(super) fn stems(text: &str) -> Vec<String> {
    let words = words(text);
    words.iter().filter(|word| !EMPTY.contains(&word.as_str())).map(|word| stem(word)).collect()
}

/// Every word, in lower case.
pub(super) fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect()
}

pub(super) fn stem(word: &str) -> String {
    Stemmer::create(Algorithm::English).stem(word).into_owned()
}

/// Texts that can be searched; each is known by its place.
#[derive(Debug)]
pub(super) struct Index {
    texts: Vec<Text>,
    /// Words of a text, on the average.
    mean: f64,
    /// In how many texts a word is.
    spread: HashMap<String, usize>,
}

#[derive(Debug, Default)]
struct Text {
    words: f64,
    /// How often it has each of them.
    counts: HashMap<String, f64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hit {
    pub(super) place: usize,
    /// How much of the question the text speaks of, 0 to 1.
    pub(super) share: f64,
}

impl Index {
    #[expect(clippy::cast_precision_loss, reason = "some hundred texts")]
    pub(super) fn of(texts: &[String]) -> Self {
        let texts: Vec<Text> = texts.iter().map(|text| Text::of(text)).collect();
        let mut spread = HashMap::new();
        for word in texts.iter().flat_map(|text| text.counts.keys()) {
            *spread.entry(word.clone()).or_default() += 1;
        }
        let mean = texts.iter().map(|text| text.words).sum::<f64>() / texts.len().max(1) as f64;
        Self { texts, mean, spread }
    }

    /// The text that answers the question best, if any has a word of it.
    pub(super) fn best(&self, question: &str) -> Option<Hit> {
        let asked: BTreeSet<String> = stems(question).into_iter().collect();
        let ranks = self.texts.iter().enumerate().map(|(place, text)| (place, self.rank(text, &asked)));
        let mut nearest: Vec<(usize, f64)> = ranks.filter(|(_, rank)| *rank > 0.0).collect();
        // Stable: of equals, the one that comes first.
        nearest.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let hits = nearest.iter().take(NEAREST).map(|(place, _)| self.hit(*place, &asked));
        // The first of equals: the nearer one.
        hits.reduce(|best, hit| if hit.share > best.share { hit } else { best })
    }

    /// BM25.
    fn rank(&self, text: &Text, asked: &BTreeSet<String>) -> f64 {
        let long = 1.0 - LENGTH + LENGTH * text.words / self.mean.max(1.0);
        let shared = asked.iter().filter_map(|word| Some((word, text.counts.get(word)?)));
        shared
            .map(|(word, count)| self.weight(word) * count * (SATURATION + 1.0) / (count + SATURATION * long))
            .sum()
    }

    /// How much of the question the text at this place speaks of.
    pub(super) fn share(&self, place: usize, question: &str) -> f64 {
        self.hit(place, &stems(question).into_iter().collect()).share
    }

    fn hit(&self, place: usize, asked: &BTreeSet<String>) -> Hit {
        let weight = |word: &String| self.weight(word);
        let whole: f64 = asked.iter().map(weight).sum();
        let text = self.texts.get(place);
        let is_there = |word: &&String| text.is_some_and(|text| text.counts.contains_key(*word));
        let shared: f64 = asked.iter().filter(is_there).map(weight).sum();
        Hit { place, share: if whole > 0.0 { shared / whole } else { 0.0 } }
    }

    /// The inverse document frequency of BM25.
    #[expect(clippy::cast_precision_loss, reason = "some hundred texts")]
    fn weight(&self, word: &str) -> f64 {
        let with = self.spread.get(word).copied().unwrap_or(0) as f64;
        let all = self.texts.len() as f64;
        (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
    }
}

impl Text {
    fn of(text: &str) -> Self {
        let mut whole = Self::default();
        for word in stems(text) {
            whole.words += 1.0;
            *whole.counts.entry(word).or_default() += 1.0;
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(question: &str, expected: Option<usize>, share: std::ops::RangeInclusive<f64>) {
        let texts = ["Lost keys and forgotten passwords", "Rotating the signing secret of a webhook", ""];
        let index = Index::of(&texts.map(str::to_owned));
        let hit = index.best(question);
        assert_eq!(hit.map(|hit| hit.place), expected, "{question}");
        let found = hit.map_or(0.0, |hit| hit.share);
        assert!(share.contains(&found), "{question}: {found}");
    }

    #[test]
    fn the_nearest_and_how_near_it_is() {
        check("I have forgotten my password!", Some(0), 1.0..=1.0);
        check("how do I rotate a webhook's secret", Some(1), 1.0..=1.0);
        check("rotate the tyres of my car", Some(1), 0.1..=0.4);
        check("what is the weather in Berlin?", None, 0.0..=0.0);
        check("", None, 0.0..=0.0);
        check("how do you do", None, 0.0..=0.0);
    }

    /// What BM25 is for: rare words, words said often, and short texts count for more.
    #[test]
    fn ranks() {
        #[track_caller]
        fn check(question: &str, before: &str, behind: &str) {
            let texts = [behind, before, "a key is a key", "another key"];
            let index = Index::of(&texts.map(str::to_owned));
            let asked = stems(question).into_iter().collect();
            let rank = |place: usize| index.rank(&index.texts[place], &asked);
            assert!(rank(1) > rank(0), "{question}: {} {}", rank(1), rank(0));
        }
        check("lost key", "lost thing", "key thing");
        check("secret", "secret secret thing", "secret thing thing");
        check("secret", "secret thing", "secret thing and a long story about the sea and its ships");
        check("secret", "secret", "");
    }
}
