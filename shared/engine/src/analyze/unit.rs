//! One parsed file, within limits: parsed once for every detector, the flow engine included.
//!
//! Invariant: a [`Unit`] is small, and one that [`Facts::of`](super::value::Facts::of) takes is shallow enough that every
//! later walk of it, recursive ones and the exact parsers' included, stays within its stack. A file beyond a limit is named
//! with the reason.

mod syntax;

use ast_grep_core::tree_sitter::StrDoc;
use ast_grep_core::{AstGrep, Doc, Node as AnyNode};

use crate::language::{Family, Language};
use crate::text;

pub(crate) type Node<'u> = AnyNode<'u, StrDoc<Language>>;

/// Larger files are generated or data.
pub(crate) const MAX_FILE_BYTES: usize = 1024 * 1024;
/// Deepest syntax tree that is walked. Mature code stays under 100; the parsers recurse some ten frames a level.
pub(crate) const MAX_DEPTH: usize = 400;
/// Most open brackets at once, strings and comments counted as code; checked before parsing.
const MAX_BRACKETS: usize = 4 * MAX_DEPTH;
/// Most words, signs and line ends, in strings and comments too: what parsing, and all that is made of a tree, costs time
/// and memory by. Code has one in four bytes, so the largest file is still read; a table has one in two.
const MAX_TOKENS: usize = MAX_FILE_BYTES / 4;
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
    #[error("more than {MAX_TOKENS} words and signs")]
    TooDense,
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    #[error("not text in a known encoding")]
    NotText,
    #[error("more work to parse than code of its size is")]
    Unparsed,
}

impl Unit {
    /// `Ok(None)` for a file that is not source code that people wrote: another language, or minified.
    pub(crate) fn read(path: &str, bytes: &[u8]) -> Result<Option<Self>, Unread> {
        let Some(language) = Language::of_path(path) else { return Ok(None) };
        if is_minified(path, bytes) {
            return Ok(None);
        }
        if bytes.len() > MAX_FILE_BYTES {
            return Err(Unread::TooLarge);
        }
        if bracket_depth(bytes) > MAX_BRACKETS || has_types(language) && angle_depth(bytes) > MAX_DEPTH {
            return Err(Unread::TooDeep);
        }
        let source = text::decode(bytes, Some(language)).ok_or(Unread::NotText)?;
        if tokens(&source) > MAX_TOKENS {
            return Err(Unread::TooDense);
        }
        let tree = syntax::parse(language, &source).ok_or(Unread::Unparsed)?;
        let doc = StrDoc { src: source.into_owned(), lang: language, tree };
        Ok(Some(Self { path: path.to_owned(), language, doc: AstGrep::doc(doc) }))
    }

    pub(crate) fn root(&self) -> Node<'_> {
        self.doc.root()
    }

    pub(crate) fn source(&self) -> &str {
        self.doc.root().get_doc().get_source()
    }

    pub(crate) fn tree(&self) -> &tree_sitter::Tree {
        &self.doc.root().get_doc().tree
    }
}

/// Runs of letters and digits, and each other byte that is no space.
fn tokens(source: &str) -> usize {
    let mut in_word = false;
    let starts = source.bytes().filter(|byte| {
        let is_word = byte.is_ascii_alphanumeric() || !byte.is_ascii() || *byte == b'_';
        let goes_on = std::mem::replace(&mut in_word, is_word) && is_word;
        !goes_on && !matches!(byte, b' ' | b'\t' | b'\r')
    });
    starts.count()
}

/// The deepest nesting of brackets, strings and comments counted as code: a bound that is cheap to know before parsing,
/// because a parser's error recovery is slowest on what nobody would write.
fn bracket_depth(bytes: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for byte in bytes {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn has_types(language: Language) -> bool {
    matches!(language, Language::TypeScript | Language::Tsx | Language::Java | Language::CSharp)
}

/// The most `<` that no `>` closes before the statement ends: each may begin a list of types or be a comparison, and the
/// parser follows both ways through all of them.
fn angle_depth(bytes: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for byte in bytes {
        match byte {
            b'<' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'>' => depth = depth.saturating_sub(1),
            b';' | b'{' | b'}' | b'=' => depth = 0,
            _ => {}
        }
    }
    deepest
}

pub(crate) fn is_minified(path: &str, bytes: &[u8]) -> bool {
    if path.ends_with(".min.js") {
        return true;
    }
    let is_script = Language::of_path(path).and_then(Language::family) == Some(Family::JavaScript);
    if !is_script || bytes.len() < MINIFIED_BYTES {
        return false;
    }
    let lines = 1 + bytes.iter().filter(|byte| **byte == b'\n').count();
    bytes.len() / lines > MINIFIED_LINE_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_signs_are_counted() {
        #[track_caller]
        fn check(text: &str, expected: usize) {
            assert_eq!(tokens(text), expected, "{text}");
        }
        check("", 0);
        check("  \t\r", 0);
        check("name_1 = café\n", 4);
        check("f(-1, 'a b')", 10);
        check("---", 3);
    }

    #[test]
    fn a_dense_file_is_named() {
        let read = |text: &str| Unit::read("a.py", text.as_bytes()).map(|unit| unit.is_some());
        assert_eq!(read(&"x = 1, 2\n".repeat(MAX_TOKENS / 6 + 1)), Err(Unread::TooDense));
        let code = "def name_of(user, default=None):\n    return registered.get('name', default)\n";
        assert_eq!(read(&code.repeat(MAX_FILE_BYTES / code.len() * 3 / 4)), Ok(true));
    }
}
