//! Every rule finds its bad examples, stays silent on its good ones, and compiles for every language of its family.

use serde::Deserialize;

use super::data;
use super::load::{RuleFile, parse, read};
use crate::analyze::{Request, analyze, detect};
use crate::fix::fix;
use crate::language::Language;
use crate::tree::Tree;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Examples {
    bad: Vec<String>,
    good: Vec<String>,
}

/// The names of files that hold an example.
fn paths(language: Language, example: &str) -> &'static [&'static str] {
    match language {
        Language::Python => &["example.py"],
        Language::JavaScript if example.contains("/>") || example.contains("</div>") => {
            &["example.js", "example.tsx"]
        }
        Language::JavaScript => &["example.js", "example.ts", "example.tsx"],
        // Their examples are JavaScript's.
        Language::TypeScript | Language::Tsx => &[],
        Language::Java => &["Example.java"],
        Language::Go => &["example.go"],
        Language::Ruby => &["example.rb"],
        Language::Php => &["example.php"],
        Language::CSharp => &["Example.cs"],
        Language::Bash => &["example.sh"],
        Language::Dockerfile => &["Dockerfile"],
        Language::Actions => &[".github/workflows/example.yml"],
        Language::Terraform => &["example.tf"],
    }
}

fn files() -> impl Iterator<Item = (Language, RuleFile)> {
    Language::ALL.into_iter().flat_map(|language| {
        data::rules(language).iter().filter_map(move |text| Some((language, parse(text).ok()?)))
    })
}

/// What is wrong with one example, in all languages that share the rule.
fn check(language: Language, rule: &str, example: &str, expected: bool, wrong: &mut Vec<String>) {
    for path in paths(language, example) {
        let found = detect::file(path, example.as_bytes());
        let ids: Vec<_> = found.found.iter().map(|finding| finding.about.id.as_str()).collect();
        if ids.contains(&rule) != expected {
            wrong.push(format!("{rule} in {path}: found {ids:?} in\n{example}"));
        }
    }
}

#[test]
fn rules_tell_their_examples_apart() {
    let mut wrong = Vec::new();
    for (language, file) in files() {
        let id = &file.about.id;
        assert!(id.starts_with(&format!("{}.", data::folder(language))), "{id} is in another folder");
        let Examples { bad, good } = &file.examples;
        assert!(!bad.is_empty() && !good.is_empty(), "{id} lacks examples");
        bad.iter().for_each(|example| check(language, id, example, true, &mut wrong));
        good.iter().for_each(|example| check(language, id, example, false, &mut wrong));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Broken code, made of every example by cutting it short and by leaving a character out, brings nothing down.
#[test]
fn broken_examples_do_no_harm() {
    for (language, file) in files() {
        for example in &file.examples.bad {
            let Some(path) = paths(language, example).first() else { continue };
            // Data flow has the more to stumble over.
            let step = if language.family().is_some() { 11 } else { 37 };
            for (at, c) in example.char_indices().step_by(step) {
                let (before, after) = (&example[..at], &example[at + c.len_utf8()..]);
                for broken in [before.to_owned(), format!("{before}{after}"), format!("{before}é'{after}")] {
                    let mut tree = Tree::new();
                    tree.insert(*path, broken.into_bytes());
                    let found = analyze(&Request { tree: &tree, base: Some(&tree), changed: None });
                    fix(&tree, &found);
                }
            }
        }
    }
}

#[test]
fn rules_compile_for_every_language() {
    let mut wrong = Vec::new();
    for language in Language::ALL {
        wrong.extend(data::rules(language).iter().filter_map(|text| read(text, language).err()));
    }
    let wrong: Vec<_> = wrong.iter().map(ToString::to_string).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rule_files_are_all_embedded() {
    for language in Language::ALL {
        let folder =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").join(data::folder(language));
        let files = std::fs::read_dir(folder).unwrap().count();
        let sources = usize::from(!data::sources(language).is_empty());
        assert_eq!(files, data::rules(language).len() + sources, "{language:?}: rules/data.rs misses a file");
    }
}
