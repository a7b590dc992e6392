//! The languages that the engine reads, and the grammar of each.
//!
//! Invariant: every variant has its grammar compiled in. `ast_grep_language::SupportLang` knows more languages than are
//! built and panics on the others, so it is never used here: an unknown language is a `None`, not a crash.
//! Python, JavaScript and TypeScript have data flow; the others have pattern rules alone.

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
    Java,
    Go,
    Ruby,
    /// With the text around it, as templates have it.
    Php,
    CSharp,
    Bash,
    Dockerfile,
    /// GitHub Actions: workflows and the descriptions of actions.
    Actions,
    Terraform,
}

/// Languages that share their rules and their fixes, and whose data flow is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    Python,
    JavaScript,
}

impl Language {
    pub const ALL: [Self; 13] = [
        Self::Python,
        Self::JavaScript,
        Self::TypeScript,
        Self::Tsx,
        Self::Java,
        Self::Go,
        Self::Ruby,
        Self::Php,
        Self::CSharp,
        Self::Bash,
        Self::Dockerfile,
        Self::Actions,
        Self::Terraform,
    ];

    /// Where it stands in [`Language::ALL`].
    pub(crate) fn place(self) -> usize {
        Self::ALL.iter().position(|known| *known == self).unwrap_or_default()
    }

    /// By name and place; a file of no known language is not read.
    pub fn of_path(path: &str) -> Option<Self> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        match name {
            "Dockerfile" | "Containerfile" => return Some(Self::Dockerfile),
            "Rakefile" | "Gemfile" => return Some(Self::Ruby),
            "action.yml" | "action.yaml" => return Some(Self::Actions),
            _ => {}
        }
        let (stem, extension) = name.rsplit_once('.')?;
        if stem.is_empty() {
            return None;
        }
        Some(match &*extension.to_ascii_lowercase() {
            "py" | "pyw" => Self::Python,
            "js" | "jsx" | "mjs" | "cjs" | "es6" => Self::JavaScript,
            "ts" | "mts" | "cts" => Self::TypeScript,
            "tsx" => Self::Tsx,
            "java" => Self::Java,
            "go" => Self::Go,
            "rb" | "rake" => Self::Ruby,
            "php" | "phtml" => Self::Php,
            "cs" => Self::CSharp,
            "sh" | "bash" => Self::Bash,
            "tf" | "tofu" => Self::Terraform,
            "dockerfile" => Self::Dockerfile,
            "yml" | "yaml" if folder.ends_with(".github/workflows") => Self::Actions,
            _ if stem == "Dockerfile" => Self::Dockerfile,
            _ => return None,
        })
    }

    /// By the name that rules give it, as `Java`; case does not matter.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| format!("{language:?}").eq_ignore_ascii_case(name))
    }

    /// Whether text stands in quotes: what stands without is then a name or a number.
    pub(crate) fn quotes_text(self) -> bool {
        !matches!(self, Self::Bash | Self::Dockerfile | Self::Actions)
    }

    /// `None` for a language that has pattern rules alone.
    pub fn family(self) -> Option<Family> {
        match self {
            Self::Python => Some(Family::Python),
            Self::JavaScript | Self::TypeScript | Self::Tsx => Some(Family::JavaScript),
            Self::Java | Self::Go | Self::Ruby | Self::Php | Self::CSharp => None,
            Self::Bash | Self::Dockerfile | Self::Actions | Self::Terraform => None,
        }
    }
}

/// What stands for `$` in a pattern, where the language has no name that begins so.
const STAND_IN: char = 'µ';

impl Grammar for Language {
    fn pre_process_pattern<'q>(&self, query: &'q str) -> Cow<'q, str> {
        match self {
            Self::Python => grammars::Python.pre_process_pattern(query),
            Self::Go => grammars::Go.pre_process_pattern(query),
            Self::Ruby => grammars::Ruby.pre_process_pattern(query),
            Self::Php => grammars::Php.pre_process_pattern(query),
            Self::CSharp => grammars::CSharp.pre_process_pattern(query),
            Self::Terraform => grammars::Hcl.pre_process_pattern(query),
            Self::JavaScript | Self::TypeScript | Self::Tsx | Self::Java => Cow::Borrowed(query),
            Self::Bash | Self::Dockerfile | Self::Actions => Cow::Borrowed(query),
        }
    }

    fn expando_char(&self) -> char {
        match self {
            Self::Python | Self::Go | Self::Ruby | Self::Php | Self::CSharp | Self::Terraform => STAND_IN,
            Self::JavaScript | Self::TypeScript | Self::Tsx | Self::Java => self.meta_var_char(),
            Self::Bash | Self::Dockerfile | Self::Actions => self.meta_var_char(),
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
            Self::Java => grammars::Java.get_ts_language(),
            Self::Go => grammars::Go.get_ts_language(),
            Self::Ruby => grammars::Ruby.get_ts_language(),
            // ast-grep's own leaves out what stands around the code, where templates have their holes.
            Self::Php => tree_sitter_php::LANGUAGE_PHP.into(),
            Self::CSharp => grammars::CSharp.get_ts_language(),
            Self::Bash => grammars::Bash.get_ts_language(),
            Self::Dockerfile => tree_sitter_containerfile::LANGUAGE.into(),
            Self::Actions => grammars::Yaml.get_ts_language(),
            Self::Terraform => grammars::Hcl.get_ts_language(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_its_grammar() {
        for language in Language::ALL {
            let kinds = ["identifier", "command", "run_instruction", "block_mapping_pair", "name"];
            let known = kinds.iter().any(|kind| language.kind_to_id(kind) != 0);
            assert!(known, "{language:?}");
            assert_eq!(Language::named(&format!("{language:?}")), Some(language));
        }
    }

    #[test]
    fn the_stand_in_is_the_one_that_patterns_are_written_with() {
        for language in Language::ALL {
            let written = language.pre_process_pattern("$A").into_owned();
            assert_eq!(written, format!("{}A", language.expando_char()), "{language:?}");
        }
    }

    #[test]
    fn a_language_is_known_by_its_name_and_place() {
        #[track_caller]
        fn check(path: &str, expected: Option<Language>) {
            assert_eq!(Language::of_path(path), expected, "{path}");
        }
        check("a/b.py", Some(Language::Python));
        check("a/B.PY", Some(Language::Python));
        check("a/b.Es6", Some(Language::JavaScript));
        check("a.b/c.tsx", Some(Language::Tsx));
        check("x.d.ts", Some(Language::TypeScript));
        check("a.py/readme", None);
        check(".js", None);
        check("Makefile", None);
        check("Dockerfile", Some(Language::Dockerfile));
        check("images/Dockerfile.prod", Some(Language::Dockerfile));
        check("images/web.dockerfile", Some(Language::Dockerfile));
        check(".github/workflows/ci.yml", Some(Language::Actions));
        check("vendor/x/.github/workflows/ci.yaml", Some(Language::Actions));
        check("action.yml", Some(Language::Actions));
        check("deploy/service.yml", None);
        check("main.tf", Some(Language::Terraform));
    }
}
