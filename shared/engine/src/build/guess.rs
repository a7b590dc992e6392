//! Languages without an exact parser. Tree-sitter's ERROR nodes misfire on good files (about one in fifty, measured on Go
//! and TypeScript), so what they say is a doubt about a file and never an accusation.

use ast_grep_core::Node;
use ast_grep_core::tree_sitter::StrDoc;

use crate::analyze::unit::Unit;
use crate::language::Language;

pub(super) enum Guess {
    /// Not a language that we know.
    Unknown,
    Parses,
    /// Perhaps a mistake, at this line, from 1.
    Doubtful(usize),
    /// Not asked, for this reason.
    NotParsed(String),
}

pub(super) fn parse(path: &str, bytes: &[u8]) -> Guess {
    let has_only_patterns = Language::of_path(path).is_some_and(|language| language.family().is_none());
    if !has_only_patterns {
        return Guess::Unknown;
    }
    match Unit::read(path, bytes) {
        Ok(Some(unit)) => first_error(&unit.root()).map_or(Guess::Parses, Guess::Doubtful),
        Ok(None) => Guess::Unknown,
        Err(unread) => Guess::NotParsed(format!("{unread}, not parsed")),
    }
}

/// The way down goes to the first child that holds an error, so that it ends at the deepest.
fn first_error(root: &Node<'_, StrDoc<Language>>) -> Option<usize> {
    let mut at = root.get_inner_node();
    at.has_error().then_some(())?;
    let mut cursor = root.get_inner_node().walk();
    while let Some(inner) =
        at.clone().children(&mut cursor).find(|child| child.has_error() || child.is_missing())
    {
        at = inner;
    }
    Some(at.start_position().row + 1)
}
