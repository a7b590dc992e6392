//! Parsing with an allowance of steps that grows with the text: code as people write it needs a fraction of it, and text
//! made to exhaust a parser's error recovery is given up at a time that its size bounds.

use std::cell::RefCell;
use std::ops::ControlFlow;

use ast_grep_core::tree_sitter::LanguageExt;
use tree_sitter::{ParseOptions, Parser, Tree};

use crate::language::Language;

/// Steps that any text may take, in the parser's own unit of 100 operations.
const STEPS: usize = 1_000;
/// Bytes of text for one more step: code takes 100 to 400 of them, the densest table of numbers 53.
const BYTES_PER_STEP: usize = 50;
/// Most steps of all: what the largest file takes that people wrote, and a dense table half its size.
const MAX_STEPS: usize = 12_000;
/// Steps on which no reading of the text is free of errors. They cost up to thirty times the others, and code takes none:
/// a mistake in it is left behind in less than a step.
const LOST_STEPS: usize = 100;
/// Bytes of text for one more of those.
const BYTES_PER_LOST_STEP: usize = 8_000;

thread_local! {
    /// A parser keeps its tables' look-ups and its memory from file to file.
    static PARSERS: RefCell<Vec<(Language, Parser)>> = const { RefCell::new(Vec::new()) };
}

/// `None` when the allowance was not enough.
pub(super) fn parse(language: Language, text: &str) -> Option<Tree> {
    PARSERS.with_borrow_mut(|parsers| {
        let at = match parsers.iter().position(|(known, _)| *known == language) {
            Some(at) => at,
            None => {
                let mut parser = Parser::new();
                // Of another ABI than the library's: then no file of it can be read.
                parser.set_language(&language.get_ts_language()).ok()?;
                parsers.push((language, parser));
                parsers.len() - 1
            }
        };
        within(Steps::allowed(text.len()), &mut parsers[at].1, text.as_bytes())
    })
}

/// Work of a parser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Steps {
    all: usize,
    lost: usize,
}

impl Steps {
    fn allowed(bytes: usize) -> Self {
        Self {
            all: (STEPS + bytes / BYTES_PER_STEP).min(MAX_STEPS),
            lost: LOST_STEPS + bytes / BYTES_PER_LOST_STEP,
        }
    }
}

fn within(allowed: Steps, parser: &mut Parser, bytes: &[u8]) -> Option<Tree> {
    let mut taken = Steps::default();
    let mut progress = |state: &tree_sitter::ParseState| {
        taken.all += 1;
        taken.lost += usize::from(state.has_error());
        let is_over = taken.all > allowed.all || taken.lost > allowed.lost;
        if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let tree =
        parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options));
    if tree.is_none() {
        parser.reset();
    }
    tree
}

#[cfg(test)]
mod tests {
    use super::super::MAX_FILE_BYTES;
    use super::*;

    /// Whether a text of these lines is parsed within its allowance, and never lost.
    fn parses(language: Language, line: &str, bytes: usize) -> bool {
        let text = line.repeat(bytes / line.len());
        let allowed = Steps { lost: 0, ..Steps::allowed(text.len()) };
        let mut parser = Parser::new();
        parser.set_language(&language.get_ts_language()).expect("a grammar of this library");
        within(allowed, &mut parser, text.as_bytes()).is_some()
    }

    #[test]
    fn code_of_any_size_needs_less_than_it_is_allowed() {
        let python =
            "    def get_name(self, default=None):\n        return self.names.get('name', default)\n\n";
        let script =
            "export function getName(names, fallback) {\n  return names.get('name') ?? fallback;\n}\n";
        for bytes in [1_000, 100_000, MAX_FILE_BYTES] {
            assert!(parses(Language::Python, &format!("if x:\n{python}"), bytes), "{bytes}");
            assert!(parses(Language::JavaScript, script, bytes), "{bytes}");
            assert!(parses(Language::TypeScript, script, bytes), "{bytes}");
        }
        assert!(parses(Language::Python, "10, 200, ", MAX_FILE_BYTES / 3));
    }

    #[test]
    fn what_is_allowed_is_bounded() {
        let most = Steps::allowed(MAX_FILE_BYTES);
        assert!(most.all <= MAX_STEPS && most.lost <= 400, "{most:?}");
        assert!(!parses(Language::Python, "x = [[[[1]]]]\n", MAX_FILE_BYTES));
    }
}
