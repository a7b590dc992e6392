//! Whether text that is put together leads where its first part says, whatever follows: `https://host/` + x goes to that
//! host, `/users/` + x stays on the site, `/` + x and `https://` + x may go anywhere.

use super::super::value::{Traits, Value};

/// Stands for a part that is not known, and that no outsider chose.
const UNKNOWN: char = '\u{1}';
/// More of a beginning than any address needs.
const LONGEST: usize = 512;

/// The parts of a text up to the first one that an outsider chose.
#[derive(Default)]
pub(super) struct Lead {
    text: String,
    state: State,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// No part from outside yet.
    #[default]
    Own,
    Anchored,
    Loose,
}

impl Lead {
    pub(super) fn add(&mut self, part: &Value) {
        if self.state != State::Own || self.text.len() > LONGEST {
            return;
        }
        if part.traits.has(Traits::ANCHORED) {
            self.state = State::Anchored;
        } else if let Some(text) = part.text() {
            self.text.push_str(text);
        } else if part.all_taint().is_clean() {
            self.text.push(UNKNOWN);
        } else {
            self.state = if leads(&self.text) { State::Anchored } else { State::Loose };
        }
    }

    /// Also of text of which no part came from outside yet: what is added to it changes nothing.
    pub(super) fn is_anchored(&self) -> bool {
        match self.state {
            State::Own => leads(&self.text),
            State::Anchored => true,
            State::Loose => false,
        }
    }
}

/// Whether whatever is added to `text`, the beginning of an address, stays where that leads.
pub(super) fn leads(text: &str) -> bool {
    if let Some((_, rest)) = text.split_once("://") {
        return rest.find(['/', '?', '#']).is_some_and(|at| at > 0);
    }
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some('/'), Some(second)) => !matches!(second, '/' | '\\'),
        (Some('?' | '#'), _) => true,
        (Some('.'), Some(_)) => text.contains('/'),
        (Some(first), _) if first == UNKNOWN || first.is_ascii_alphanumeric() => {
            text.find(['/', '?', '#']).is_some_and(|at| !text[..at].contains(':'))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::leads;

    #[test]
    fn a_beginning_leads_or_does_not() {
        for text in
            ["https://a.example/", "https://\u{1}/x/", "/users/", "\u{1}/items/", "items/", "?a=", "../a/"]
        {
            assert!(leads(text), "{text}");
        }
        for text in
            ["", "/", "//", "https://", "https://a.example", "\u{1}", "javascript:", "/\\", "data:text/"]
        {
            assert!(!leads(text), "{text}");
        }
    }
}
