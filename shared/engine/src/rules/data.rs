//! The rule files, embedded. A test holds this list against the folder.

use crate::language::Language;

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
    "quoted-twice"
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

const JAVA: &[&str] = rules!("java":
    "code-injection"
    "command-injection"
    "path-traversal"
    "sql-injection"
    "tls-verification"
    "unsafe-deserialization"
    "weak-cipher"
    "weak-hash"
    "weak-random"
    "xxe"
);

const GO: &[&str] = rules!("go":
    "command-injection"
    "open-redirect"
    "path-traversal"
    "request-forgery"
    "sql-injection"
    "tls-verification"
    "weak-cipher"
    "weak-hash"
    "weak-random"
    "weak-tls"
    "xss"
);

const RUBY: &[&str] = rules!("ruby":
    "code-injection"
    "command-injection"
    "mass-assignment"
    "open-redirect"
    "path-traversal"
    "sql-injection"
    "tls-verification"
    "unsafe-deserialization"
    "weak-cipher"
    "weak-hash"
    "xss"
);

const PHP: &[&str] = rules!("php":
    "code-injection"
    "command-injection"
    "file-inclusion"
    "open-redirect"
    "path-traversal"
    "sql-injection"
    "tls-verification"
    "unsafe-deserialization"
    "weak-cipher"
    "weak-hash"
    "xss"
    "xxe"
);

const CSHARP: &[&str] = rules!("csharp":
    "command-injection"
    "path-traversal"
    "sql-injection"
    "tls-verification"
    "unsafe-deserialization"
    "weak-cipher"
    "weak-hash"
    "weak-random"
    "xss"
    "xxe"
);

const BASH: &[&str] = rules!("bash":
    "code-injection"
    "file-permissions"
    "pipe-to-shell"
    "secret-argument"
    "sudo-without-password"
    "temporary-file"
    "tls-verification"
    "unsafe-removal"
);

const DOCKERFILE: &[&str] = rules!("dockerfile":
    "file-permissions"
    "pipe-to-shell"
    "remote-add"
    "root-user"
    "secret-in-image"
    "sudo"
    "tls-verification"
    "unpinned-image"
);

const ACTIONS: &[&str] = rules!("actions":
    "all-secrets"
    "hardcoded-secret"
    "pipe-to-shell"
    "script-injection"
    "unpinned-action"
    "unsecure-commands"
    "untrusted-checkout"
    "write-all"
);

const TERRAFORM: &[&str] = rules!("terraform":
    "hardcoded-secret"
    "key-rotation"
    "metadata-service"
    "open-port"
    "public-bucket"
    "public-database"
    "unencrypted-storage"
    "weak-tls"
    "wildcard-policy"
);

/// The folder of a language's rules in `rules/`.
#[cfg(test)]
pub(super) fn folder(language: Language) -> String {
    if language.family() == Some(crate::language::Family::JavaScript) {
        return "javascript".to_owned();
    }
    format!("{language:?}").to_lowercase()
}

pub(super) fn rules(language: Language) -> &'static [&'static str] {
    match language {
        Language::Python => PYTHON,
        Language::JavaScript | Language::TypeScript | Language::Tsx => JAVASCRIPT,
        Language::Java => JAVA,
        Language::Go => GO,
        Language::Ruby => RUBY,
        Language::Php => PHP,
        Language::CSharp => CSHARP,
        Language::Bash => BASH,
        Language::Dockerfile => DOCKERFILE,
        Language::Actions => ACTIONS,
        Language::Terraform => TERRAFORM,
    }
}

/// Empty for a language whose rules ask nothing of values.
pub(super) fn sources(language: Language) -> &'static str {
    match language {
        Language::Python => include_str!("../../rules/python/sources.yml"),
        Language::JavaScript | Language::TypeScript | Language::Tsx => {
            include_str!("../../rules/javascript/sources.yml")
        }
        Language::Java => include_str!("../../rules/java/sources.yml"),
        Language::Go => include_str!("../../rules/go/sources.yml"),
        Language::Ruby => include_str!("../../rules/ruby/sources.yml"),
        Language::Php => include_str!("../../rules/php/sources.yml"),
        Language::CSharp => include_str!("../../rules/csharp/sources.yml"),
        Language::Bash | Language::Dockerfile | Language::Actions | Language::Terraform => "",
    }
}
