//! One parsed file, within limits.
//!
//! Invariant: a [`Unit`] is small and shallow enough that every later walk of it, recursive ones and the exact parsers'
//! included, stays within its stack. A file beyond a limit is named with the reason, never analysed in part.

use ast_grep_core::tree_sitter::StrDoc;
use ast_grep_core::{AstGrep, Node as AnyNode};

use crate::language::Language;

pub(crate) type Node<'u> = AnyNode<'u, StrDoc<Language>>;

/// Larger files are generated or data.
pub(crate) const MAX_FILE_BYTES: usize = 1024 * 1024;
/// Deepest syntax tree that is walked. Mature code stays under 100; the parsers recurse some ten frames a level.
pub(crate) const MAX_DEPTH: usize = 400;
/// Most open brackets at once, strings and comments counted as code; checked before parsing.
const MAX_BRACKETS: usize = 4 * MAX_DEPTH;
/// From this size on, a file of long lines counts as minified.
const MINIFIED_BYTES: usize = 20_000;
const MINIFIED_LINE_BYTES: usize = 500;

pub(crate) struct Unit {
    pub(crate) path: String,
    pub(crate) language: Language,
    doc: AstGrep<StrDoc<Language>>,
}

/// Why a file of a known language was not analysed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unread {
    #[error("larger than {MAX_FILE_BYTES} bytes")]
    TooLarge,
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    #[error("not UTF-8")]
    NotText,
    #[error("the parser gave up")]
    Unparsed,
}

impl Unit {
    /// `Ok(None)` for a file that is not source code that people wrote: another language, or minified.
    pub(crate) fn parse(path: &str, bytes: &[u8]) -> Result<Option<Self>, Unread> {
        let Some(language) = Language::of_path(path) else { return Ok(None) };
        if is_minified(path, bytes) {
            return Ok(None);
        }
        if bytes.len() > MAX_FILE_BYTES {
            return Err(Unread::TooLarge);
        }
        if bracket_depth(bytes) > MAX_BRACKETS {
            return Err(Unread::TooDeep);
        }
        let source = str::from_utf8(bytes).map_err(|_| Unread::NotText)?;
        let doc = StrDoc::try_new(source, language).map_err(|_| Unread::Unparsed)?;
        let unit = Self { path: path.to_owned(), language, doc: AstGrep::doc(doc) };
        if unit.is_deep() { Err(Unread::TooDeep) } else { Ok(Some(unit)) }
    }

    pub(crate) fn root(&self) -> Node<'_> {
        self.doc.root()
    }

    pub(crate) fn source(&self) -> &str {
        use ast_grep_core::Doc;
        self.doc.root().get_doc().get_source()
    }

    fn is_deep(&self) -> bool {
        let root = self.root().get_inner_node();
        let mut cursor = root.walk();
        let mut depth = 0_usize;
        loop {
            if cursor.goto_first_child() {
                depth += 1;
                if depth > MAX_DEPTH {
                    return true;
                }
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return false;
                }
                depth -= 1;
            }
        }
    }
}

/// The deepest nesting of brackets, strings and comments counted as code: a bound that is cheap to know before parsing,
/// because a parser's error recovery is slowest on what nobody would write.
fn bracket_depth(bytes: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for byte in bytes {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn is_minified(path: &str, bytes: &[u8]) -> bool {
    if path.ends_with(".min.js") {
        return true;
    }
    if Language::of_path(path) == Some(Language::Python) || bytes.len() < MINIFIED_BYTES {
        return false;
    }
    let lines = 1 + bytes.iter().filter(|byte| **byte == b'\n').count();
    bytes.len() / lines > MINIFIED_LINE_BYTES
}
