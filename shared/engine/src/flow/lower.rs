//! From a file's bytes to [`Module`](super::ir::Module): what all languages share.
//!
//! Nesting is cut at a fixed depth and parsing at a number of steps that grows with the file, so hostile text costs
//! what ordinary text of its size costs; what was cut is said in the module. Names are bound to variables when their
//! function ends, innermost first, so a use may stand before its definition.

mod builder;
mod python;
mod script;
mod syntax;

use super::ir::Module;
use super::names::Names;

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
        match extension {
            "py" | "pyw" => Some(Self::Python),
            "js" | "jsx" | "mjs" | "cjs" => Some(Self::JavaScript),
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

    fn grammar(self) -> tree_sitter::Language {
        match self {
            Self::Python => tree_sitter_python::LANGUAGE.into(),
            Self::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
            Self::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
            Self::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
        }
    }
}

/// Parsers and interned field ids, made once per run and language.
#[derive(Default)]
pub(super) struct Lowering {
    parsers: Vec<(Language, syntax::Parser)>,
}

impl Lowering {
    /// Lowers one file. A file that is no text, or that the parser gave up on, gives an empty module that says so.
    pub(super) fn module(&mut self, language: Language, bytes: &[u8], names: &mut Names) -> Module {
        let text = String::from_utf8_lossy(bytes);
        let at = match self.parsers.iter().position(|(l, _)| *l == language) {
            Some(at) => at,
            None => {
                self.parsers.push((language, syntax::Parser::new(&language.grammar())));
                self.parsers.len() - 1
            }
        };
        let parser = &mut self.parsers[at].1;
        let Some(tree) = parser.parse(&text) else {
            return Module { cut: true, ..Module::default() };
        };
        let mut builder = builder::Builder::new(&text, &tree, names);
        match language {
            Language::Python => python::lower(&mut builder, &parser.fields, tree.root_node()),
            Language::JavaScript | Language::TypeScript | Language::Tsx => {
                script::lower(&mut builder, &parser.fields, tree.root_node());
            }
        }
        builder.finish()
    }
}
