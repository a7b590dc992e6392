//! Edits as byte ranges, applied from the end, so that no edit moves another one's place.

use std::ops::Range;

use similar::{ChangeTag, TextDiff};

/// Lines around a change that a diff shows.
const CONTEXT_LINES: usize = 3;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// Bytes of the source as it was.
    pub(crate) range: Range<usize>,
    pub(crate) text: String,
}

impl Edit {
    pub(crate) fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }

    pub(super) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { range: at..at, text: text.into() }
    }
}

pub(super) struct Diff {
    /// Unified, with `a/` and `b/` before the path.
    pub(super) text: String,
    /// Added plus removed.
    pub(super) lines_changed: u64,
}

/// The source with every edit; of two that overlap only the later one.
pub(crate) fn apply(source: &str, edits: &[Edit]) -> String {
    let mut order: Vec<&Edit> = edits.iter().collect();
    order.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut untouched = source.len();
    order = order.into_iter().rev().collect();
    order.retain(|edit| {
        let fits = edit.range.end <= untouched && source.get(edit.range.clone()).is_some();
        if fits {
            untouched = edit.range.start;
        }
        fits
    });
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    for edit in order.into_iter().rev() {
        out.push_str(&source[at..edit.range.start]);
        out.push_str(&edit.text);
        at = edit.range.end;
    }
    out.push_str(&source[at..]);
    out
}

/// Where the edits' texts stand in what [`apply`] made.
pub(super) fn places(edits: &[Edit]) -> Vec<Range<usize>> {
    let mut order: Vec<&Edit> = edits.iter().collect();
    order.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let (mut added, mut removed) = (0, 0);
    let mut places = Vec::new();
    for edit in order {
        let start = edit.range.start + added - removed;
        places.push(start..start + edit.text.len());
        added += edit.text.len();
        removed += edit.range.len();
    }
    places
}

pub(super) fn diff(path: &str, before: &str, after: &str) -> Diff {
    let lines = TextDiff::from_lines(before, after);
    let changed = lines.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal).count();
    let text = lines
        .unified_diff()
        .context_radius(CONTEXT_LINES)
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string();
    Diff { text, lines_changed: changed as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_keep_their_places() {
        let edits = [Edit::insert(6, "!"), Edit::replace(0..1, "HH"), Edit::replace(4..5, "")];
        let after = apply("hello world", &edits);
        assert_eq!(after, "HHell !world");
        let texts: Vec<_> = places(&edits).into_iter().map(|place| &after[place]).collect();
        assert_eq!(texts, ["HH", "", "!"]);
    }

    #[test]
    fn overlapping_edits_do_not_mix() {
        let edits = [Edit::replace(0..4, "a"), Edit::replace(2..6, "b")];
        assert_eq!(apply("123456", &edits), "12b");
    }

    #[test]
    fn a_diff_counts_its_lines() {
        let diff = diff("x.py", "a\nb\nc\n", "a\nB\nc\nd\n");
        assert_eq!(diff.lines_changed, 3);
        assert!(diff.text.starts_with("--- a/x.py\n+++ b/x.py\n@@"), "{}", diff.text);
    }
}
