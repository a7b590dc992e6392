//! Reads restrictions out of a question's tokens, and what is negated.
//!
//! A negation belongs to the restriction that follows it, with nothing between but words that say nothing. One that
//! finds none stays unexplained, so that whoever answers is unsure.

use std::collections::BTreeSet;

use super::number::{Number, number};
use super::restriction::{Dimension, Fix, Outcome, Restriction, What, is_file};
use super::token::{Tokens, is_any, says_nothing};
use super::weakness;
use crate::results::Severity::{self, Critical, High, Low, Medium};

/// What findings are called.
pub(super) const NOUNS: &[&str] = &[
    "finding",
    "vulnerability",
    "vulnerable",
    "weakness",
    "issue",
    "problem",
    "flaw",
    "bug",
    "ones",
    "hole",
];
/// Between a negation and what it negates.
const BETWEEN: &[&str] = &[
    "a", "an", "any", "at", "been", "being", "by", "for", "from", "have", "in", "of", "on", "severity",
    "some", "still", "the", "those", "with", "yet",
];
const ASKING: &[&str] = &["are", "did", "do", "does", "has", "have", "is", "was", "were"];

/// Takes what restricts the answer out of the tokens.
pub(super) fn restrictions(tokens: &mut Tokens) -> Vec<Restriction> {
    let about_findings = (0..tokens.len()).any(|at| {
        is_any(tokens.at(at), NOUNS)
            || tokens.at(at) == "fix"
            || tokens.at(at).starts_with("cwe")
            || kind(tokens, at).is_some()
    });
    let mut found: Vec<Restriction> = Vec::new();
    let mut negation: Option<std::ops::Range<usize>> = None;
    // What the one before was, where this one is joined to it by `or` and the like.
    let mut joined: Option<(Dimension, bool)> = None;
    let mut last: Option<(Dimension, bool)> = None;
    let mut at = 0;
    while at < tokens.len() {
        if tokens.is_used(at) {
            (negation, last, joined) = (None, None, None);
            at += 1;
            continue;
        }
        let long = negates(tokens, at);
        if long > 0 {
            negation = Some(at..at + long);
            at += long;
            continue;
        }
        if let Some((what, reversed, long)) = one(tokens, at, negation.is_some(), about_findings) {
            let dimension = what.dimension();
            let carried = joined.is_some_and(|(before, negated)| negated && before == dimension);
            let says_no = negation.is_some() || carried;
            let start = negation.take().map_or(at, |places| places.start);
            let words = (start..at + long).map(|place| tokens.at(place)).collect::<Vec<_>>().join(" ");
            tokens.mark(start..at + long);
            found.push(Restriction { what, negated: says_no != reversed, words });
            (last, joined) = (Some((dimension, says_no)), None);
            at += long;
            continue;
        }
        let word = tokens.at(at).to_owned();
        let word = word.as_str();
        if ["and", "nor", "or"].contains(&word) {
            joined = last;
            if word == "nor" && joined.is_some() {
                tokens.mark(at..at + 1);
            }
        } else if !BETWEEN.contains(&word) {
            (negation, last, joined) = (None, None, None);
        }
        at += 1;
    }
    found
}

/// How many tokens negate here. Who asks `isn't it …?` means that it is.
fn negates(tokens: &Tokens, at: usize) -> usize {
    match (tokens.at(at), tokens.at(at + 1)) {
        ("not", _) if at == 1 && ASKING.contains(&tokens.at(0)) => 0,
        ("not", "in") => 1,
        ("no", next) if ["fix", "fixes", "verified"].contains(&next) => 1,
        ("other" | "rather", "than") | ("apart" | "aside", "from") | ("but", "not") | ("instead", "of") => 2,
        (
            "not" | "without" | "except" | "excluding" | "besides" | "neither" | "lack" | "lacking" | "never",
            _,
        ) => 1,
        _ => 0,
    }
}

/// The restriction that begins here, whether its words turn it around, and how many they are.
fn one(tokens: &Tokens, at: usize, negated: bool, about_findings: bool) -> Option<(What, bool, usize)> {
    let plain = |(what, long)| (what, false, long);
    severities(tokens, at)
        .map(plain)
        .or_else(|| cwe(tokens, at).map(plain))
        .or_else(|| kind(tokens, at).map(plain))
        .or_else(|| file(tokens, at).map(plain))
        .or_else(|| function(tokens, at).map(plain))
        .or_else(|| fix(tokens, at, negated, about_findings))
        .or_else(|| state(tokens.at(at)).map(|(what, reversed)| (what, reversed, 1)))
}

fn severity(word: &str) -> Option<Severity> {
    match word {
        "critical" | "criticals" => Some(Critical),
        "high" | "highs" => Some(High),
        "medium" | "mediums" | "moderate" => Some(Medium),
        "low" | "lows" => Some(Low),
        _ => None,
    }
}

const LESS: &[&str] = &["below", "beneath", "down", "fewer", "less", "lower", "milder", "under"];
const MORE: &[&str] = &["above", "exceeding", "greater", "higher", "more", "over", "up", "worse"];

