//! The functions that there are, that changed, and that tests reached, by the grammars' own tags queries.
//!
//! A tags query is what editors list definitions by, and it needs nothing but the tree; the analysis's scopes would
//! resolve every name of every file only to be counted.

use ast_grep_core::tree_sitter::LanguageExt as _;
use quartet_domain::run::Changed;
use tree_sitter::{Query, QueryCursor, StreamingIterator};

use super::coverage::Coverage;
use crate::analyze::unit::Unit;
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
        // Read within the parser's limits, as for the analysis.
        let Ok(Some(unit)) = Unit::read(path, bytes) else { continue };
        let lines = changed.lines.get(path).map_or(&[][..], Vec::as_slice);
        for (first, last) in tags.functions(&unit) {
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
    known: Vec<(Language, Option<Query>)>,
}

impl Tags {
    fn functions(&mut self, unit: &Unit) -> Vec<Span> {
        let (language, source) = (unit.language, unit.source().as_bytes());
        if !self.known.iter().any(|(known, _)| *known == language) {
            self.known.push((language, query(language)));
        }
        let query =
            self.known.iter().find(|(known, _)| *known == language).and_then(|(_, query)| query.as_ref());
        let Some(query) = query else { return Vec::new() };
        let names = query.capture_names();
        let mut cursor = QueryCursor::new();
        let mut matches = cursor.matches(query, unit.tree().root_node(), source);
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

/// TypeScript's tags query names only what JavaScript's does not. Of the languages that have no tests run here, nothing is
/// counted.
fn query(language: Language) -> Option<Query> {
    let text = match language {
        Language::Python => tree_sitter_python::TAGS_QUERY.to_owned(),
        Language::JavaScript => tree_sitter_javascript::TAGS_QUERY.to_owned(),
        Language::TypeScript | Language::Tsx => both(),
        Language::Java
        | Language::Go
        | Language::Ruby
        | Language::Php
        | Language::CSharp
        | Language::Bash
        | Language::Dockerfile
        | Language::Actions
        | Language::Terraform => return None,
    };
    Query::new(&language.get_ts_language(), &text).ok()
}

fn both() -> String {
    format!("{}\n{}", tree_sitter_javascript::TAGS_QUERY, tree_sitter_typescript::TAGS_QUERY)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[track_caller]
    fn check(path: &str, source: &str, expected: &[Span]) {
        let unit = Unit::read(path, source.as_bytes()).expect("is read").expect("is source");
        assert_eq!(Tags::default().functions(&unit), expected, "{source}");
    }

    #[test]
    fn functions_of_each_language_are_found() {
        check("a.py", "class A:\n  def f(self):\n    pass\n\nasync def g(): pass\n", &[(2, 3), (5, 5)]);
        check(
            "a.js",
            "function f() {\n}\nconst g = () => 1;\nclass A {\n  m() {\n  }\n}\n",
            &[(1, 2), (3, 3), (5, 6)],
        );
        check("a.ts", "function f(a: number): void {\n}\nclass A { m(): void {} }\n", &[(1, 2), (3, 3)]);
        check("a.tsx", "export const A = () => <p/>;\nfunction b() {}\n", &[(1, 1), (2, 2)]);
        check("a.py", "def (", &[]);
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
            ..Changed::default()
        };
        assert_eq!(count(&tree, &changed, &coverage), Functions { discovered: 3, changed: 2, reached: 2 });
        assert_eq!(count(&tree, &Changed::default(), &coverage).discovered, 6);
    }
}
