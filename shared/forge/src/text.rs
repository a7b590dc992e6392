//! Texts cut to a forge's limits.

const CUT: &str = "\n\n… (cut)";

/// The text itself if it has at most `limit` bytes, else its beginning with a mark. Never splits a character.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let mark = if CUT.len() <= limit { CUT } else { "" };
    let room = limit - mark.len();
    let end = (0..=room).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    format!("{}{mark}", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, limit: usize, expected: &str) {
        let short = cut(text, limit);
        assert_eq!(short, expected);
        assert!(short.len() <= limit);
    }

    #[test]
    fn cuts_at_characters() {
        check("short", 5, "short");
        check("", 0, "");
        check(&"é".repeat(20), 20, "éééé\n\n… (cut)");
        check(&"é".repeat(20), 21, "ééééé\n\n… (cut)");
        check("éé", 3, "é");
    }
}
