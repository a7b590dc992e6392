//! Python, by ruff's parser, for its newest version of the language: what an older Python refuses is no broken code.

use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

use super::Flaw;

pub(super) fn flaws(source: &str) -> Vec<Flaw> {
    let parsed = parse_unchecked(source, ParseOptions::from(Mode::Module));
    let flaws = parsed.errors().iter();
    flaws
        .map(|error| Flaw { offset: error.location.start().into(), message: error.error.to_string() })
        .collect()
}
