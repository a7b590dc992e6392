//! Where the sink's statement stands, before the fix and after it.

use similar::{DiffOp, TextDiff};

use crate::analyze::unit::{Node, Unit};

/// First and last line, from 1.
pub(super) type Span = (u64, u64);

/// The lines of the smallest simple statement that holds this line; the line itself where a statement has statements in
/// it.
pub(super) fn of_statement(path: &str, source: &str, line: u64) -> Span {
    let Ok(Some(unit)) = Unit::read(path, source.as_bytes()) else { return (line, line) };
    let root = unit.root();
    let holding = root.dfs().filter(|node| {
        let (first, last) = span(node);
        first <= line && line <= last && is_statement(&node.kind())
    });
    let smallest = holding.min_by_key(|node| node.range().len());
    match smallest {
        Some(node) if !node.dfs().skip(1).any(|inner| is_block(&inner.kind())) => span(&node),
        _ => (line, line),
    }
}

/// Where these lines are in the changed text; a change in them, or at their edge, counts as theirs.
pub(super) fn after(before: &str, after: &str, (first, last): Span) -> Span {
    let diff = TextDiff::from_lines(before, after);
    let at = |line: u64| usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    let (first, last) = (at(first), at(last));
    let mut found: Option<(usize, usize)> = None;
    for op in diff.ops() {
        let (old, new) = (op.old_range(), op.new_range());
        let inside = match op {
            DiffOp::Equal { .. } => {
                let from = first.max(old.start);
                let to = (last + 1).min(old.end);
                if from >= to {
                    continue;
                }
                new.start + (from - old.start)..new.start + (to - old.start)
            }
            DiffOp::Insert { .. } if first <= old.start && old.start <= last + 1 => new,
            DiffOp::Insert { .. } => continue,
            DiffOp::Delete { .. } | DiffOp::Replace { .. } => {
                if old.end <= first || last < old.start {
                    continue;
                }
                new
            }
        };
        let (from, to) = found.unwrap_or((inside.start, inside.end));
        found = Some((from.min(inside.start), to.max(inside.end)));
    }
    match found {
        Some((from, to)) if from < to => (from as u64 + 1, to as u64),
        _ => (0, 0),
    }
}

fn span(node: &Node<'_>) -> Span {
    (node.start_pos().line() as u64 + 1, node.end_pos().line() as u64 + 1)
}

fn is_statement(kind: &str) -> bool {
    kind.ends_with("_statement") || kind.ends_with("_declaration") || kind == "field_definition"
}

fn is_block(kind: &str) -> bool {
    matches!(kind, "block" | "statement_block" | "class_body")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_statement(path: &str, source: &str, line: u64, expected: Span) {
        assert_eq!(of_statement(path, source, line), expected, "{source}");
    }

    #[test]
    fn a_statement_may_have_several_lines() {
        check_statement("a.py", "x = 1\nf(\n  a,\n  b)\ny = 2\n", 3, (2, 4));
        check_statement("a.py", "def f():\n  return g(a,\n    b)\n", 2, (2, 3));
        check_statement("a.py", "if f(\n  a):\n  pass\n", 1, (1, 1));
        check_statement("a.js", "const rows = await db\n  .query(a +\n  b);\n", 2, (1, 3));
        check_statement("a.js", "app.get('/', (req, res) => {\n  res.send(\n    x);\n});\n", 2, (2, 3));
        check_statement("a.txt", "x", 1, (1, 1));
    }

    #[track_caller]
    fn check_after(before: &str, fixed: &str, span: Span, expected: Span) {
        assert_eq!(after(before, fixed, span), expected, "{before:?} {fixed:?}");
    }

    #[test]
    fn lines_are_followed_through_a_change() {
        check_after("a\nb\nc\n", "a\nb\nc\n", (2, 2), (2, 2));
        check_after("a\nb\nc\n", "new\na\nb\nc\n", (2, 3), (3, 4));
        check_after("a\nb\nc\n", "a\nB\nc\n", (2, 2), (2, 2));
        check_after("a\nb\nc\n", "import\na\nif x:\n  raise\nB\nc\n", (2, 2), (3, 5));
        check_after("a\nb\nc\n", "a\nguard\nb\nc\n", (2, 2), (2, 3));
        check_after("a\nb\nc\n", "a\nc\n", (2, 2), (0, 0));
    }
}
