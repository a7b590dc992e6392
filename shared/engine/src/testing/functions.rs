//! The functions that there are, that changed, and that tests reached, by the grammars' own tags queries.
//!
//! A tags query is what editors list definitions by, and it needs nothing but the tree; the analysis's scopes would
//! resolve every name of every file only to be counted.

use quartet_domain::run::Changed;
use tree_sitter::{Parser, Query, QueryCursor, StreamingIterator};

use super::coverage::Coverage;
use crate::language::Language;
use crate::tree::Tree;

/// Larger files are generated or data.
const MAX_FILE_BYTES: usize = 1024 * 1024;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Functions {
    pub(super) discovered: u64,
    pub(super) changed: u64,
    pub(super) reached: u64,
}

/// First and last line, from 1.
type Span = (u32, u32);

/// Counts in the changed files, in all files on a full run.
pub(super) fn count(tree: &Tree, changed: &Changed, coverage: &Coverage) -> Functions {
    let mut functions = Functions::default();
    let mut tags = Tags::default();
    for (path, bytes) in tree.iter() {
        let is_wanted = changed.files.as_ref().is_none_or(|files| files.contains(path));
        if !is_wanted || bytes.len() > MAX_FILE_BYTES || path.split('/').any(|part| part == "node_modules") {
            continue;
        }
        let Some(language) = Language::of_path(path) else { continue };
        let lines = changed.lines.get(path).map_or(&[][..], Vec::as_slice);
        for (first, last) in tags.functions(language, bytes) {
            functions.discovered += 1;
            functions.changed += u64::from(lines.iter().any(|(from, to)| *from <= last && first <= *to));
            // The first line is run where the function is defined, unless it is all there is.
            let body = if first < last { first + 1 } else { first };
            functions.reached += u64::from(coverage.reaches(path, body, last));
        }
    }
    functions
}

/// One query for each language that was met.
#[derive(Default)]
struct Tags {
    known: Vec<(Language, Option<(tree_sitter::Language, Query)>)>,
}

impl Tags {
    fn functions(&mut self, language: Language, source: &[u8]) -> Vec<Span> {
        if !self.known.iter().any(|(known, _)| *known == language) {
            self.known.push((language, query(language)));
        }
        let query =
            self.known.iter().find(|(known, _)| *known == language).and_then(|(_, query)| query.as_ref());
        let Some((grammar, query)) = query else { return Vec::new() };
        let mut parser = Parser::new();
        if parser.set_language(grammar).is_err() {
            return Vec::new();
        }
        let Some(tree) = parser.parse(source, None) else { return Vec::new() };
        let names = query.capture_names();
        let mut cursor = QueryCursor::new();
        let mut matches = cursor.matches(query, tree.root_node(), source);
        let mut spans = Vec::new();
        while let Some(found) = matches.next() {
            for capture in found.captures() {
                let name = names.get(capture.index as usize).copied().unwrap_or_default();
                if matches!(name, "definition.function" | "definition.method") {
                    let row = |row: usize| u32::try_from(row + 1).unwrap_or(u32::MAX);
                    spans
                        .push((row(capture.node.start_position().row), row(capture.node.end_position().row)));
                }
            }
        }
        spans.sort_unstable();
        spans.dedup();
        spans
    }
}

/// TypeScript's tags query names only what JavaScript's does not.
fn query(language: Language) -> Option<(tree_sitter::Language, Query)> {
    let (grammar, text) = match language {
        Language::Python => (tree_sitter_python::LANGUAGE.into(), tree_sitter_python::TAGS_QUERY.to_owned()),
        Language::JavaScript => {
            (tree_sitter_javascript::LANGUAGE.into(), tree_sitter_javascript::TAGS_QUERY.to_owned())
        }
        Language::TypeScript => (tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(), both()),
        Language::Tsx => (tree_sitter_typescript::LANGUAGE_TSX.into(), both()),
    };
    let query = Query::new(&grammar, &text).ok()?;
    Some((grammar, query))
}

fn both() -> String {
    format!("{}\n{}", tree_sitter_javascript::TAGS_QUERY, tree_sitter_typescript::TAGS_QUERY)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[track_caller]
    fn check(language: Language, source: &str, expected: &[Span]) {
        assert_eq!(Tags::default().functions(language, source.as_bytes()), expected, "{source}");
    }

    #[test]
    fn functions_of_each_language_are_found() {
        check(
            Language::Python,
            "class A:\n  def f(self):\n    pass\n\nasync def g(): pass\n",
            &[(2, 3), (5, 5)],
        );
        check(
            Language::JavaScript,
            "function f() {\n}\nconst g = () => 1;\nclass A {\n  m() {\n  }\n}\n",
            &[(1, 2), (3, 3), (5, 6)],
        );
        check(
            Language::TypeScript,
            "function f(a: number): void {\n}\nclass A { m(): void {} }\n",
            &[(1, 2), (3, 3)],
        );
        check(Language::Tsx, "export const A = () => <p/>;\nfunction b() {}\n", &[(1, 1), (2, 2)]);
        check(Language::Python, "def (", &[]);
    }

    #[test]
    fn changed_and_reached_functions_are_counted() {
        let source: &[u8] = b"def a():\n  return 1\n\ndef b():\n  return 2\n\ndef c(): return 3\n";
        let tree: Tree = [("a.py", source), ("b.py", source)].into_iter().collect();
        let coverage = Coverage::of_python(
            br#"{"files": {"a.py": {"executed_lines": [1, 4, 5, 7], "missing_lines": [2]}}}"#,
        );
        let changed = Changed {
            files: Some(BTreeSet::from(["a.py".to_owned()])),
            base: true,
            lines: BTreeMap::from([("a.py".to_owned(), vec![(5, 7)])]),
        };
        assert_eq!(count(&tree, &changed, &coverage), Functions { discovered: 3, changed: 2, reached: 2 });
        assert_eq!(count(&tree, &Changed::default(), &coverage).discovered, 6);
    }
}
