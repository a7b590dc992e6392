//! Which runs a question names: by repository, pull request, branch, commit or id.

use super::number::{Number, number, pull};
use super::restriction::is_file;
use super::token::{Tokens, says_nothing};

/// What a question names. Whatever of it is unknown, nothing is answered about anything else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// `owner/name`, or the name alone.
    pub repository: Option<String>,
    pub pull: Option<u64>,
    pub branch: Option<String>,
    /// At least its first digits.
    pub commit: Option<String>,
    pub run: Option<String>,
    /// What stands where a number is expected, and is the number of nothing.
    pub odd: Option<String>,
}

/// Words with a stroke that are no repositories.
const ALTERNATIVES: [&str; 8] =
    ["and/or", "ci/cd", "either/or", "open/closed", "pass/fail", "read/write", "true/false", "yes/no"];
const TRUNKS: [&str; 4] = ["develop", "main", "master", "trunk"];
const INTO: [&str; 9] = ["about", "for", "from", "in", "is", "my", "of", "on", "the"];

impl Place {
    /// Takes what names a place out of the tokens. A second name of one kind is left: nobody answers about both.
    pub(super) fn take(tokens: &mut Tokens) -> Self {
        let mut place = Self::default();
        let mut at = 0;
        while at < tokens.len() {
            let taken = place.take_at(tokens, at);
            tokens.mark(at..at + taken);
            at += taken.max(1);
        }
        place
    }

    pub fn is_named(&self) -> bool {
        *self != Self::default()
    }

    fn take_at(&mut self, tokens: &Tokens, at: usize) -> usize {
        if let Some((found, long)) = pull(tokens, at) {
            let text = tokens.at(at + long - 1).to_owned();
            return if self.numbered(found, &text) { long } else { 0 };
        }
        let (word, next) = (tokens.at(at), tokens.at(at + 1));
        match word {
            "run" | "runs" if number(next) == Number::Odd || next.parse::<u64>().is_ok() => {
                self.odd.get_or_insert_with(|| next.to_owned());
                2
            }
            "branch" if !says_nothing(next) && !next.is_empty() && !is_verb(next) => {
                usize::from(put(&mut self.branch, next)) * 2
            }
            "repo" | "repository" | "project"
                if INTO.contains(&tokens.before(at))
                    && !says_nothing(next)
                    && !next.is_empty()
                    && !is_verb(next) =>
            {
                usize::from(put(&mut self.repository, next.trim_matches('/'))) * 2
            }
            "commit" if is_hex(next) => usize::from(put(&mut self.commit, next)) * 2,
            _ if next == "branch" && is_named_branch(word) => usize::from(put(&mut self.branch, word)) * 2,
            _ if TRUNKS.contains(&word) && INTO.contains(&tokens.before(at)) && next != "branch" => {
                usize::from(put(&mut self.branch, word))
            }
            _ if word.starts_with("run_") || word.starts_with("task_") => {
                usize::from(put(&mut self.run, word))
            }
            _ if is_hex(word) && word.len() >= 7 && word.contains(|c: char| c.is_ascii_digit()) => {
                usize::from(put(&mut self.commit, word))
            }
            _ => usize::from(self.take_path(word)),
        }
    }

    /// As `acme/web`, `acme/web#2`, `https://forge.example/acme/web/pull/2`.
    fn take_path(&mut self, word: &str) -> bool {
        let bare = word.trim_start_matches("https").trim_start_matches("http").trim_start_matches(':');
        let parts: Vec<&str> = bare.trim_matches('/').split('/').collect();
        let kind = parts.iter().position(|part| ["pull", "pulls", "merge_requests"].contains(part));
        if let Some(kind) = kind.filter(|kind| *kind >= 2 && parts.len() > kind + 1) {
            let name = format!("{}/{}", parts[kind - 2], parts[kind - 1]);
            return put(&mut self.repository, &name) && self.numbered(number(parts[kind + 1]), word);
        }
        let (name, hash) = word.split_once('#').map_or((word, None), |(name, hash)| (name, Some(hash)));
        if !is_repository(name) || !put(&mut self.repository, name) {
            return false;
        }
        hash.is_none_or(|hash| self.numbered(number(hash), word))
    }

    fn numbered(&mut self, found: Number, text: &str) -> bool {
        match found {
            Number::Is(one) if self.pull.is_none_or(|pull| pull == one) => {
                self.pull = Some(one);
                true
            }
            Number::Odd => {
                self.odd.get_or_insert_with(|| text.to_owned());
                true
            }
            Number::Is(_) | Number::None => false,
        }
    }
}

fn put(slot: &mut Option<String>, text: &str) -> bool {
    if slot.as_deref().is_some_and(|before| before != text) {
        return false;
    }
    *slot = Some(text.to_owned());
    true
}

fn is_repository(word: &str) -> bool {
    let fits =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    let both = word.split_once('/').is_some_and(|(owner, name)| fits(owner) && fits(name));
    both && !is_file(word) && !ALTERNATIVES.contains(&word) && word.contains(char::is_alphabetic)
}

fn is_hex(word: &str) -> bool {
    (4..=40).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_named_branch(word: &str) -> bool {
    const NO_NAMES: [&str; 5] = ["another", "default", "each", "every", "same"];
    !word.is_empty() && !says_nothing(word) && !NO_NAMES.contains(&word)
}

/// What may follow a noun and is no name.
fn is_verb(word: &str) -> bool {
    const VERBS: [&str; 14] = [
        "connected",
        "fail",
        "failed",
        "failing",
        "has",
        "name",
        "named",
        "names",
        "pass",
        "passed",
        "run",
        "runs",
        "sent",
        "who",
    ];
    VERBS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read() {
        #[track_caller]
        fn check(text: &str, expected: [Option<&str>; 4], left: &[&str]) {
            let mut tokens = Tokens::read(text);
            let place = Place::take(&mut tokens);
            let found =
                [&place.repository, &place.branch, &place.commit, &place.run].map(|one| one.as_deref());
            assert_eq!(found, expected, "{text}");
            assert_eq!(tokens.rest(), left, "{text}");
        }
        check("findings of acme/web", [Some("acme/web"), None, None, None], &["findings"]);
        check("findings in notes/store.py", [None; 4], &["findings", "notes/store.py"]);
        check("in the repository nowhere", [Some("nowhere"), None, None, None], &[]);
        check("which repository sells pies", [None; 4], &["repository", "sells", "pies"]);
        check("runs on branch topic-1", [None, Some("topic-1"), None, None], &["runs"]);
        check("the main branch", [None, Some("main"), None, None], &[]);
        check("is main broken", [None, Some("main"), None, None], &["broken"]);
        check("commit deadbeef", [None, None, Some("deadbeef"), None], &[]);
        check("run_4g5bq failed", [None, None, None, Some("run_4g5bq")], &["failed"]);
        check("acme/web or acme/shop", [Some("acme/web"), None, None, None], &["acme/shop"]);
        check("PR 1 and PR 2", [None; 4], &["pr", "2"]);
        check("did it pass/fail", [None; 4], &["pass/fail"]);
    }
}
