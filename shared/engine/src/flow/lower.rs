//! From a file's bytes to [`Module`](super::ir::Module): what all languages share.
//!
//! Nesting is cut at a fixed depth, so that hostile text costs what ordinary text of its size costs; what was cut is said
//! in the module. Names are bound to variables when their
//! function ends, innermost first, so a use may stand before its definition.

mod builder;
mod python;
mod script;
mod syntax;

use ast_grep_core::tree_sitter::LanguageExt;

use super::ir::Module;
use super::names::Names;
use crate::analyze::flat::FlatTree;
use crate::language::{Family, Language as Grammar};

/// A language that has a lowering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Language {
    Python,
    JavaScript,
    TypeScript,
    Tsx,
}

impl Language {
    pub(super) fn of(path: &str) -> Option<Self> {
        let (_, extension) = path.rsplit_once('.')?;
        match &*extension.to_ascii_lowercase() {
            "py" | "pyw" => Some(Self::Python),
            "js" | "jsx" | "mjs" | "cjs" | "es6" => Some(Self::JavaScript),
            "ts" | "mts" | "cts" => Some(Self::TypeScript),
            "tsx" => Some(Self::Tsx),
            _ => None,
        }
    }

    /// The language that stands for all that share rules and import one another.
    pub(super) fn family(self) -> Self {
        match self {
            Self::Python => Self::Python,
            Self::JavaScript | Self::TypeScript | Self::Tsx => Self::JavaScript,
        }
    }
}

/// A parsed file.
pub(super) struct Source {
    pub(super) language: Grammar,
    pub(super) text: String,
    pub(super) tree: FlatTree,
}

/// Interned field ids, made once per run and language.
#[derive(Default)]
pub(super) struct Lowering {
    fields: Vec<(Grammar, syntax::Fields)>,
}

impl Lowering {
    pub(super) fn module(&mut self, source: &Source, names: &mut Names) -> Module {
        let language = source.language;
        let at = match self.fields.iter().position(|(known, _)| *known == language) {
            Some(at) => at,
            None => {
                self.fields.push((language, syntax::Fields::of(&language.get_ts_language())));
                self.fields.len() - 1
            }
        };
        let fields = &self.fields[at].1;
        let root = source.tree.root();
        let mut builder = builder::Builder::new(&source.text, root, names);
        match language.family() {
            Some(Family::Python) => python::lower(&mut builder, fields, root),
            Some(Family::JavaScript) => script::lower(&mut builder, fields, root),
            None => {}
        }
        builder.finish()
    }
}
