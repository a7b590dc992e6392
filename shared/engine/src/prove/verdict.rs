//! From what the runs of a test reported to a judgement: pure, and on the safe side.

use std::collections::BTreeMap;

/// One run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// What each hostile input came to, by the input's name: `code`, `data`, `refused`, `seen`, `broken: why`,
    /// `unreached: why`.
    Attempts(BTreeMap<String, String>),
    /// The function could not be called.
    NotCallable(String),
    /// The run did not come to its end.
    Stopped(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    Proved(String),
    /// It ran, and the fix made no difference that can be seen.
    NoDifference(String),
    /// It fails with the fix.
    Contradicted(String),
    /// It ran, and says nothing.
    Unknown(String),
    /// There was no test to run.
    NotTried(String),
}

impl Report {
    pub(super) fn has_code(&self) -> bool {
        matches!(self, Self::Attempts(attempts) if attempts.values().any(|verdict| verdict == "code"))
    }

    /// The same, without the words that may differ between runs.
    fn kinds(&self) -> Option<BTreeMap<&str, &str>> {
        match self {
            Self::Attempts(attempts) => {
                Some(attempts.iter().map(|(name, verdict)| (name.as_str(), kind(verdict))).collect())
            }
            Self::NotCallable(_) | Self::Stopped(_) => None,
        }
    }
}

/// What follows from the runs before the fix and the runs after it; the latter are only looked at if the weakness showed
/// before.
pub(super) fn judge(before: &[Report], after: &[Report]) -> Judgement {
    let attempts = match before.first() {
        Some(Report::Attempts(attempts)) => attempts,
        Some(Report::NotCallable(reason)) => {
            return Judgement::Unknown(format!("not callable alone: {reason}"));
        }
        Some(Report::Stopped(reason)) => return Judgement::Unknown(reason.clone()),
        None => return Judgement::Unknown("no time was left for it".to_owned()),
    };
    let code: Vec<&str> =
        attempts.iter().filter(|(_, verdict)| *verdict == "code").map(|(name, _)| name.as_str()).collect();
    if code.is_empty() {
        return without_code(attempts);
    }
    if let Some(Report::Stopped(reason)) =
        before.iter().chain(after).find(|run| matches!(run, Report::Stopped(_)))
    {
        return Judgement::Unknown(reason.clone());
    }
    if !is_steady(before) || !is_steady(after) {
        return Judgement::Unknown("not steady: the runs differ".to_owned());
    }
    match after.first() {
        Some(Report::Attempts(attempts)) => compare(&code, attempts, before.len()),
        // It could be called before.
        Some(Report::NotCallable(reason)) => Judgement::Contradicted(format!("with the fix, {reason}")),
        Some(Report::Stopped(reason)) => Judgement::Unknown(reason.clone()),
        None => Judgement::Unknown("no time was left for it".to_owned()),
    }
}

fn without_code(attempts: &BTreeMap<String, String>) -> Judgement {
    if attempts.values().any(|verdict| matches!(kind(verdict), "data" | "seen" | "refused")) {
        return Judgement::NoDifference(
            "it ran, and hostile input is no code before the fix either".to_owned(),
        );
    }
    let why = attempts.values().next().map_or("nothing to call it with", |verdict| reason(verdict));
    Judgement::Unknown(format!("not callable alone: {why}"))
}

fn compare(code: &[&str], after: &BTreeMap<String, String>, runs: usize) -> Judgement {
    let verdicts: Vec<&str> =
        code.iter().map(|name| after.get(*name).map_or("unreached: not tried", String::as_str)).collect();
    let count = |wanted: &[&str]| verdicts.iter().filter(|verdict| wanted.contains(&kind(verdict))).count();
    let (all, good, still) = (verdicts.len(), count(&["data", "refused"]), count(&["code"]));
    if let Some(broken) = verdicts.iter().find(|verdict| kind(verdict) == "broken") {
        return Judgement::Contradicted(format!("with the fix the function breaks: {}", reason(broken)));
    }
    if good == all {
        let how = if count(&["refused"]) == all { "refused" } else { "data" };
        return Judgement::Proved(format!(
            "hostile input is code before the fix and {how} after it: {all} way(s) to call it, {runs} runs each"
        ));
    }
    if still == all {
        return Judgement::Contradicted("hostile input is still code with the fix".to_owned());
    }
    if still > 0 {
        return Judgement::NoDifference(format!(
            "hostile input is still code in {still} of {all} ways to call it"
        ));
    }
    let why = verdicts.iter().find(|verdict| !matches!(kind(verdict), "data" | "refused"));
    Judgement::Unknown(format!("the sink is not reached with the fix: {}", why.map_or("", |why| reason(why))))
}

