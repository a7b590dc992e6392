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
    "debug-mode"
    "hardcoded-secret"
    "insecure-temp-file"
    "ldap-injection"
    "open-redirect"
    "path-traversal"
    "request-forgery"
    "sql-injection"
    "template-injection"
    "tls-verification"
    "unsafe-deserialization"
    "unsafe-yaml"
    "weak-cipher"
    "weak-hash"
    "weak-random"
    "xpath-injection"
    "xss"
);

const JAVASCRIPT: &[&str] = rules!("javascript":
    "code-injection"
    "command-injection"
    "hardcoded-secret"
    "open-redirect"
    "path-traversal"
    "request-forgery"
    "sql-injection"
    "tls-verification"
    "unsafe-deserialization"
    "unsafe-yaml"
    "weak-cipher"
    "weak-hash"
    "weak-random"
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
