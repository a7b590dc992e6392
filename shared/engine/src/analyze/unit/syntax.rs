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
/// Steps on which no reading of the text is free of errors. They cost ten times the others, and code takes none: a
/// mistake in it is left behind in less than a step.
const LOST_STEPS: usize = 100;
/// Bytes of text for one more of those.
const BYTES_PER_LOST_STEP: usize = 1_000;

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
        within_limit(&mut parsers[at].1, text.as_bytes())
    })
}

fn within_limit(parser: &mut Parser, bytes: &[u8]) -> Option<Tree> {
    let limit = STEPS + bytes.len() / BYTES_PER_STEP;
    let mut steps = 0_usize;
    let lost_limit = LOST_STEPS + bytes.len() / BYTES_PER_LOST_STEP;
    let mut lost = 0_usize;
    let mut progress = |state: &tree_sitter::ParseState| {
        steps += 1;
        lost += usize::from(state.has_error());
        if steps > limit || lost > lost_limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let tree =
        parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options));
    if tree.is_none() {
        parser.reset();
    }
    tree
}
