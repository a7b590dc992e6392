//! From a file's bytes to [`Module`](super::ir::Module): what all languages share.
//!
//! Nesting is cut at a fixed depth, so that hostile text costs what ordinary text of its size costs; what was cut is said
//! in the module. Names are bound to variables when their
//! function ends, innermost first, so a use may stand before its definition.

mod builder;
mod python;
mod script;
mod syntax;

use super::ir::Module;
use super::names::Names;
use crate::analyze::unit::Unit;

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
}

/// Interned field ids, made once per run and language.
#[derive(Default)]
pub(super) struct Lowering {
    fields: Vec<(Language, syntax::Fields)>,
}

impl Lowering {
    /// Lowers one parsed file.
    pub(super) fn module(&mut self, unit: &Unit, names: &mut Names) -> Module {
        let tree = unit.tree();
        let Some(language) = Language::of(&unit.path) else { return Module::default() };
        let at = match self.fields.iter().position(|(known, _)| *known == language) {
            Some(at) => at,
            None => {
                self.fields.push((language, syntax::Fields::of(&tree.language())));
                self.fields.len() - 1
            }
        };
        let fields = &self.fields[at].1;
        let mut builder = builder::Builder::new(unit.source(), tree, names);
        match language {
            Language::Python => python::lower(&mut builder, fields, tree.root_node()),
            Language::JavaScript | Language::TypeScript | Language::Tsx => {
                script::lower(&mut builder, fields, tree.root_node());
            }
        }
        builder.finish()
    }
}
