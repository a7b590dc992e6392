//! The sample that is shipped, from findings to proofs.

use std::path::Path;

use quartet_domain::results::Rung;
use quartet_engine::analyze::{Request, analyze};
use quartet_engine::fix::fix;
use quartet_engine::testing::changed_lines;
use quartet_engine::tree::Tree;

use crate::repository::Repository;

fn sample(part: &str) -> Tree {
    Tree::read_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/sample").join(part)).unwrap()
}

#[test]
fn the_fixes_of_the_sample_are_proved() {
    let base = sample("base");
    let mut head = base.clone();
    for (path, bytes) in sample("change").iter() {
        head.insert(path, bytes);
    }
    let found = analyze(&Request { tree: &head, base: Some(&base), changed: None });
    let fixes = fix(&head, &found);
    let mut repository = Repository::new(&[]);
    let files = head.iter().map(|(path, _)| path.to_owned()).collect();
    repository.changed.lines = changed_lines(&base, &head, &files);
    repository.changed.files = Some(repository.changed.lines.keys().cloned().collect());
    repository.tree = head;
    repository.fixed = fixes.files;
    repository.weaknesses = fixes.results.weaknesses(&found);
    let tested = repository.tested();

    let results = fixes.results.with_proofs(&tested.proofs);
    assert!(results.rejected.iter().all(|fix| !fix.reason.starts_with("regression_test")), "{results:#?}");
    let passed = |rung: Rung| {
        let of = |fix: &&quartet_domain::results::FunctionFixed| {
            fix.verification.iter().any(|outcome| outcome.rung == rung && outcome.passed == Some(true))
        };
        results.functions_fixed.iter().filter(of).count()
    };
    let all = results.functions_fixed.len();
    assert_eq!(all, found.vulnerabilities.len(), "{results:#?}");
    assert_eq!(passed(Rung::TestsNotWorse), all, "{results:#?}");
    assert_eq!(passed(Rung::RegressionTest), all, "{results:#?}");
    assert_eq!(tested.results.tests_generated, all as u64);
    assert_eq!((tested.results.not_worse, tested.results.tests_failed), (Some(true), 0), "{tested:#?}");
    assert!(tested.results.changed_lines_coverage_percentage.unwrap() > 50.0, "{tested:#?}");
}
