//! The languages that the engine reads, and the grammar of each.
//!
//! Invariant: every variant has its grammar compiled in. `ast_grep_language::SupportLang` knows more languages than are
//! built and panics on the others, so it is never used here: an unknown language is a `None`, not a crash.

use std::borrow::Cow;

use ast_grep_core::language::Language as Grammar;
use ast_grep_core::matcher::{Pattern, PatternBuilder, PatternError};
use ast_grep_core::tree_sitter::{LanguageExt, StrDoc, TSLanguage};
use ast_grep_language as grammars;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    Python,
    /// With JSX.
    JavaScript,
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
}

/// Languages that share their rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    Python,
    JavaScript,
}

impl Language {
    pub const ALL: [Self; 4] = [Self::Python, Self::JavaScript, Self::TypeScript, Self::Tsx];

    /// By extension; a file without a known one is not read.
    pub fn of_path(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (stem, extension) = name.rsplit_once('.')?;
        if stem.is_empty() {
            return None;
        }
        Some(match extension {
            "py" | "pyw" => Self::Python,
            "js" | "jsx" | "mjs" | "cjs" => Self::JavaScript,
            "ts" | "mts" | "cts" => Self::TypeScript,
            "tsx" => Self::Tsx,
            _ => return None,
        })
    }

    pub fn family(self) -> Family {
        match self {
            Self::Python => Family::Python,
            Self::JavaScript | Self::TypeScript | Self::Tsx => Family::JavaScript,
        }
    }
}

impl Grammar for Language {
    fn pre_process_pattern<'q>(&self, query: &'q str) -> Cow<'q, str> {
        match self {
            Self::Python => grammars::Python.pre_process_pattern(query),
            Self::JavaScript | Self::TypeScript | Self::Tsx => Cow::Borrowed(query),
        }
    }

    fn expando_char(&self) -> char {
        match self {
            Self::Python => grammars::Python.expando_char(),
            Self::JavaScript | Self::TypeScript | Self::Tsx => self.meta_var_char(),
        }
    }

    fn kind_to_id(&self, kind: &str) -> u16 {
        self.get_ts_language().id_for_node_kind(kind, /* named */ true)
    }

    fn field_to_id(&self, field: &str) -> Option<u16> {
        self.get_ts_language().field_id_for_name(field).map(|id| id.get())
    }

    fn build_pattern(&self, builder: &PatternBuilder) -> Result<Pattern, PatternError> {
        builder.build(|source| StrDoc::try_new(source, *self))
    }
}

impl LanguageExt for Language {
    fn get_ts_language(&self) -> TSLanguage {
        match self {
            Self::Python => grammars::Python.get_ts_language(),
            Self::JavaScript => grammars::JavaScript.get_ts_language(),
            Self::TypeScript => grammars::TypeScript.get_ts_language(),
            Self::Tsx => grammars::Tsx.get_ts_language(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_its_grammar() {
        for language in Language::ALL {
            assert_ne!(language.kind_to_id("identifier"), 0, "{language:?}");
        }
    }

    #[test]
    fn a_language_is_known_by_its_extension() {
        #[track_caller]
        fn check(path: &str, expected: Option<Language>) {
            assert_eq!(Language::of_path(path), expected, "{path}");
        }
        check("a/b.py", Some(Language::Python));
        check("a.b/c.tsx", Some(Language::Tsx));
        check("x.d.ts", Some(Language::TypeScript));
        check("a.py/readme", None);
        check(".js", None);
        check("Makefile", None);
    }
}
