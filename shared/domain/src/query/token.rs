//! A message as tokens: words with what joins them, as `acme/web#2` or `store.py`, each marked once it is understood.

use super::restriction::is_file;
use super::search::{EMPTY, stem};

/// Tokens that are read; whoever writes more is not understood whole, and is told so.
const MOST: usize = 400;
/// Words that say nothing to a search, and a lot about what is asked.
const TELLING: [&str; 9] = ["but", "cannot", "just", "like", "no", "not", "than", "when", "who"];
const CONTRACTED: [&str; 12] = [
    "arent", "cant", "couldnt", "didnt", "doesnt", "dont", "hasnt", "havent", "isnt", "wasnt", "werent",
    "wont",
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) used: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tokens(pub(super) Vec<Token>);

impl Tokens {
    pub(super) fn read(text: &str) -> Self {
        let plain = text.to_lowercase().replace(['’', '‘'], "'").replace("n't", " not");
        let spaced: String = apart(&plain);
        let texts = spaced.split_whitespace().flat_map(|text| {
            let text = text.strip_prefix("./").unwrap_or(text).trim_end_matches(['.', ',', ':', '*']);
            match text.strip_prefix("non-") {
                Some(rest) => vec!["not", rest],
                None if CONTRACTED.contains(&text) => vec!["not"],
                None => match text.rsplit_once(':') {
                    Some((file, line)) if is_file(file) => vec![file, "line", line],
                    _ => vec![text],
                },
            }
        });
        let texts = texts.filter(|text| !text.is_empty()).take(MOST);
        Self(texts.map(|text| Token { text: text.to_owned(), used: false }).collect())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The token at this place; nothing beyond the last.
    pub(super) fn at(&self, place: usize) -> &str {
        self.0.get(place).map_or("", |token| &token.text)
    }

    /// The one before.
    pub(super) fn before(&self, place: usize) -> &str {
        place.checked_sub(1).map_or("", |place| self.at(place))
    }

    pub(super) fn is_used(&self, place: usize) -> bool {
        self.0.get(place).is_some_and(|token| token.used)
    }

    pub(super) fn mark(&mut self, places: std::ops::Range<usize>) {
        for token in self.0.iter_mut().take(places.end).skip(places.start) {
            token.used = true;
        }
    }

    /// What nothing explained, and what says something.
    pub(super) fn rest(&self) -> Vec<String> {
        let left = self.0.iter().filter(|token| !token.used && !says_nothing(&token.text));
        left.map(|token| token.text.clone()).collect()
    }
}

pub(super) fn says_nothing(word: &str) -> bool {
    (EMPTY.contains(&word) && !TELLING.contains(&word)) || !word.contains(char::is_alphanumeric)
}

/// Whether a word is one of these, whatever its ending.
pub(super) fn is_any(word: &str, any: &[&str]) -> bool {
    any.contains(&word) || any.iter().any(|one| stem(one) == stem(word))
}

/// Puts spaces for what stands between tokens. A comma or colon before a digit joins, as do `()` after a name.
fn apart(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let next = |place: usize| chars.get(place + 1).copied().unwrap_or(' ');
    let last = |place: usize| place.checked_sub(1).and_then(|place| chars.get(place)).copied().unwrap_or(' ');
    let spaced = chars.iter().enumerate().map(|(place, &c)| match c {
        ',' if last(place).is_ascii_digit() && next(place).is_ascii_digit() => c,
        ':' if last(place).is_alphanumeric() && next(place).is_ascii_digit() => c,
        '(' if next(place) == ')' && last(place).is_alphanumeric() => c,
        ')' if last(place) == '(' => c,
        ',' | ';' | ':' | '!' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '"' | '\'' | '`'
        | '“' | '”' | '…' | '–' | '—' => ' ',
        c => c,
    });
    spaced.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_keep_what_joins_them() {
        #[track_caller]
        fn check(text: &str, expected: &[&str]) {
            let tokens = Tokens::read(text);
            assert_eq!(tokens.0.iter().map(|token| token.text.as_str()).collect::<Vec<_>>(), expected);
        }
        check("Is notes/store.py:38 bad?", &["is", "notes/store.py", "line", "38", "bad"]);
        check("it isn’t non-critical.", &["it", "is", "not", "not", "critical"]);
        check("pull request 1,000, (please)", &["pull", "request", "1,000", "please"]);
        check("acme/other#2: find_user() dont", &["acme/other#2", "find_user()", "not"]);
        check("", &[]);
    }
}
