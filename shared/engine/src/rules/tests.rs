//! Every rule finds its bad examples, stays silent on its good ones, and compiles for every language of its family.

use serde::Deserialize;

use super::data;
use super::load::{RuleFile, read};
use crate::analyze::{Request, analyze, detect};
use crate::fix::fix;
use crate::language::{Family, Language};
use crate::tree::Tree;

#[derive(Debug, Deserialize)]
pub(super) struct Examples {
    bad: Vec<String>,
    good: Vec<String>,
}

fn paths(family: Family, example: &str) -> &'static [&'static str] {
    match family {
        Family::Python => &["example.py"],
        Family::JavaScript if example.contains("/>") || example.contains("</div>") => {
            &["example.js", "example.tsx"]
        }
        Family::JavaScript => &["example.js", "example.ts", "example.tsx"],
    }
}

/// What is wrong with one example, in all languages of the family.
fn check(family: Family, rule: &str, example: &str, expected: bool, wrong: &mut Vec<String>) {
    for path in paths(family, example) {
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
    for family in [Family::Python, Family::JavaScript] {
        for text in data::rules(family) {
            let Ok(file) = ast_grep_config::from_str::<RuleFile>(text) else { continue };
            let id = &file.about.id;
            assert!(!file.examples.bad.is_empty() && !file.examples.good.is_empty(), "{id} lacks examples");
            file.examples.bad.iter().for_each(|example| check(family, id, example, true, &mut wrong));
            file.examples.good.iter().for_each(|example| check(family, id, example, false, &mut wrong));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Broken code, made of every example by cutting it short and by leaving a character out, brings nothing down.
#[test]
fn broken_examples_do_no_harm() {
    for family in [Family::Python, Family::JavaScript] {
        for text in data::rules(family) {
            let Ok(file) = ast_grep_config::from_str::<RuleFile>(text) else { continue };
            for example in &file.examples.bad {
                let path = paths(family, example)[0];
                for (at, c) in example.char_indices().step_by(11) {
                    let (before, after) = (&example[..at], &example[at + c.len_utf8()..]);
                    for broken in
                        [before.to_owned(), format!("{before}{after}"), format!("{before}é'{after}")]
                    {
                        let mut tree = Tree::new();
                        tree.insert(path, broken.into_bytes());
                        let found = analyze(&Request { tree: &tree, base: Some(&tree), changed: None });
                        fix(&tree, &found);
                    }
                }
            }
        }
    }
}

#[test]
fn rules_compile_for_every_language() {
    let mut wrong = Vec::new();
    for language in Language::ALL {
        wrong.extend(data::rules(language.family()).iter().filter_map(|text| read(text, language).err()));
    }
    let wrong: Vec<_> = wrong.iter().map(ToString::to_string).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rule_files_are_all_embedded() {
    for (family, folder) in [(Family::Python, "python"), (Family::JavaScript, "javascript")] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").join(folder);
        let files = std::fs::read_dir(folder).unwrap().count();
        assert_eq!(files, data::rules(family).len() + 1, "{family:?}: rules/data.rs misses a file of rules/");
    }
}
