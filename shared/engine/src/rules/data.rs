//! The rule files, embedded. A test holds this list against the folder.

use crate::language::Family;

macro_rules! rules {
    ($family:literal: $($name:literal)*) => {
        &[$(include_str!(concat!("../../rules/", $family, "/", $name, ".yml"))),*]
    };
}

const PYTHON: &[&str] = rules!("python":
    "code-injection"
    "command-injection"
    "hardcoded-secret"
    "open-redirect"
    "path-traversal"
    "sql-injection"
    "template-injection"
    "unsafe-deserialization"
    "unsafe-yaml"
    "weak-hash"
    "xss"
);

const JAVASCRIPT: &[&str] = rules!("javascript":
    "code-injection"
    "command-injection"
    "hardcoded-secret"
    "open-redirect"
    "path-traversal"
    "sql-injection"
    "unsafe-deserialization"
    "unsafe-yaml"
    "weak-hash"
    "xss"
);

pub(super) fn rules(family: Family) -> &'static [&'static str] {
    match family {
        Family::Python => PYTHON,
        Family::JavaScript => JAVASCRIPT,
    }
}

pub(super) fn sources(family: Family) -> &'static str {
    match family {
        Family::Python => include_str!("../../rules/python/sources.yml"),
        Family::JavaScript => include_str!("../../rules/javascript/sources.yml"),
    }
}
