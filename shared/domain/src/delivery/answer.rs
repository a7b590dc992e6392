//! What of an endpoint's answer may be kept: it is shown to the subscription's owner, and may hold a session of theirs.

use std::collections::BTreeMap;

const MOST_HEADERS: usize = 40;
const LONGEST_VALUE: usize = 256;
const REDACTED: &str = "[redacted]";
/// A header with one of these in its name carries, or asks for, a credential.
const TELLING: [&str; 6] = ["auth", "cookie", "key", "secret", "session", "token"];

/// The headers of an answer, by name in lower case: a bounded number, shortened, without what is secret.
pub fn kept_headers<'a>(headers: impl Iterator<Item = (&'a str, &'a [u8])>) -> BTreeMap<String, String> {
    let one = |(name, value): (&str, &[u8])| {
        let name = name.to_ascii_lowercase();
        let value = if TELLING.iter().any(|word| name.contains(word)) {
            REDACTED.to_owned()
        } else {
            String::from_utf8_lossy(value).chars().take(LONGEST_VALUE).collect()
        };
        (name, value)
    };
    headers.take(MOST_HEADERS).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, value: &str, expected: &str) {
        let kept = kept_headers([(name, value.as_bytes())].into_iter());
        assert_eq!(kept.into_values().collect::<Vec<_>>(), [expected], "{name}");
    }

    #[test]
    fn credentials_are_not_kept() {
        check("Content-Type", "text/plain", "text/plain");
        check("Set-Cookie", "sid=1", REDACTED);
        check("WWW-Authenticate", "Basic", REDACTED);
        check("X-Amz-Security-Token", "x", REDACTED);
        check("X-Api-Key", "x", REDACTED);
        check("server", &"x".repeat(1000), &"x".repeat(256));
    }

    #[test]
    fn headers_do_not_pile_up() {
        let names: Vec<String> = (0..1000).map(|n| format!("x-{n}")).collect();
        let kept = kept_headers(names.iter().map(|name| (name.as_str(), &b"v"[..])));
        assert_eq!(kept.len(), MOST_HEADERS);
    }
}