/// As in `critical`, `at least high`, `lower than high`, `medium or worse`.
fn severities(tokens: &Tokens, at: usize) -> Option<(What, usize)> {
    let of = |fits: &dyn Fn(Severity) -> bool| -> BTreeSet<Severity> {
        [Low, Medium, High, Critical].into_iter().filter(|one| fits(*one)).collect()
    };
    let (word, next) = (tokens.at(at), tokens.at(at + 1));
    if let Some(bound) = severity(word) {
        let side = tokens.at(at + 2);
        let joins = ["and", "or"].contains(&next);
        return Some(match () {
            () if joins && MORE.contains(&side) => (What::Severity(of(&|one| one >= bound)), 3),
            () if joins && LESS.contains(&side) => (What::Severity(of(&|one| one <= bound)), 3),
            () => (What::Severity(BTreeSet::from([bound])), 1),
        });
    }
    // Words of the comparison, then the bound.
    let opens = match (word, next) {
        ("at", "least" | "most") | ("up", "to") => 2,
        ("minimum" | "maximum", _) => 1,
        (word, _) if LESS.contains(&word) || MORE.contains(&word) => {
            let filled = ["dangerous", "serious", "severe"].contains(&next);
            let after = at + 1 + usize::from(filled);
            1 + usize::from(filled) + usize::from(tokens.at(after) == "than")
        }
        _ => return None,
    };
    let bound = severity(tokens.at(at + opens))?;
    let fits = match (word, next) {
        ("at", "least") | ("minimum", _) => of(&|one| one >= bound),
        ("at", "most") | ("up", "to") | ("maximum", _) => of(&|one| one <= bound),
        (word, _) if LESS.contains(&word) => of(&|one| one < bound),
        _ => of(&|one| one > bound),
    };
    Some((What::Severity(fits), opens + 1))
}

fn cwe(tokens: &Tokens, at: usize) -> Option<(What, usize)> {
    let rest = tokens.at(at).strip_prefix("cwe")?.trim_start_matches('-');
    let (digits, long) = if rest.is_empty() { (tokens.at(at + 1), 2) } else { (rest, 1) };
    digits.parse().ok().map(|number| (What::Cwe(number), long))
}

fn kind(tokens: &Tokens, at: usize) -> Option<(What, usize)> {
    let following = (at..tokens.len()).map(|place| tokens.at(place));
    weakness::named(following).map(|(kind, long)| (What::Kind(kind), long))
}

/// A file or folder, or a line.
fn file(tokens: &Tokens, at: usize) -> Option<(What, usize)> {
    let word = tokens.at(at);
    if ["line", "lines"].contains(&word) {
        return match number(tokens.at(at + 1)) {
            Number::Is(line) => Some((What::Line(line), 2)),
            Number::Odd | Number::None => None,
        };
    }
    if is_file(word) || (word.len() > 1 && word.ends_with('/')) || word.matches('/').count() > 1 {
        return Some((What::File(word.to_owned()), 1));
    }
    None
}

/// As in `find_user`, `find_user()`, `function search`.
fn function(tokens: &Tokens, at: usize) -> Option<(What, usize)> {
    let word = tokens.at(at);
    if let Some(name) = word.strip_suffix("()").or_else(|| Some(word).filter(|word| is_identifier(word))) {
        return Some((What::Function(name.to_owned()), 1));
    }
    let next = tokens.at(at + 1).trim_end_matches("()");
    let names = ["function", "method"].contains(&word) && !next.is_empty() && !says_nothing(next);
    names.then(|| (What::Function(next.to_owned()), 2))
}

fn is_identifier(word: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    const IDS: [&str; 5] = ["wh_", "qry_", "ses_", "msg_", "dlv_"];
    word.contains('_') && word.chars().all(fits) && !IDS.iter().any(|id| word.starts_with(id))
}

/// How the fixes are that are asked about. `Open` and `left` may be said of anything: only of findings they say this.
fn fix(tokens: &Tokens, at: usize, negated: bool, about_findings: bool) -> Option<(What, bool, usize)> {
    let (word, before) = (tokens.at(at), tokens.before(at));
    let committed = What::Fix(Fix::Committed);
    match word {
        "fixed" | "resolved" | "solved" | "patched" | "repaired" | "remediated" | "committed" => {
            Some((committed, false, 1))
        }
        "unfixed" | "unresolved" | "unsolved" | "unpatched" | "outstanding" => Some((committed, true, 1)),
        "open" | "left" | "remain" | "remaining" | "remains" if about_findings => Some((committed, true, 1)),
        "verified" | "fixable" => Some((What::Fix(Fix::Verified), false, 1)),
        "fix" | "fixes"
            if negated
                || (before == "a" && is_any(tokens.at(at.saturating_sub(2)), &["have", "has", "with"])) =>
        {
            Some((What::Fix(Fix::Verified), false, 1))
        }
        "introduced" => Some((What::Introduced, false, 1)),
        "new" if is_any(tokens.at(at + 1), NOUNS) => Some((What::Introduced, false, 1)),
        _ => None,
    }
}

/// As a run ended, and as a webhook is.
fn state(word: &str) -> Option<(What, bool)> {
    let outcome = |outcome| Some((What::Outcome(outcome), false));
    match word {
        "active" | "enabled" => Some((What::Active, false)),
        "inactive" | "disabled" | "paused" => Some((What::Active, true)),
        "running" | "pending" | "ongoing" | "unfinished" => outcome(Outcome::Unfinished),
        word if is_any(word, &["fail", "failure", "crash", "red", "unsuccessful"]) => {
            outcome(Outcome::Failed)
        }
        word if is_any(word, &["pass", "succeed", "success", "successful", "complete", "green"]) => {
            outcome(Outcome::Passed)
        }
        _ => None,
    }
}
