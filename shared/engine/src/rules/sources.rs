//! What brings strangers' values into a program, what passes them on and what makes them harmless, whatever the rule.

use std::sync::OnceLock;

use regex::Regex;
use serde::{Deserialize, Deserializer, de::Error};

use super::data;
use crate::analyze::{Origin, Value};
use crate::language::Language;

/// The lists of one language: `rules/<language>/sources.yml`. Names are matched by their end, part by part.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sources {
    /// What strangers write.
    input: Vec<String>,
    handlers: Handlers,
    /// What the user of a command line writes.
    weak: Vec<String>,
    /// Calls whose result cannot carry an attack of any kind, as numbers.
    clean: Vec<String>,
    /// Functions whose result is made of nothing but their arguments.
    functions: Vec<String>,
    /// Methods whose result is made of nothing but their object and arguments.
    methods: Vec<String>,
    /// Functions that put their arguments together to text.
    formats: Vec<String>,
}

/// What strangers write, in functions that a server calls by the beginning of their name.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Handlers {
    prefix: String,
    input: Vec<String>,
}

impl Sources {
    pub(crate) fn of(language: Language) -> &'static Self {
        const COUNT: usize = Language::ALL.len();
        static ALL: [OnceLock<Sources>; COUNT] = [const { OnceLock::new() }; COUNT];
        let read = || serde_saphyr::from_str(data::sources(language)).unwrap_or_default();
        ALL[language.place()].get_or_init(read)
    }

    /// `function` is the name of the function that it stands in.
    pub(crate) fn origin_of(&self, name: &str, function: &str) -> Option<Origin> {
        let function = function.rsplit('.').next().unwrap_or(function);
        let is_handler = !self.handlers.prefix.is_empty() && function.starts_with(&self.handlers.prefix);
        if is_handler && self.handlers.input.iter().any(|source| ends_with_parts(name, source)) {
            return Some(Origin::Input);
        }
        if self.input.iter().any(|source| ends_with_parts(name, source)) {
            Some(Origin::Input)
        } else if self.weak.iter().any(|source| ends_with_parts(name, source)) {
            Some(Origin::Parameter)
        } else {
            None
        }
    }

    /// An imported thing, by its full name.
    pub(crate) fn named(&self, name: &str) -> Value {
        Value::of(self.origin_of(name, "").unwrap_or(Origin::Unknown))
    }

    pub(crate) fn is_clean(&self, name: &str) -> bool {
        self.clean.iter().any(|clean| ends_with_parts(name, clean))
    }

    pub(crate) fn formats(&self, name: &str) -> bool {
        self.formats.iter().any(|format| ends_with_parts(name, format))
    }

    pub(crate) fn passes(&self, name: &str, method: &str) -> bool {
        self.functions.iter().any(|function| name == function)
            || (name.contains('.') && self.methods.iter().any(|known| known == method))
    }
}

/// `flask.request.args` ends with the parts of `request.args`; `my_request.args` does not.
fn ends_with_parts(name: &str, end: &str) -> bool {
    name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

pub(super) fn regex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Regex>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Regex::new(&text).map(Some).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_every_language_load() {
        for language in Language::ALL {
            let text = data::sources(language);
            if !text.is_empty() {
                let sources: Sources = serde_saphyr::from_str(text).unwrap();
                assert!(!sources.input.is_empty() && !sources.clean.is_empty(), "{language:?}");
            }
        }
    }
}
