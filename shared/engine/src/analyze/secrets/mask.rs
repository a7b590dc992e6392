//! Secrets made unreadable: the first characters tell people which one it is, the rest goes.

use super::hits;

/// Most of a secret that is shown.
const SHOWN: usize = 4;

/// `AKIA… (20 characters)`.
pub(crate) fn masked(secret: &str) -> String {
    let length = secret.chars().count();
    let shown: String = secret.chars().take(SHOWN.min(length / 4)).collect();
    format!("{shown}… ({length} characters)")
}

/// Any text, as a diff or a message, with every secret in it masked.
pub(crate) fn text(text: &str) -> String {
    let found = hits(text.as_bytes(), /* quoted */ false);
    let mut clean = String::with_capacity(text.len());
    let mut from = 0;
    for hit in found {
        // Shapes are of bytes: one could begin within a character.
        let (Some(before), Some(secret)) = (text.get(from..hit.range.start), text.get(hit.range.clone()))
        else {
            continue;
        };
        clean.push_str(before);
        clean.push_str(&masked(secret));
        from = hit.range.end;
    }
    clean.push_str(&text[from..]);
    clean
}
