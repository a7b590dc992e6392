//! Numbers that people write, and which pull request they name by one.

use super::token::Tokens;

/// What stands where a number is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Is(u64),
    /// It looks like a number, and is none that anything is counted with, as `-1`, `0` or `0x1`.
    Odd,
    /// It is a word.
    None,
}

const WORDS: [&str; 12] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

pub(super) fn number(text: &str) -> Number {
    if let Some(place) = WORDS.iter().position(|word| *word == text) {
        return Number::Is(place as u64 + 1);
    }
    let digits = if is_grouped(text) { text.replace(',', "") } else { text.to_owned() };
    let is_plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    match digits.parse::<u64>() {
        Ok(number) if is_plain && number > 0 => Number::Is(number),
        _ if text.trim_start_matches(['-', '+', '−', '#']).starts_with(char::is_numeric) => Number::Odd,
        _ if ["zero", "infinity", "nan"].contains(&text) => Number::Odd,
        _ => Number::None,
    }
}

/// As in `1,000`.
fn is_grouped(text: &str) -> bool {
    let mut groups = text.split(',');
    let first = groups.next().is_some_and(|first| (1..=3).contains(&first.len()));
    first && text.contains(',') && groups.all(|group| group.len() == 3)
}

/// The pull request that is named at this place, and how many tokens name it. As in `pull request 7`, `PR-7`, `#7`.
pub(super) fn pull(tokens: &Tokens, place: usize) -> Option<(Number, usize)> {
    let word = tokens.at(place);
    if let Some(rest) = word.strip_prefix('#') {
        return Some(number(rest)).filter(|found| *found != Number::None).map(|found| (found, 1));
    }
    let opens = match word {
        "pull" | "merge" if ["request", "requests"].contains(&tokens.at(place + 1)) => 2,
        "pr" | "mr" | "prs" | "mrs" | "pull" | "pulls" => 1,
        joined => return joined_to(joined).map(|found| (found, 1)),
    };
    let says = ["no", "nr", "num", "number", "numbered", "with"];
    let mut after = place + opens;
    while says.contains(&tokens.at(after))
        || (tokens.at(after) == "the" && says.contains(&tokens.at(after + 1)))
    {
        after += 1;
    }
    let text = tokens.at(after);
    match number(text.strip_prefix('#').unwrap_or(text)) {
        Number::None => None,
        found @ (Number::Is(_) | Number::Odd) => Some((found, after + 1 - place)),
    }
}

/// As in `pr7`, `pr-7`, `pr#7`, `pull/7`.
fn joined_to(word: &str) -> Option<Number> {
    let rest = ["pull/", "pulls/", "pr/", "pr", "mr"].iter().find_map(|start| word.strip_prefix(start))?;
    let rest = rest.strip_prefix(['#', '-']).unwrap_or(rest);
    let starts = rest.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit());
    starts.then(|| number(rest))
}

#[cfg(test)]
mod tests {
    use crate::query::Question;

    #[track_caller]
    fn check(text: &str, expected: Option<u64>, odd: bool) {
        let question = Question::read(text);
        assert_eq!((question.place.pull, question.place.odd.is_some()), (expected, odd), "{text}");
    }

    #[test]
    fn pull_requests_are_named_in_many_ways() {
        for (text, expected) in [
            ("which findings are critical in pull request 1?", Some(1)),
            ("Pull Request #12", Some(12)),
            ("how did PR 7 go", Some(7)),
            ("pr#7, please", Some(7)),
            ("PR-7, please", Some(7)),
            ("pr7", Some(7)),
            ("pull request number 3", Some(3)),
            ("pull request two", Some(2)),
            ("pull request 1,000", Some(1000)),
            ("(pull request 3)", Some(3)),
            ("pull/1", Some(1)),
            ("https://github.com/acme/web/pull/41", Some(41)),
            ("acme/other#2", Some(2)),
            ("what about #9?", Some(9)),
            ("merge request 8", Some(8)),
            ("the last 5 runs", None),
            ("pull request", None),
            ("may I request 5 keys", None),
            ("#", None),
        ] {
            check(text, expected, false);
        }
    }

    #[test]
    fn numbers_that_nothing_has() {
        for odd in [
            "pull request -1",
            "pull request numbered -1",
            "How did PR -7 go?",
            "findings of pull request #-1",
            "pull request 0",
            "pull/0",
            "PR 1.5",
            "PR 1e0",
            "PR 1x",
            "PR 0x1",
            "pull request ١",
            "pr#0",
            "PR-0",
            "PR--7",
            "merge request number -3",
            "what about #0?",
            "acme/web#0",
            "run -1",
            "run 7",
            "pull request 99999999999999999999999",
        ] {
            check(odd, None, true);
        }
    }
}
