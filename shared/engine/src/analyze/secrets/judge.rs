//! Whether what looks like a secret is one.

use super::load::Rule;
use crate::analyze::skip;

/// What people write where a secret would stand.
const PLACEHOLDERS: [&str; 30] = [
    "example",
    "changeme",
    "change_me",
    "change-me",
    "placeholder",
    "replace",
    "insert",
    "your",
    "xxxx",
    "****",
    "....",
    "dummy",
    "sample",
    "fake",
    "mock",
    "todo",
    "fixme",
    "redacted",
    "hidden",
    "removed",
    "none",
    "null",
    "undefined",
    "abcdef",
    "12345678",
    "deadbeef",
    "foobar",
    "lorem",
    "not-a-",
    "notasecret",
];
/// Passwords that everybody knows to be no secret.
const COMMON: [&str; 14] = [
    "password", "passw0rd", "secret", "postgres", "mysql", "root", "admin", "guest", "test", "user", "pass",
    "default", "token", "minio",
];
/// Names and endings of files that hold nothing but hashes and addresses.
const DATA: [&str; 16] = [
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "Cargo.lock",
    "go.sum",
    "poetry.lock",
    "Pipfile.lock",
    "composer.lock",
    "Gemfile.lock",
    "uv.lock",
    ".min.js",
    ".map",
    ".svg",
    ".css",
    ".sum",
];

pub(super) fn is_data(path: &str) -> bool {
    DATA.iter().any(|ending| path.ends_with(ending))
}

/// In documents and templates people write what would stand there.
pub(super) fn is_for_show(path: &str) -> bool {
    let endings = [".md", ".rst", ".adoc", ".txt", ".example", ".sample", ".template", ".dist"];
    skip::is_test(path) || endings.iter().any(|ending| path.ends_with(ending))
}

pub(super) fn is_secret(rule: &Rule, secret: &[u8]) -> bool {
    let Ok(secret) = str::from_utf8(secret) else { return false };
    let lower = secret.to_ascii_lowercase();
    if rule.entropy > 0.0 && PLACEHOLDERS.iter().any(|word| lower.contains(word)) {
        return false;
    }
    if rule.password
        && COMMON.iter().any(|word| lower.trim_end_matches(|c: char| c.is_ascii_digit()) == *word)
    {
        return false;
    }
    if rule.random && !is_random(secret) {
        return false;
    }
    entropy(secret.as_bytes()) >= rule.entropy
}

/// Digits among letters and no words, paths, calls or names of things.
fn is_random(secret: &str) -> bool {
    let digits = secret.bytes().filter(u8::is_ascii_digit).count();
    let letters = secret.bytes().filter(u8::is_ascii_alphabetic).count();
    let other = secret.len() - digits - letters;
    let is_code = secret.contains(['(', ')', '[', ']', '\\', '|', '*', '?'])
        || secret.contains("::")
        || secret.contains("->");
    let is_place = secret.contains("://")
        || secret.starts_with(['/', '.', '@', '~', '%', '#', '&'])
        || secret.matches('/').count() > 2;
    digits >= 2 && letters >= 2 && other * 3 <= secret.len() && !is_code && !is_place && !is_wordy(secret)
}

/// Names read so: long runs of letters in one case between few digits.
fn is_wordy(secret: &str) -> bool {
    let words = secret.split(|c: char| !c.is_ascii_lowercase()).filter(|word| word.len() >= 5);
    let upper = secret.split(|c: char| !c.is_ascii_uppercase()).filter(|word| word.len() >= 6);
    let in_words: usize = words.chain(upper).map(str::len).sum();
    in_words * 2 > secret.len()
}

/// Shannon's, in bits for each byte.
#[expect(clippy::cast_precision_loss, reason = "a secret is far shorter than 2^52 bytes")]
pub(super) fn entropy(secret: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in secret {
        counts[usize::from(*byte)] += 1;
    }
    let length = secret.len() as f64;
    let bits = |count: &u32| {
        let share = f64::from(*count) / length;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(bits).sum()
}