fn is_steady(runs: &[Report]) -> bool {
    runs.windows(2).all(|pair| pair[0].kinds() == pair[1].kinds())
}

fn kind(verdict: &str) -> &str {
    verdict.split(':').next().unwrap_or(verdict)
}

fn reason(verdict: &str) -> &str {
    verdict.split_once(": ").map_or(verdict, |(_, reason)| reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(attempts: &[(&str, &str)]) -> Report {
        let owned = attempts.iter().map(|(name, verdict)| ((*name).to_owned(), (*verdict).to_owned()));
        Report::Attempts(owned.collect())
    }

    fn word(judgement: &Judgement) -> &'static str {
        match judgement {
            Judgement::Proved(_) => "proved",
            Judgement::NoDifference(_) => "no difference",
            Judgement::Contradicted(_) => "contradicted",
            Judgement::Unknown(_) => "unknown",
            Judgement::NotTried(_) => "not tried",
        }
    }

    /// Three equal runs on each side, of the inputs `a` and `b`.
    #[track_caller]
    fn check(before: [&str; 2], after: [&str; 2], expected: &str, words: &str) {
        let three = |[a, b]: [&str; 2]| vec![run(&[("a", a), ("b", b)]); 3];
        let judgement = judge(&three(before), &three(after));
        assert_eq!(word(&judgement), expected, "{judgement:?}");
        assert!(format!("{judgement:?}").contains(words), "{judgement:?}");
    }

    #[test]
    fn only_a_full_difference_is_proof() {
        check(["code", "code"], ["data", "data"], "proved", "data after it");
        check(["code", "code"], ["refused", "refused"], "proved", "refused after it");
        check(["code", "code"], ["data", "refused"], "proved", "2 way(s)");
        check(["code", "unreached: x"], ["data", "code"], "proved", "1 way(s)");
        check(["code", "code"], ["code", "code"], "contradicted", "still code");
        check(["code", "code"], ["data", "broken: NameError: x"], "contradicted", "NameError: x");
        check(["code", "code"], ["data", "code"], "no difference", "1 of 2");
        check(["code", "code"], ["data", "seen"], "unknown", "not reached");
        check(["code", "code"], ["data", "unreached: KeyError"], "unknown", "KeyError");
        check(["data", "seen"], ["data", "seen"], "no difference", "no code before");
        check(
            ["unreached: no file", "broken: x"],
            ["data", "data"],
            "unknown",
            "not callable alone: no file",
        );
    }

    #[test]
    fn what_did_not_end_or_is_not_steady_proves_nothing() {
        let (code, data) = (run(&[("a", "code")]), run(&[("a", "data")]));
        let stopped = Report::Stopped("stopped: over the limit of time".to_owned());
        let not_callable = Report::NotCallable("no such module".to_owned());
        let of = |before: &[&Report], after: &[&Report]| {
            let owned = |runs: &[&Report]| runs.iter().map(|run| (*run).clone()).collect::<Vec<_>>();
            word(&judge(&owned(before), &owned(after)))
        };
        assert_eq!(of(&[&code, &code, &code], &[&data, &code, &data]), "unknown");
        assert_eq!(of(&[&code, &data, &code], &[&data, &data, &data]), "unknown");
        assert_eq!(of(&[&code, &code, &code], &[&data, &data, &stopped]), "unknown");
        assert_eq!(of(&[&code, &code, &code], &[&not_callable; 3]), "contradicted");
        assert_eq!(of(&[&not_callable], &[]), "unknown");
        assert_eq!(of(&[&stopped], &[]), "unknown");
        assert_eq!(of(&[&code, &code, &code], &[]), "unknown");
        assert_eq!(of(&[], &[]), "unknown");
    }
}
