//! What an agent says, how sure it is, and what that rests on.

use serde::{Deserialize, Serialize};

use super::session::Scope;

/// What is known here.
pub(super) const ASKABLE: &str =
    "Ask about runs, findings and their fixes, failures, repositories, webhooks, or how something is done.";

/// Characters of an answer.
const LONGEST: usize = 6000;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Plain text of some lines. What it quotes may have been written by anybody: show it as text.
    pub text: String,
    /// How sure it is that this answers the question, 0 to 1.
    pub confidence: f64,
    pub sources: Vec<Source>,
    /// What it is about, for the session's next question.
    #[serde(skip)]
    pub scope: Scope,
}

/// Something that an answer rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub kind: SourceKind,
    pub title: String,
    /// An id, or an article's name.
    pub reference: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    Article,
    Run,
    Task,
    Webhook,
}

impl SourceKind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::Run => "run",
            Self::Task => "task",
            Self::Webhook => "webhook",
        }
    }
}

impl Answer {
    /// Nobody knows.
    pub fn unknown() -> Self {
        Self::of(format!("I found nothing that answers this. {ASKABLE}"), 0.0)
    }

    /// The confidence is kept within 0 to 1, in hundredths.
    pub fn of(text: impl AsRef<str>, confidence: f64) -> Self {
        let confidence = (confidence.clamp(0.0, 1.0) * 100.0).round() / 100.0;
        Self { text: cut(text.as_ref(), LONGEST), confidence, ..Self::default() }
    }

    #[must_use]
    pub fn from(mut self, kind: SourceKind, title: impl Into<String>, reference: impl Into<String>) -> Self {
        self.sources.push(Source { kind, title: title.into(), reference: reference.into() });
        self
    }

    #[must_use]
    pub fn about(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    #[must_use]
    pub fn followed_by(mut self, sentence: &str) -> Self {
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.push_str(sentence);
        self
    }
}

/// Somebody else's text on one line of at most `most` characters.
pub fn quoted(text: &str, most: usize) -> String {
    let one_line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    cut(one_line.trim(), most)
}

/// At most so many characters, with a mark where more were left out.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Adds a line for each of so many at most, and says how many more there are.
pub(super) fn list<T>(lines: &mut Vec<String>, all: &[T], most: usize, line: impl Fn(&T) -> String) {
    lines.extend(all.iter().take(most).map(line));
    if all.len() > most {
        lines.push(format!("… and {} more.", all.len() - most));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_stays_on_its_line() {
        for (text, expected) in [
            ("store.py", "store.py"),
            (" two\nlines\u{7} ", "two lines"),
            ("abcdefghijk", "abcdefghi…"),
            ("<b>", "<b>"),
        ] {
            assert_eq!(quoted(text, 10), expected);
        }
    }

    #[test]
    fn confidences_stay_in_their_range() {
        for (given, expected) in [(-1.0, 0.0), (0.333_3, 0.33), (7.0, 1.0), (f64::NAN, f64::NAN)] {
            let found = Answer::of("", given).confidence;
            assert!(
                found.total_cmp(&expected).is_eq() || found.is_nan() == expected.is_nan(),
                "{given}: {found}"
            );
        }
    }
}
