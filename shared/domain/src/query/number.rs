//! Which pull request a question names, by its number.

/// As in `pull request 7`, `PR 7`, `pr-7`, `pull/7`, `#7`.
pub(super) fn pull(words: &[String], text: &str) -> Option<u64> {
    let number = |word: &String| word.parse::<u64>().ok().filter(|number| *number > 0);
    let after = |place: usize| words.get(place + 1).and_then(number);
    let named = words.iter().enumerate().find_map(|(place, word)| match word.as_str() {
        "pr" | "mr" | "pull" | "pulls" => after(place),
        "request" if place > 0 && ["pull", "merge"].contains(&words[place - 1].as_str()) => after(place),
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

/// Whether what stands where a pull request's number is expected looks like a number, and is not one that is counted with.
pub(super) fn is_wrong(names: &[String]) -> bool {
    const KINDS: [&str; 5] = ["merge", "mr", "pr", "pull", "pulls"];
    const BEFORE: [&str; 7] = ["mr", "no", "number", "pr", "pull", "pulls", "request"];
    let of_pulls = names.iter().any(|name| KINDS.contains(&name.as_str()));
    let is_odd = |text: &str| {
        let digits = text.trim_start_matches(['-', '+', '−']);
        digits.starts_with(|c: char| c.is_ascii_digit())
            && !text.contains(char::is_alphabetic)
            && !text.parse::<u64>().is_ok_and(|number| number > 0)
    };
    names.iter().enumerate().any(|(place, name)| {
        let after = of_pulls && place > 0 && BEFORE.contains(&names[place - 1].as_str());
        let joined = name.strip_prefix("pr").map(|rest| rest.strip_prefix(['#', '-']).unwrap_or(rest));
        let number = name.strip_prefix('#').or(joined).or(after.then_some(name.as_str()));
        number.is_some_and(is_odd)
    })
}

#[cfg(test)]
mod tests {
    use crate::query::Question;

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
        check("merge request 8", Some(8));
        check("may I request 5 keys", None);
        check("pull request 0", None);
        check("#", None);
        check("pull request 99999999999999999999999", None);
        check("pull request -1", None);
    }

    #[test]
    fn numbers_that_no_pull_request_has() {
        #[track_caller]
        fn check(text: &str, expected: bool) {
            let question = Question::read(text);
            assert_eq!((question.misnumbered, question.pull.is_none()), (expected, expected), "{text}");
        }
        for odd in [
            "pull request -1",
            "How did PR -7 go?",
            "findings of pull request #-1",
            "pull request 0",
            "PR 1.5",
            "pr#0",
            "PR-0",
            "PR--7",
            "merge request number -3",
            "what about #0?",
            "pull request 99999999999999999999999",
        ] {
            check(odd, true);
        }
        for fine in ["pull request 1.", "PR-7", "pr#7, please", "#9", "(pull request 3)", "acme/web/pull/41"]
        {
            check(fine, false);
        }
    }
}
